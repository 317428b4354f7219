// `npm run bench`: the combined query against three baselines, bulk, latency, heap. The generator has a core of its own, each
// server the other one; servers take turns, so that a slow minute of the machine hits all of them.
import { fork } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { load, post, quantile } from './lib/load.mjs';
import { COMBINED, PAYMENT } from './lib/query.mjs';

const SECONDS = Number(process.env.BENCH_SECONDS ?? 4);
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5);
const CUSTOMERS = Number(process.env.BENCH_CUSTOMERS ?? 10_000);
const HEAP_QUERIES = Number(process.env.BENCH_HEAP_QUERIES ?? 200_000);
const here = import.meta.dirname;
const models = resolve(here, '../../models');
const folder = mkdtempSync(join(tmpdir(), 'scoregraph-bench-'));
const expectedFile = join(folder, 'expected.json');
const children = [];

function serve(file, args, cores, flags = []) {
  return new Promise((done, fail) => {
    const child = fork(join(here, 'lib', file), args, {
      execPath: 'taskset',
      execArgv: ['-c', cores, process.execPath, '--expose-gc', ...flags],
      env: { ...process.env, NODE_ENV: 'production', TF_CPP_MIN_LOG_LEVEL: '2' },
    });
    children.push(child);
    child.on('message', (message) => message.port && done({ child, port: message.port }));
    child.on('exit', (code) => fail(new Error(`${file} ended with ${code}`)));
  });
}
const ask = (child, what, key) =>
  new Promise((done) => {
    const hear = (message) => {
      if (!(key in message)) return;
      child.off('message', hear);
      done(message);
    };
    child.on('message', hear);
    child.send(what);
  });
const stop = ({ child }) =>
  new Promise((done) => {
    child.removeAllListeners('exit');
    child.on('exit', done);
    child.send('stop');
  });
const spread = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  return { median: sorted[sorted.length >> 1], low: sorted[0], high: sorted[sorted.length - 1] };
};
const round = (n) => Math.round(n).toLocaleString('en');

console.log(
  `machine: ${cpus().length} × ${cpus()[0].model}, node ${process.version}, ${new Date().toISOString()}, load ${loadavg()[0].toFixed(2)}`,
);
console.log(
  `${CUSTOMERS} customers with histories, asked in random order over 64 connections; prediction cache off; prediction log as shipped (a tenth sampled)`,
);
console.log(
  'generator on core 1; every server, its engine thread included, on core 0; ours with the flag that npm start gives it (--max-semi-space-size=32)\n',
);

try {
  const ours = await serve('server-ours.mjs', [join(folder, 'data'), String(CUSTOMERS), expectedFile], '0', [
    '--max-semi-space-size=32',
  ]);
  const expected = JSON.parse(readFileSync(expectedFile, 'utf8'));
  const bodies = expected.map(({ id }) =>
    post({ query: COMBINED, operationName: 'Combined', variables: { id, payment: PAYMENT } }),
  );
  let mixed = 12345;
  const order = Uint32Array.from({ length: 1_000_003 }, () => {
    mixed = (Math.imul(mixed, 1664525) + 1013904223) >>> 0;
    return mixed % CUSTOMERS;
  });
  const pick = (n) => order[n % order.length];
  const near = (a, b, tolerance) => Math.abs(a - b) <= tolerance;
  const checkOurs = (n, text) => {
    const want = expected[pick(n)];
    const { data, errors } = JSON.parse(text);
    if (errors) return errors[0].message;
    const { customerId, segment, recommendations, assessTransaction } = data.customer;
    if (customerId !== want.id) return `asked for ${want.id}, got ${customerId}`;
    if (!near(assessTransaction.probability, want.probability, 1e-5))
      return `${want.id}: probability ${assessTransaction.probability}, the runtime says ${want.probability}`;
    if (!near(segment.confidence, want.confidence, 2e-3))
      return `${want.id}: confidence ${segment.confidence}, the runtime says ${want.confidence}`;
    const scores = recommendations.items.map((item) => item.score);
    if (scores.length !== 5 || !scores.every((score, i) => near(score, want.scores[i], 1e-5)))
      return `${want.id}: scores ${scores}, the runtime says ${want.scores}`;
    return null;
  };
  const checkShape = (_n, text) => (text.includes('"assessTransaction":{"probability":') ? null : text.slice(0, 200));
  const measure = (server, check, seconds = SECONDS) =>
    load({ port: server.port, connections: 64, seconds, body: (n) => bodies[pick(n)], check });

  const naive = await serve('server-naive.mjs', [models, expectedFile], '0');
  const constant = await serve('server-constant.mjs', [], '0');
  const raw = await serve('server-raw.mjs', [], '0');
  const contenders = [
    { name: 'ours', server: ours, check: checkOurs },
    { name: '(a) naive: Apollo + Express 5 + model.predict', server: naive, check: checkOurs },
    { name: '(b) Apollo + Express 5, constants', server: constant, check: checkShape },
    { name: '(c) raw node:http JSON, constants', server: raw, check: checkShape },
  ].map((contender) => ({ ...contender, rates: [] }));
  for (const { server, check } of contenders) await measure(server, check, 2);
  for (let r = 0; r < ROUNDS; r++) {
    for (const contender of contenders) {
      const { perSecond, wrong } = await measure(contender.server, contender.check);
      if (wrong.length > 0) throw new Error(`${contender.name} answered wrongly: ${wrong.join('; ')}`);
      contender.rates.push(perSecond);
    }
  }
  console.log('combined query (segment + 5 recommendations + fraud assessment), answers checked');
  const ourRates = contenders[0].rates;
  for (const { name, rates } of contenders) {
    const { median, low, high } = spread(rates);
    const ratios = spread(rates.map((rate, r) => ourRates[r] / rate));
    console.log(
      `  ${name.padEnd(48)} ${round(median).padStart(7)} /s  (${round(low)} … ${round(high)})  ours is ${ratios.median.toFixed(2)} × (${ratios.low.toFixed(2)} … ${ratios.high.toFixed(2)})`,
    );
  }
  const { stats } = await ask(ours.child, 'stats', 'stats');
  console.log(
    `  mean batch: ${Object.entries(stats)
      .map(([model, s]) => `${model} ${(s.rows / s.batches).toFixed(1)}`)
      .join(', ')}\n`,
  );
  await Promise.all([stop(ours), stop(naive), stop(constant), stop(raw)]);

  // The rest is asked of the server as it is deployed: with both cores (the generator needs a part of one).
  const deployed = await serve('server-ours.mjs', [join(folder, 'data-2'), String(CUSTOMERS), expectedFile], '0,1', [
    '--max-semi-space-size=32',
  ]);
  console.log('from here on the server has both cores');
  await measure(deployed, checkOurs, 2);
  const free = [];
  for (let r = 0; r < ROUNDS; r++) free.push((await measure(deployed, checkOurs)).perSecond);
  const f = spread(free);
  console.log(`combined query: ${round(f.median)} /s (${round(f.low)} … ${round(f.high)})`);

  const bulkQuery =
    'query Bulk($id: ID!, $payments: [HypotheticalTransactionInput!]!) { customer(customerId: $id) { assessTransactions(transactions: $payments) { probability decision } } }';
  const bulk = post({
    query: bulkQuery,
    variables: {
      id: 'bench-1',
      payments: Array.from({ length: 1000 }, (_, i) => ({
        ...PAYMENT,
        amount: { amount: `${10 + i / 4}`, currency: 'USD' },
      })),
    },
  });
  const bulkRates = [];
  for (let r = 0; r < ROUNDS; r++) {
    const { perSecond, wrong } = await load({
      port: deployed.port,
      connections: 2,
      seconds: SECONDS / 2,
      body: () => bulk,
      check: (_n, text) => (text.startsWith('{"data":') && !text.includes('null') ? null : text.slice(0, 200)),
    });
    if (wrong.length > 0) throw new Error(wrong[0]);
    bulkRates.push(perSecond * 1000);
  }
  const b = spread(bulkRates);
  console.log(`bulk: 1,000 assessments a request: ${round(b.median)} rows/s (${round(b.low)} … ${round(b.high)})\n`);

  const capacity = f.median;
  const single = await load({
    port: deployed.port,
    connections: 1,
    seconds: SECONDS,
    body: (n) => bodies[pick(n)],
    check: checkOurs,
  });
  const seventy = await load({
    port: deployed.port,
    connections: 64,
    seconds: SECONDS,
    body: (n) => bodies[pick(n)],
    check: checkOurs,
    ratePerSecond: capacity * 0.7,
  });
  console.log(
    `latency of the combined query: one at a time p50 ${quantile(single.latencies, 0.5).toFixed(2)} ms; at 70 % load p50 ${quantile(seventy.latencies, 0.5).toFixed(2)} ms, p99 ${quantile(seventy.latencies, 0.99).toFixed(2)} ms (${round(seventy.perSecond)} /s)\n`,
  );

  const before = await ask(deployed.child, 'heap', 'heap');
  let asked = 0;
  const heaps = [];
  while (asked < HEAP_QUERIES) {
    const { perSecond } = await measure(deployed, () => null, 5);
    asked += perSecond * 5;
    heaps.push((await ask(deployed.child, 'heap', 'heap')).heap);
  }
  console.log(
    `heap after collection: ${(before.heap / 2 ** 20).toFixed(1)} MiB before, ${heaps.map((heap) => (heap / 2 ** 20).toFixed(1)).join(', ')} MiB after ${round(asked)} queries`,
  );
  await stop(deployed);
} finally {
  for (const child of children) if (child.exitCode === null) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
}
