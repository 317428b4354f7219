// node:http with constant JSON: what the platform alone costs. It reads and parses the body, as anybody must.
import { createServer } from 'node:http';
import { CONSTANT } from './constant.mjs';

const http = createServer((request, response) => {
  let text = '';
  request.setEncoding('utf8');
  request.on('data', (chunk) => {
    text += chunk;
  });
  request.on('end', () => {
    JSON.parse(text);
    const answer = JSON.stringify({ data: { customer: CONSTANT } });
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(answer) });
    response.end(answer);
  });
});
http.listen(0, '127.0.0.1', () => process.send({ port: http.address().port }));
process.on('message', (what) => what === 'stop' && process.exit(0));
