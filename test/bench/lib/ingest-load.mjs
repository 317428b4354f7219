// A load generator of its own process: streams payments to POST /v1/events, as fast as the server reads or at a fixed rate, and
// checks the answers. Over the process channel: {port, run, from, count, streams, perSecond, customers, start} → {result} and {at}.
import { request } from 'node:http';
import { customerLine, paymentLine } from './event-lines.mjs';

const LINES_A_WRITE = 250;

/** Streams the lines `line(i)` for i in 0 … count. Answers the summary; `progress(i)`: lines up to there are on disk. */
export function stream(port, count, line, { perSecond, progress = () => {} } = {}) {
  return new Promise((resolve, reject) => {
    const sending = request({
      port,
      host: '127.0.0.1',
      method: 'POST',
      path: '/v1/events',
      headers: { 'content-type': 'application/x-ndjson' },
    });
    sending.on('error', reject);
    let text = '';
    let summary = null;
    sending.on('response', (response) => {
      response.setEncoding('utf8');
      response.on('data', (chunk) => {
        text += chunk;
        const last = text.lastIndexOf('\n');
        for (const told of text.slice(0, last).split('\n')) {
          if (told === '') continue;
          const message = JSON.parse(told);
          if (message.durableThroughLine !== undefined) progress(message.durableThroughLine);
          else if (message.summary !== undefined) summary = message.summary;
          else reject(new Error(`a line was refused: ${told}`));
        }
        text = text.slice(last + 1);
      });
      response.on('error', reject);
      response.on('end', () => (summary === null ? reject(new Error('no summary came')) : resolve(summary)));
    });
    const started = performance.now();
    let sent = 0;
    const write = () => {
      while (sent < count) {
        if (perSecond !== undefined) {
          const due = started + (sent / perSecond) * 1000 - performance.now();
          if (due > 1) return void setTimeout(write, due);
        }
        let body = '';
        const to = Math.min(count, sent + LINES_A_WRITE);
        for (; sent < to; sent++) body += line(sent);
        if (!sending.write(body)) return void sending.once('drain', write);
      }
      sending.end();
    };
    write();
  });
}

async function serve({ port, run, from, count, streams, perSecond, customers, start }) {
  try {
    if (run === 'customers') {
      await stream(port, count, customerLine);
      process.send({ result: { perSecond: 0, accepted: count } });
      return;
    }
    const started = performance.now();
    const each = Math.ceil(count / streams);
    const done = new Array(streams).fill(0);
    const ticker = setInterval(() => process.send({ at: done.reduce((a, b) => a + b, 0) }), 1_000);
    // Interleaved, so that the payments of a customer come about in the order of their times.
    const summaries = await Promise.all(
      done.map((_, s) => {
        const own = Math.min(each, Math.ceil((count - s) / streams));
        return stream(port, own, (i) => paymentLine(run, from + i * streams + s, customers, start), {
          perSecond: perSecond === undefined ? undefined : perSecond / streams,
          progress: (n) => {
            done[s] = n;
          },
        });
      }),
    );
    clearInterval(ticker);
    for (const { error, refused } of summaries) {
      if (error !== null || refused > 0) throw new Error(JSON.stringify({ error, refused }));
    }
    process.send({
      result: {
        seconds: (performance.now() - started) / 1000,
        accepted: summaries.reduce((sum, { accepted }) => sum + accepted, 0),
      },
    });
  } catch (error) {
    process.send({ failed: String(error.stack ?? error) });
  }
}

if (process.argv[1] === import.meta.filename) {
  process.on('message', serve);
  process.send({ ready: true });
}
