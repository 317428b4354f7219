// The server as it is deployed, with all cores (the generator needs a part of one): bulk, latency, heap.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { quantile, round, spread, withSpread } from './lib/figures.mjs';
import { load, post } from './lib/load.mjs';
import { ask, SERVER_FLAGS, serve, stop } from './lib/processes.mjs';
import { PAYMENT } from './lib/query.mjs';
import { checkShape, questions } from './lib/questions.mjs';

const BULK =
  'query Bulk($id: ID!, $payments: [HypotheticalTransactionInput!]!) { customer(customerId: $id) { assessTransactions(transactions: $payments) { probability decision } } }';

export async function deployed({ folder, customers, rounds, seconds, heapQueries }) {
  const expectedFile = join(folder, 'expected-deployed.json');
  const server = await serve(
    'server-ours.mjs',
    [join(folder, 'deployed'), String(customers), expectedFile],
    '0,1',
    SERVER_FLAGS,
  );
  const { body, check } = questions(JSON.parse(readFileSync(expectedFile, 'utf8')));
  const ask64 = async (more) => {
    const result = await load({ port: server.port, connections: 64, seconds, body, check, ...more });
    if (result.wrong.length > 0) throw new Error(result.wrong.join('; '));
    return result;
  };
  await ask64({ seconds: 3 });
  const rates = [];
  for (let r = 0; r < rounds; r++) rates.push((await ask64({})).perSecond);
  console.log('as deployed: the server has both cores, the generator a part of one');
  console.log(`  combined query: ${withSpread(rates)} /s`);

  const payments = Array.from({ length: 1000 }, (_, i) => ({
    ...PAYMENT,
    amount: { amount: `${10 + i / 4}`, currency: 'USD' },
  }));
  const bulk = post({ query: BULK, variables: { id: 'bench-1', payments } });
  const bulkRates = [];
  for (let r = 0; r < rounds; r++) {
    const { perSecond } = await ask64({
      connections: 2,
      seconds: seconds / 2,
      body: () => bulk,
      check: (_n, text) => (text.startsWith('{"data":') && !text.includes('null') ? null : text.slice(0, 200)),
    });
    bulkRates.push(perSecond * 1000);
  }
  console.log(`  bulk: 1,000 assessments a request: ${withSpread(bulkRates)} rows/s`);

  const ms = (n) => n.toFixed(2);
  const at = (runs, q) =>
    withSpread(
      runs.map(({ latencies }) => quantile(latencies, q)),
      ms,
    );
  const single = [];
  const loaded = [];
  const rate = spread(rates).median * 0.7;
  for (let r = 0; r < rounds; r++) {
    single.push(await ask64({ connections: 1, seconds: seconds / 2 }));
    loaded.push(await ask64({ ratePerSecond: rate }));
  }
  console.log(`  latency of the combined query, one at a time: p50 ${at(single, 0.5)} ms, p99 ${at(single, 0.99)} ms`);
  console.log(
    `  latency at 70 % load (${round(rate)} /s, open loop): p50 ${at(loaded, 0.5)} ms, p99 ${at(loaded, 0.99)} ms`,
  );

  const mib = (bytes) => (bytes / 2 ** 20).toFixed(1);
  const before = await ask(server, 'heap');
  const heaps = [];
  let asked = 0;
  while (asked < heapQueries) {
    const { perSecond } = await ask64({ seconds: 5, check: checkShape });
    asked += perSecond * 5;
    heaps.push((await ask(server, 'heap')).heap);
  }
  const after = await ask(server, 'heap');
  console.log(
    `  heap after collection: ${mib(before.heap)} MiB before, ${heaps.map(mib).join(', ')} MiB after ${round(asked)} queries; RSS ${mib(before.rss)}, then ${mib(after.rss)} MiB\n`,
  );
  await stop(server);
}
