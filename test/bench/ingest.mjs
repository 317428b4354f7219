// Payments through POST /v1/events into a whole server, while others watch: how many a second are recorded, scored and published, and
// whether any is lost. The server is `dist/main.js` with the flags of `npm start`; generator and watchers are processes of their own.
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join, resolve } from 'node:path';
import { round } from './lib/figures.mjs';
import { SERVER_FLAGS } from './lib/processes.mjs';
import { verifyData } from './lib/verify-data.mjs';

const MAIN = resolve(import.meta.dirname, '../../dist/main.js');
const children = new Set();
const track = (child) => {
  children.add(child);
  child.on('exit', () => children.delete(child));
  return child;
};
/** Whatever went wrong, nothing stays behind. */
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

/** Starts the server over a data folder. */
export async function startServer(dataDir, env = {}, flags = SERVER_FLAGS) {
  const child = track(
    spawn('taskset', ['-c', '0,1', process.execPath, ...flags, MAIN], {
      env: {
        ...process.env,
        PORT: '0',
        SCOREGRAPH_DEMO: 'off',
        SCOREGRAPH_LOG_LEVEL: 'error',
        SCOREGRAPH_DATA_DIR: dataDir,
        ...env,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    }),
  );
  return new Promise((ready, fail) => {
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
      const port = /ready at http:\S+:(\d+)/.exec(output)?.[1];
      if (port !== undefined) ready({ child, port: Number(port), file: join(dataDir, 'scoregraph.db') });
    });
    child.on('exit', () => fail(new Error(`the server ended: ${output}`)));
  });
}

/** A helper process of `lib/`, asked over its channel. */
export async function helper(file) {
  const child = track(
    fork(join(import.meta.dirname, 'lib', file), { execPath: 'taskset', execArgv: ['-c', '0,1', process.execPath] }),
  );
  await once(child, 'message');
  const ask = (message, key, also = () => {}) =>
    new Promise((done, fail) => {
      const hear = (answer) => {
        if (answer.failed !== undefined) fail(new Error(answer.failed));
        else if (key in answer) {
          child.off('message', hear);
          done(answer[key]);
        } else also(answer);
      };
      child.on('message', hear);
      child.send(message);
    });
  return { child, ask, pid: child.pid, stop: () => child.kill() };
}

const metric = async (port, name) =>
  Number(new RegExp(`^${name} (\\d+)`, 'm').exec(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text())[1]);
const cpuSeconds = (pid, path = `/proc/${pid}/stat`) => {
  const fields = readFileSync(path, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
};
const threadSeconds = (pid) =>
  new Map(readdirSync(`/proc/${pid}/task`).map((tid) => [tid, cpuSeconds(pid, `/proc/${pid}/task/${tid}/stat`)]));
/** What each thread took of a payment: the main one, then the busiest. */
function shares(before, after, payments) {
  const micros = [...after].map(([tid, s]) => ((s - (before.get(tid) ?? 0)) * 1e6) / payments);
  const [main, ...others] = micros;
  others.sort((a, b) => b - a);
  const rest = others.slice(2).reduce((a, b) => a + b, 0);
  return `main thread ${main.toFixed(1)}, writer and engine ${others[0].toFixed(1)} and ${others[1].toFixed(1)}, others ${rest.toFixed(1)}`;
}
const rssMiB = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;

/**
 * As fast as it goes without subscribers, then with some, then with all of them at the rate that is promised. Server, generator and
 * subscribers share two cores.
 */
export async function ingest({ folder, customers, payments, paymentsPerSecond, watchers }) {
  for (const some of [0, 10]) await run({ folder, customers, payments: payments / 4, watchers: some });
  await run({ folder, customers, payments, watchers, perSecond: paymentsPerSecond });
}

/** One run: prints what it measured. @throws when anything is lost, doubled, or not as a clean replay has it. */
export async function run({ folder, payments, customers, watchers, perSecond, flags }) {
  const dataDir = join(folder, `ingest-${watchers}-${perSecond ?? 'max'}`);
  const server = await startServer(dataDir, {}, flags);
  const generator = await helper('ingest-load.mjs');
  const start = Date.now() - 86_400_000;
  await generator.ask({ port: server.port, run: 'customers', count: customers }, 'result');
  await generator.ask(
    { port: server.port, run: 'warm', from: 0, count: 20_000, streams: 4, customers, start: start - 3_600_000 },
    'result',
  );
  const watching = watchers > 0 ? await helper('watchers.mjs') : null;
  if (watching !== null) await watching.ask({ port: server.port, count: watchers, customers }, 'watching');
  const head = await metric(server.port, 'scoregraph_event_log_head');
  const rss = [];
  const sampler = setInterval(() => rss.push(rssMiB(server.child.pid)), 200);
  const cpu = () =>
    [server.child.pid, generator.pid, ...(watching === null ? [] : [watching.pid])].map((pid) => cpuSeconds(pid));
  const before = cpu();
  const threadsBefore = threadSeconds(server.child.pid);
  const counted = async () => (watching === null ? { messages: 0, lagged: 0 } : watching.ask('count', 'counts'));
  const messagesBefore = await counted();
  const started = performance.now();
  let acknowledged = 0;
  const { seconds, accepted } = await generator.ask(
    { port: server.port, run: 'bench', from: 0, count: payments, streams: 4, perSecond, customers, start },
    'result',
    ({ at }) => {
      acknowledged = at;
    },
  );
  while ((await metric(server.port, 'scoregraph_scorer_offset')) < head + payments)
    await new Promise((done) => setTimeout(done, 20));
  const all = (performance.now() - started) / 1000;
  const threads = shares(threadsBefore, threadSeconds(server.child.pid), payments);
  const used = cpu().map((c, i) => ((c - before[i]) * 1e6) / payments);
  clearInterval(sampler);
  await new Promise((done) => setTimeout(done, 300));
  const counts = await counted();
  const messages = counts.messages - messagesBefore.messages;
  server.child.kill('SIGTERM');
  await once(server.child, 'exit');
  generator.stop();
  watching?.stop();

  const verified = verifyData(server.file);
  const want = payments + 20_000;
  const lost = want - verified.scored;
  if (accepted !== payments || verified.payments !== want || lost !== 0 || verified.problems.length > 0)
    throw new Error(`the data is not whole: ${JSON.stringify({ want, accepted, acknowledged, ...verified })}`);
  const quarters = [0, 1, 2, 3].map((q) => rss.slice((q * rss.length) / 4, ((q + 1) * rss.length) / 4));
  const mean = (list) => list.reduce((a, b) => a + b, 0) / list.length;
  console.log(
    `${round(payments)} payments, ${watchers} subscribers${perSecond === undefined ? ', as fast as it goes' : `, ${round(perSecond)} /s sent`}; load ${loadavg()[0].toFixed(2)}`,
  );
  console.log(`  acknowledged ${round(payments / seconds)} /s, scored and published ${round(payments / all)} /s`);
  console.log(
    `  CPU a payment: server ${used[0].toFixed(1)} µs (${threads}), generator ${used[1].toFixed(1)} µs${watching === null ? '' : `, subscribers ${used[2].toFixed(1)} µs`}`,
  );
  if (watching !== null) console.log(`  messages ${round(messages / all)} /s, told as missed ${round(counts.lagged)}`);
  console.log(
    `  memory (RSS) by quarters of the time: ${quarters.map((some) => round(mean(some))).join(', ')} MiB; highest ${round(Math.max(...rss))} MiB`,
  );
  console.log(
    `  checked: ${round(verified.payments)} on the log, each once, each scored once with the features of a clean replay; ${round(verified.statesCompared)} saved states equal it\n`,
  );
  return { scored: payments / all, serverMicros: used[0] };
}
