// Events to many sockets: throughput, delay and memory, beside graphql-ws's own `useServer` and a bare `ws` broadcast. Contenders take
// turns. The server has core 0, its clients core 1; messages per second of the server's CPU time count, since both cores may be shared.
import { loadavg } from 'node:os';
import { quantile, round, withSpread } from './lib/figures.mjs';
import { call, SERVER_FLAGS, serve } from './lib/processes.mjs';

const CONTENDERS = [
  { name: 'ours', file: 'fan-server-ours.mjs' },
  { name: 'graphql-ws useServer', file: 'fan-server-graphql-ws.mjs', share: 0.1 },
  { name: 'raw ws broadcast', file: 'fan-server-raw.mjs', raw: true, share: 0.25 },
];
/** Payments that the scorer publishes in one turn while it is busy. */
const BURST = 64;
/** Time until timers of the opening have run out, ms. */
const SETTLED_MS = 5_000;
/** Messages of one measurement (a slow contender has its share of them), and messages a second while delays are measured. */
const MESSAGES = 300_000;
const CALM = 20_000;

export async function fanOut({ rounds, fanSockets = [1_000, 10_000] }) {
  for (const sockets of fanSockets)
    for (const topics of [1, 100]) await scenario({ sockets, topics, rounds: Math.min(rounds, 5) });
  await stalled();
}

async function scenario({ sockets, topics, rounds }) {
  console.log(`${round(sockets)} sockets, ${topics} topic(s); load ${loadavg()[0].toFixed(2)}`);
  const contenders = [];
  for (const contender of CONTENDERS) contenders.push(await start(contender, { sockets, topics }));
  const fanOut = sockets / topics;
  for (const perTurn of topics === 1 ? [1, BURST] : [BURST]) {
    const results = contenders.map(() => []);
    for (let r = -1; r < rounds; r++)
      for (const [c, contender] of contenders.entries()) {
        const events = whole((MESSAGES * contender.share) / fanOut, Math.max(topics, perTurn));
        const result = await measure(contender, { events, perTurn, fanOut, sockets });
        if (r >= 0) results[c].push(result);
      }
    const perCore = results.map((runs) => runs.map(({ messages, cpuMs }) => messages / (cpuMs / 1_000)));
    for (const [c, { name }] of contenders.entries()) {
      const wall = results[c].map(({ messages, wallMs }) => messages / (wallMs / 1_000));
      const ratio = withSpread(
        perCore[c].map((rate, r) => perCore[0][r] / rate),
        (n) => n.toFixed(2),
      );
      console.log(
        `  ${perTurn} event(s) a turn  ${name.padEnd(22)} ${withSpread(perCore[c])} messages/s of CPU, ${withSpread(wall)} /s by the clock; ours is ${ratio} ×`,
      );
    }
  }
  const events = whole((2 * CALM) / fanOut, topics);
  const quantiles = contenders.map(() => ({ p50: [], p99: [], cpu: [] }));
  for (let r = 0; r < rounds; r++)
    for (const [c, contender] of contenders.entries()) {
      const run = { events, perTurn: 1, fanOut, sockets, perSecond: CALM / fanOut };
      const { delays, cpuMs, messages } = await measure(contender, run);
      quantiles[c].p50.push(quantile(delays, 0.5));
      quantiles[c].p99.push(quantile(delays, 0.99));
      quantiles[c].cpu.push((1_000 * cpuMs) / messages);
    }
  const fine = (values) => withSpread(values, (n) => n.toFixed(1));
  for (const [c, { p50, p99, cpu }] of quantiles.entries())
    console.log(
      `  calm, ${round(CALM)} messages/s  ${contenders[c].name.padEnd(22)} event to its last socket p50 ${fine(p50)} ms, p99 ${fine(p99)} ms; ${fine(cpu)} µs of CPU a message`,
    );
  for (const { name, perSocket } of contenders)
    console.log(
      `  one idle socket  ${name.padEnd(22)} heap ${kb(perSocket.heap)}, resident ${kb(perSocket.rss)}, external ${kb(perSocket.external)}`,
    );
  console.log();
  for (const { server, clients } of contenders) end(server, clients);
}

async function start({ name, file, raw = false, share = 1 }, { sockets, topics }) {
  const server = await serve(file, [String(topics)], '0', SERVER_FLAGS);
  const clients = await serve('fan-clients.mjs', [], '1');
  const open = (count) =>
    call(clients, { open: { port: server.port, controlPort: server.control, sockets: count, topics, raw } }, 'opened');
  await open(500); // once everything is compiled and warm
  await call(clients, 'close', 'closed');
  const before = (await call(server, 'memory', 'memory')).memory;
  await open(sockets);
  await new Promise((done) => setTimeout(done, SETTLED_MS));
  const after = (await call(server, 'memory', 'memory')).memory;
  const per = (of) => (of(after) - of(before)) / sockets;
  return {
    name,
    server,
    clients,
    topics,
    share,
    perSocket: { heap: per((m) => m.heapUsed), rss: per((m) => m.rss), external: per((m) => m.external) },
    next: 0,
  };
}

async function measure(contender, run) {
  const { server, clients, topics } = contender;
  await call(clients, { begin: { first: contender.next, events: run.events } }, 'began');
  const { ran } = await call(server, { run }, 'ran');
  contender.next += run.events;
  const { report } = await call(clients, 'report', 'report');
  check(contender.name, report, run, contender.next, topics);
  const delays = report.latest.map((at, i) => at - ran.times[i]).sort((a, b) => a - b);
  return { ...ran, delays };
}

/** Every socket has every message of its topic, in order, once. */
function check(name, { received, wrong, last }, { events, fanOut }, next, topics) {
  const complete = last.every((n, socket) => n === next - topics + (socket % topics));
  if (wrong.length > 0 || received !== events * fanOut || !complete)
    throw new Error(`${name} sent wrongly: ${received} of ${events * fanOut}, ${wrong.join('; ')}`);
}

/** Half of the clients never read; then they do. */
async function stalled({ sockets = 200, events = 100_000 } = {}) {
  const server = await serve('fan-server-ours.mjs', ['1', '600000'], '0', SERVER_FLAGS);
  const [readers, stallers] = [await serve('fan-clients.mjs', [], '1'), await serve('fan-clients.mjs', [], '1')];
  for (const clients of [readers, stallers]) {
    const { port, control: controlPort } = server;
    await call(clients, { open: { port, controlPort, sockets: sockets / 2, topics: 1, raw: false } }, 'opened');
    await call(clients, { begin: { first: 0, events } }, 'began');
  }
  const { memory: before } = await call(server, 'memory', 'memory');
  await call(stallers, { pause: sockets / 2 }, 'paused');
  const { ran } = await call(
    server,
    { run: { events, perTurn: BURST, fanOut: sockets / 2, sockets: sockets / 2 } },
    'ran',
  );
  const { memory: held } = await call(server, 'memory', 'memory');
  check('ours', (await call(readers, 'report', 'report')).report, { events, fanOut: sockets / 2 }, events, 1);
  await call(stallers, 'resume', 'resumed');
  let report;
  for (let wait = 0; wait < 100; wait++) {
    await new Promise((done) => setTimeout(done, 200));
    ({ report } = await call(stallers, 'report', 'report'));
    if (report.received + report.missed >= (events * sockets) / 2) break;
  }
  const { received, missed, wrong, last } = report;
  if (wrong.length > 0 || received + missed !== (events * sockets) / 2 || last.some((n) => n !== events - 1))
    throw new Error(`stalled clients: ${received} + ${missed} of ${(events * sockets) / 2}; ${wrong.join('; ')}`);
  const mib = (bytes) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
  console.log(
    `${sockets / 2} of ${sockets} sockets never read, ${round(events)} events: the others got all of them, ${round(ran.messages / (ran.cpuMs / 1_000))} messages/s of CPU; heap + external grew by ${mib(held.heapUsed + held.external - before.heapUsed - before.external)}, resident by ${mib(held.rss - before.rss)}`,
  );
  console.log(
    `  reading again they got ${round(received)}, and were told of ${round(missed)} missed: none unaccounted for\n`,
  );
  end(server, readers, stallers);
}

const whole = (n, of) => Math.max(1, Math.ceil(n / of)) * of;
const kb = (bytes) => `${(bytes / 1_024).toFixed(1)} KiB`;

function end(...processes) {
  for (const { child } of processes) {
    child.removeAllListeners('exit');
    child.send('stop');
  }
}
