// Publishes numbered events in the process of a server under test, as fast as its clients keep up or at a rate, and measures itself.
import { createServer } from 'node:net';

/** Milliseconds on a clock that all processes of the machine share. */
const offset = Number(process.hrtime.bigint()) / 1e6 - performance.now();
export const now = () => performance.now() + offset;

/** Messages under way for each socket at most. */
const WINDOW = 128;

/**
 * Serves the bench over the process channel: `publish(n)` sends event number `n` to whom it concerns. Clients tell how many messages
 * they have over a connection of their own, so that no more than a window is under way.
 */
export async function driveFanOut({ port, publish, stop }) {
  let received = 0;
  let wake = () => {};
  const control = createServer((socket) => {
    let rest = Buffer.alloc(0);
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      const whole = rest.length - (rest.length % 4);
      for (let at = 0; at < whole; at += 4) received += rest.readUInt32LE(at);
      rest = rest.subarray(whole);
      wake();
    });
  });
  await new Promise((done) => control.listen(0, '127.0.0.1', done));
  const turn = () => new Promise(setImmediate);
  const heard = () =>
    new Promise((resolve) => {
      wake = resolve;
    });
  let number = 0;

  /** `fanOut`: messages an event makes. `sockets`: how many read. `perSecond`: a fixed rate; 0: as fast as possible. */
  async function run({ events, perTurn, fanOut, sockets, perSecond = 0 }) {
    received = 0;
    const first = number;
    const times = new Float64Array(events);
    const cpu = process.cpuUsage();
    const started = now();
    for (let published = 0; published < events; ) {
      if (perSecond > 0) {
        while (now() < started + (published / perSecond) * 1_000) await new Promise((done) => setTimeout(done, 1));
      } else while (published * fanOut - received > WINDOW * sockets) await heard();
      for (let i = 0; i < perTurn && published < events; i++) {
        times[published++] = now();
        publish(number++);
      }
      await turn();
    }
    while (received < events * fanOut) await heard();
    const { user, system } = process.cpuUsage(cpu);
    return { first, messages: received, cpuMs: (user + system) / 1_000, wallMs: now() - started, times: [...times] };
  }

  process.on('message', async (message) => {
    if (message.run) process.send({ ran: await run(message.run) });
    if (message === 'memory') process.send({ memory: await settledMemory() });
    if (message === 'stop') {
      await stop?.();
      process.exit(0);
    }
  });
  process.send({ port, control: control.address().port });
}

/** Memory after collections; the young generation's pages are touched first, so that they do not count as anybody's. */
async function settledMemory() {
  let junk = [];
  for (let i = 0; i < 3_000_000; i++) {
    junk.push({ i });
    if (junk.length > 1_000) junk = [];
  }
  for (let i = 0; i < 4; i++) {
    global.gc?.();
    await new Promise((done) => setTimeout(done, 50));
  }
  return process.memoryUsage();
}
