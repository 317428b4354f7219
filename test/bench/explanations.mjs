// What an explanation costs: the combined query with and without, one caller at a time, taking turns.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { spread } from './lib/figures.mjs';
import { load, post } from './lib/load.mjs';
import { SERVER_FLAGS, serve, stop } from './lib/processes.mjs';
import { COMBINED, PAYMENT } from './lib/query.mjs';

const TOLD = 'explanation(top: 3) { baseline score rest contributions { name contribution sentence } }';
const ASKED = [
  { name: 'without explanation', query: COMBINED, explanations: 0 },
  {
    name: 'fraud explained',
    query: COMBINED.replace('probability decision', `probability decision ${TOLD}`),
    explanations: 1,
  },
  { name: 'segment explained', query: COMBINED.replace('confidence', `confidence ${TOLD}`), explanations: 1 },
  {
    name: 'recommendations explained',
    query: COMBINED.replace('recommendations(first: 5) {', `recommendations(first: 5) { ${TOLD}`),
    explanations: 1,
  },
];

export async function explanations({ folder, customers, rounds, seconds }) {
  const expectedFile = join(folder, 'explained.json');
  const ours = await serve(
    'server-ours.mjs',
    [join(folder, 'explanations'), String(customers), expectedFile],
    '0',
    SERVER_FLAGS,
  );
  const ids = JSON.parse(readFileSync(expectedFile, 'utf8')).map(({ id }) => id);
  let asked = 0;
  const measure = async ({ query, explanations: wanted }, length) => {
    const { latencies, wrong } = await load({
      port: ours.port,
      connections: 1,
      seconds: length,
      // Never the same row twice in one turn: another customer, another amount.
      body: () => {
        asked++;
        const payment = {
          ...PAYMENT,
          amount: { ...PAYMENT.amount, amount: (100 + (asked % 100_000) / 100).toFixed(2) },
        };
        const variables = { id: ids[(asked * 7919) % ids.length], payment };
        return post({ query, operationName: 'Combined', variables });
      },
      check: (_n, text) => {
        if (text.includes('"errors"')) return text.slice(0, 300);
        return text.split('"baseline"').length - 1 === wanted ? null : `expected ${wanted} explanations: ${text}`;
      },
    });
    if (wrong.length > 0) throw new Error(`answered wrongly: ${wrong.join('; ')}`);
    return latencies[Math.floor(latencies.length / 2)];
  };
  for (const one of ASKED) await measure(one, 2);
  const medians = ASKED.map(() => []);
  for (let r = 0; r < rounds; r++) for (const [i, one] of ASKED.entries()) medians[i].push(await measure(one, seconds));
  console.log('combined query by one caller, its p50; the server, its engine thread included, on core 0');
  for (const [i, { name }] of ASKED.entries()) {
    const { median, low, high } = spread(medians[i]);
    const more = spread(medians[i].map((ms, r) => ms - medians[0][r])).median;
    console.log(
      `  ${name.padEnd(28)} ${median.toFixed(2)} ms (${low.toFixed(2)} … ${high.toFixed(2)})${i === 0 ? '' : `, ${more.toFixed(2)} ms more`}`,
    );
  }
  console.log();
  await stop(ours);
}
