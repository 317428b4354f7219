// What it costs to ask who it is: the combined query of an open server, of one that asks for an API key, and of one that believes signed
// tokens; both with budgets. They take turns, so that a slow minute of the machine hits all of them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { round, spread, withSpread } from './lib/figures.mjs';
import { load } from './lib/load.mjs';
import { SERVER_FLAGS, serve, stop } from './lib/processes.mjs';
import { questions } from './lib/questions.mjs';

const NAMES = { open: 'open (loopback only)', key: 'API key, budgets', token: 'signed token (HS256), budgets' };

export async function guarded({ folder, customers, rounds, seconds }) {
  const contenders = [];
  for (const [guard, name] of Object.entries(NAMES)) {
    const expectedFile = join(folder, `guarded-${guard}.json`);
    const server = await serve(
      'server-ours.mjs',
      [join(folder, `guarded-${guard}`), String(customers), expectedFile, '', guard],
      '0',
      SERVER_FLAGS,
    );
    const headers = server.bearer === null ? '' : `Authorization: Bearer ${server.bearer}\r\n`;
    contenders.push({ name, server, rates: [], ...questions(JSON.parse(readFileSync(expectedFile, 'utf8')), headers) });
  }
  const measure = async ({ name, server, body, check }, length) => {
    const { perSecond, wrong } = await load({ port: server.port, connections: 64, seconds: length, body, check });
    if (wrong.length > 0) throw new Error(`${name} answered wrongly: ${wrong.join('; ')}`);
    return perSecond;
  };
  for (const contender of contenders) await measure(contender, 3);
  for (let r = 0; r < rounds; r++)
    for (const contender of contenders) contender.rates.push(await measure(contender, seconds));

  console.log(
    'combined query of callers who must say who they are, 64 connections, answers checked; each server on core 0',
  );
  const [open] = contenders;
  for (const { name, rates } of contenders) {
    const ratio = withSpread(
      rates.map((rate, r) => rate / open.rates[r]),
      (n) => n.toFixed(2),
    );
    const { median, low, high } = spread(rates);
    console.log(
      `  ${name.padEnd(48)} ${round(median).padStart(7)} /s (${round(low)} … ${round(high)})  ${ratio} of open`,
    );
  }
  console.log('');
  for (const { server } of contenders) await stop(server);
}
