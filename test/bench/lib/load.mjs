// A load generator on raw sockets: `connections` keep-alive connections, one request each at a time, every answer checked.
import { connect } from 'node:net';

/**
 * @param {{ port: number, connections: number, seconds: number, body: (n: number) => Buffer, check: (n: number, text: string) => string | null, ratePerSecond?: number }} options
 * `body(n)`: the n-th request, whole. `check` answers null, or what is wrong. With `ratePerSecond` requests are due on a schedule
 * (open loop), and a latency counts from when its request was due. The clock starts when all connections stand.
 * @returns {Promise<{ perSecond: number, wrong: string[], latencies: Float64Array }>} latencies: ms, ascending
 */
export async function load({ port, connections, seconds, body, check, ratePerSecond }) {
  const sockets = await Promise.all(Array.from({ length: connections }, () => connected(port)));
  const latencies = [];
  const wrong = [];
  let sent = 0;
  let answered = 0;
  let over = false;
  const started = performance.now();
  const due = () => started + (sent / ratePerSecond) * 1000;

  const drive = (socket) =>
    new Promise((resolve, reject) => {
      let n = -1;
      let from = 0;
      let pending = '';
      let timer = null;
      const send = () => {
        if (over) return socket.end();
        from = performance.now();
        if (ratePerSecond !== undefined) {
          const wait = due() - from;
          if (wait > 0.5) {
            timer = setTimeout(send, wait);
            return;
          }
          from = Math.min(due(), from);
        }
        n = sent++;
        socket.write(body(n));
      };
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
      send();
    });
  const all = Promise.all(sockets.map(drive));
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  over = true;
  const perSecond = (answered / (performance.now() - started)) * 1000;
  if (ratePerSecond !== undefined) await new Promise((resolve) => setTimeout(resolve, 300));
  await Promise.race([all, new Promise((resolve) => setTimeout(resolve, 2000))]);
  return { perSecond, wrong, latencies: Float64Array.from(latencies).sort() };
}

/** A connection that stands. */
export function connected(port) {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket));
    socket.setNoDelay(true);
    socket.setEncoding('utf8');
    socket.on('error', reject);
  });
}

/** A POST of a JSON body to /graphql, whole. */
export function post(json) {
  const text = JSON.stringify(json);
  return Buffer.from(
    `POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
  );
}
