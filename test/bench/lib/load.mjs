// A load generator on raw sockets: `connections` keep-alive connections, one request each at a time, every answer checked.
import { connect } from 'node:net';

/**
 * @param {{ port: number, connections: number, seconds: number, body: (n: number) => Buffer, check: (n: number, text: string) => string | null, ratePerSecond?: number }} options
 * `body(n)`: the n-th request's JSON. `check` answers null, or what is wrong. With `ratePerSecond` requests leave on a schedule (open loop).
 * @returns {Promise<{ perSecond: number, wrong: string[], latencies: Float64Array }>}
 */
export async function load({ port, connections, seconds, body, check, ratePerSecond }) {
  const latencies = [];
  const wrong = [];
  let sent = 0;
  let answered = 0;
  let over = false;
  const started = performance.now();
  const due = () => started + (sent / ratePerSecond) * 1000;

  const one = () =>
    new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1');
      socket.setNoDelay(true);
      let n = -1;
      let from = 0;
      let pending = '';
      let timer = null;
      const send = () => {
        if (over) return socket.end();
        if (ratePerSecond !== undefined) {
          const wait = due() - performance.now();
          if (wait > 0.5) {
            timer = setTimeout(send, wait);
            return;
          }
          from = Math.min(due(), performance.now());
        } else from = performance.now();
        n = sent++;
        socket.write(body(n));
      };
      socket.on('connect', send);
      socket.setEncoding('utf8');
      socket.on('data', (chunk) => {
        pending = pending === '' ? chunk : pending + chunk;
        const head = pending.indexOf('\r\n\r\n');
        if (head < 0) return;
        const length = Number(/content-length: (\d+)/i.exec(pending.slice(0, head))?.[1]);
        const text = pending.slice(head + 4);
        if (Buffer.byteLength(text) < length) return;
        pending = '';
        answered++;
        latencies.push(performance.now() - from);
        const problem = check(n, text);
        if (problem !== null && wrong.length < 5) wrong.push(problem);
        send();
      });
      socket.on('error', reject);
      socket.on('close', () => {
        clearTimeout(timer);
        resolve();
      });
    });
  const all = Promise.all(Array.from({ length: connections }, one));
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  over = true;
  const perSecond = (answered / (performance.now() - started)) * 1000;
  if (ratePerSecond !== undefined) await new Promise((resolve) => setTimeout(resolve, 300));
  await Promise.race([all, new Promise((resolve) => setTimeout(resolve, 2000))]);
  return { perSecond, wrong, latencies: Float64Array.from(latencies).sort() };
}

/** A POST of a JSON body to /graphql, whole. */
export function post(json) {
  const text = JSON.stringify(json);
  return Buffer.from(
    `POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
  );
}

export const quantile = (sorted, q) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;
