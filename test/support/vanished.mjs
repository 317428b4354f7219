// Started by vanished.test.ts in a network namespace of its own, where the loopback can be taken down: nothing that is sent then
// arrives or is acknowledged, as when a client's machine is gone. Prints after how many ms each server saw its stream closed.
import { execFileSync } from 'node:child_process';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { LIVE_DEFAULTS } from '../../dist/transport/outlet.js';
import { SSE } from '../../dist/transport/streams/sse-format.js';
import { STREAM_DEFAULTS, Streams } from '../../dist/transport/streams/streams.js';

const PING_MS = Number(process.argv[2]);
execFileSync('ip', ['link', 'set', 'lo', 'up']);
const streams = new Streams({
  pipeline: { present: () => [] },
  identifier: { whenOver: () => () => {} },
  limits: { ...STREAM_DEFAULTS, live: LIVE_DEFAULTS, pingMs: PING_MS },
  unreadMs: 60_000,
});

function stream(serverHost, clientHost) {
  return new Promise((opened) => {
    const server = createServer((_, response) => {
      let close = () => {};
      const closed = new Promise((done) => {
        close = () => done(performance.now());
      });
      streams.open(response, SSE, { headers: {}, isAnswering: () => false, onClose: () => close() });
      opened({ closed, address: response.socket.remoteAddress });
    });
    server.listen(0, serverHost, () => {
      const client = connect(server.address().port, clientHost, () =>
        client.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n'),
      );
      client.on('error', () => {}).resume();
    });
  });
}

const all = await Promise.all([stream('127.0.0.1', '127.0.0.1'), stream('::', '127.0.0.1'), stream('::', '::1')]);
await new Promise((done) => setTimeout(done, 4 * PING_MS));
const before = streams.count;
execFileSync('ip', ['link', 'set', 'lo', 'down']);
const gone = performance.now();
const after = await Promise.all(all.map(async ({ closed, address }) => ({ address, ms: (await closed) - gone })));
process.stdout.write(JSON.stringify({ before, after }));
process.exit();
