// Up to three times as much as the server can do, open loop: what is admitted is answered in time, the rest is refused at once.
import { readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { quantile, round, spread } from './lib/figures.mjs';
import { load } from './lib/load.mjs';
import { flood } from './lib/open-load.mjs';
import { ask, SERVER_FLAGS, serve, stop } from './lib/processes.mjs';
import { questions } from './lib/questions.mjs';

/** Enough that requests come when they are due, whatever became of those before. */
const CONNECTIONS = 2_000;
export async function overload({ folder, customers, rounds, seconds }) {
  const expectedFile = join(folder, 'expected-overload.json');
  const server = await serve(
    'server-ours.mjs',
    [join(folder, 'overload'), String(customers), expectedFile],
    '0',
    SERVER_FLAGS,
  );
  const { body, check } = questions(JSON.parse(readFileSync(expectedFile, 'utf8')));
  const closed = async (connections, length) => {
    const result = await load({ port: server.port, connections, seconds: length, body, check });
    if (result.wrong.length > 0) throw new Error(`${connections} connections: ${result.wrong.join('; ')}`);
    return result;
  };
  await closed(64, 3);
  console.log(
    `overload: combined query, every answer checked; the server with its engine on core 0; load ${loadavg()[0].toFixed(2)}`,
  );
  const line = (name, perSecond, latencies, more = '') =>
    console.log(
      `  ${name.padEnd(34)} ${round(perSecond).padStart(7)} /s answered, p50 ${ms(latencies, 0.5)}, p99 ${ms(latencies, 0.99)} ms${more}`,
    );
  const rates = [];
  for (const connections of [64, 256]) {
    const runs = [];
    for (let r = 0; r < rounds; r++) runs.push(await closed(connections, seconds));
    rates.push(...runs.map(({ perSecond }) => perSecond));
    const { perSecond, latencies } = runs.sort((a, b) => a.perSecond - b.perSecond)[runs.length >> 1];
    line(`${connections} connections, closed loop`, perSecond, latencies, ', nothing refused');
  }
  const capacity = spread(rates).median;
  const mib = async () => round((await ask(server, 'rss')).rss / 2 ** 20);
  for (const factor of [0.7, 1, 2, 3]) {
    const before = await mib();
    const result = await flood({
      port: server.port,
      connections: CONNECTIONS,
      seconds: 2 * seconds,
      ratePerSecond: capacity * factor,
      body,
      check,
    });
    if (result.wrong.length > 0) throw new Error(`${factor} ×: ${result.wrong.join('; ')}`);
    const { sent, shed, settled, unsent, refusals } = result;
    line(
      `${factor} × (${round(capacity * factor)} /s offered)`,
      result.perSecond,
      result.latencies,
      `, after the first second ${ms(settled, 0.99)} ms; ${((100 * shed) / sent).toFixed(1)} % of ${round(sent)} refused, in p50 ${ms(refusals, 0.5)}, p99 ${ms(refusals, 0.99)} ms` +
        `${unsent > 0 ? `; ${round(unsent)} never sent` : ''}; RSS ${before} → ${await mib()} MiB; load ${loadavg()[0].toFixed(2)}`,
    );
  }
  const { perSecond, latencies } = await closed(64, seconds);
  line('64 connections again', perSecond, latencies, ', nothing refused\n');
  await stop(server);
}

const ms = (sorted, q) => quantile(sorted, q).toFixed(1);
