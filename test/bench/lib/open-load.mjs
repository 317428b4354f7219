// An open-loop generator: requests are sent when they are due, whether or not those before were answered, each on a connection that
// has none under way. Every answer is checked; a refusal must be the one of an overloaded server.
import { connected } from './load.mjs';

/**
 * @param {{ port: number, connections: number, seconds: number, ratePerSecond: number, body: (n: number) => Buffer, check: (n: number, text: string) => string | null }} options
 * as of `load`
 * @returns {Promise<{ perSecond: number, sent: number, shed: number, unsent: number, wrong: string[], latencies: Float64Array, settled: Float64Array, refusals: Float64Array }>}
 * `perSecond`: answered with data. `settled`: the latencies of what was due after the first second. `unsent`: due when all connections waited. Latencies in ms from when the request was due, ascending.
 */
export async function flood({ port, connections, seconds, ratePerSecond, body, check }) {
  const sockets = await Promise.all(Array.from({ length: connections }, () => connected(port)));
  // What is connected here is not yet taken there: libuv takes one connection in a turn of the event loop, and an overloaded server
  // has few turns. This is about requests, so all are taken before it begins.
  await new Promise((done) => setTimeout(done, 1_000));
  const idle = [];
  const latencies = [];
  const settled = [];
  const refusals = [];
  const wrong = [];
  let due = 0;
  let sent = 0;
  let unsent = 0;
  const waiting = new Set();
  const started = performance.now();
  for (const socket of sockets) {
    const client = { socket, n: -1, from: 0, pending: '' };
    socket.on('data', (chunk) => {
      client.pending = client.pending === '' ? chunk : client.pending + chunk;
      const head = client.pending.indexOf('\r\n\r\n');
      if (head < 0) return;
      const length = Number(/content-length: (\d+)/i.exec(client.pending.slice(0, head))?.[1]);
      const text = client.pending.slice(head + 4);
      if (Buffer.byteLength(text) < length) return;
      const took = performance.now() - client.from;
      const isRefused = client.pending.startsWith('HTTP/1.1 503');
      const isPlain = isRefused && /^retry-after: \d/im.test(client.pending) && text.includes('"QUEUE_FULL"');
      client.pending = '';
      waiting.delete(client);
      idle.push(client);
      if (isPlain) return refusals.push(took);
      const problem = isRefused ? `an odd refusal: ${text.slice(0, 100)}` : check(client.n, text);
      if (problem === null) {
        latencies.push(took);
        if (client.from > started + 1_000) settled.push(took);
      } else if (wrong.length < 5) wrong.push(problem);
    });
    socket.on('error', ({ message }) => wrong.push(message));
    socket.on('end', () => wrong.push('the server closed a connection'));
    idle.push(client);
  }
  await new Promise((resolve) => {
    const tick = () => {
      const elapsed = performance.now() - started;
      const until = Math.min(elapsed, seconds * 1000);
      for (; (due / ratePerSecond) * 1000 < until; due++) {
        const client = idle.pop();
        if (client === undefined) {
          unsent++;
          continue;
        }
        client.n = sent++;
        client.from = started + (due / ratePerSecond) * 1000;
        waiting.add(client);
        client.socket.write(body(client.n));
      }
      if (elapsed >= seconds * 1000) resolve();
      else setTimeout(tick, 1);
    };
    tick();
  });
  const answered = latencies.length;
  const perSecond = (answered / (performance.now() - started)) * 1000;
  for (let patience = 0; waiting.size > 0 && patience < 100; patience++)
    await new Promise((done) => setTimeout(done, 50));
  if (waiting.size > 0) wrong.push(`${waiting.size} requests were never answered`);
  for (const socket of sockets) socket.destroy();
  const sorted = (values) => Float64Array.from(values).sort();
  return {
    perSecond,
    sent,
    shed: refusals.length,
    unsent,
    wrong,
    latencies: sorted(latencies),
    settled: sorted(settled),
    refusals: sorted(refusals),
  };
}
