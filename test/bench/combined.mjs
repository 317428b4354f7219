// The combined query against three baselines. Servers take turns, so that a slow minute of the machine hits all of them.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { round, spread, withSpread } from './lib/figures.mjs';
import { load } from './lib/load.mjs';
import { ask, SERVER_FLAGS, serve, stop } from './lib/processes.mjs';
import { checkShape, questions } from './lib/questions.mjs';

export async function combined({ folder, customers, rounds, seconds }) {
  const expectedFile = join(folder, 'expected.json');
  const ours = await serve(
    'server-ours.mjs',
    [join(folder, 'combined'), String(customers), expectedFile],
    '0',
    SERVER_FLAGS,
  );
  const { body, check } = questions(JSON.parse(readFileSync(expectedFile, 'utf8')));
  const models = resolve(import.meta.dirname, '../../models');
  const contenders = [
    { name: 'ours', server: ours, check },
    {
      name: '(a) naive: Apollo + Express 5 + model.predict',
      server: await serve('server-naive.mjs', [models, expectedFile], '0'),
      check,
    },
    {
      name: '(b) Apollo + Express 5, constants',
      server: await serve('server-constant.mjs', [], '0'),
      check: checkShape,
    },
    { name: '(c) raw node:http JSON, constants', server: await serve('server-raw.mjs', [], '0'), check: checkShape },
  ].map((contender) => ({ ...contender, rates: [] }));
  const measure = async (contender, length) => {
    const { perSecond, wrong } = await load({
      port: contender.server.port,
      connections: 64,
      seconds: length,
      body,
      check: contender.check,
    });
    if (wrong.length > 0) throw new Error(`${contender.name} answered wrongly: ${wrong.join('; ')}`);
    return perSecond;
  };
  for (const contender of contenders) await measure(contender, 2);
  for (let r = 0; r < rounds; r++)
    for (const contender of contenders) contender.rates.push(await measure(contender, seconds));

  console.log(
    'combined query (segment + 5 recommendations + fraud assessment), 64 connections, answers checked; every server, its engine thread included, on core 0',
  );
  const ourRates = contenders[0].rates;
  for (const { name, rates } of contenders) {
    const ratio = withSpread(
      rates.map((rate, r) => ourRates[r] / rate),
      (n) => n.toFixed(2),
    );
    const { median, low, high } = spread(rates);
    console.log(
      `  ${name.padEnd(48)} ${round(median).padStart(7)} /s (${round(low)} … ${round(high)})  ours is ${ratio} ×`,
    );
  }
  const { stats } = await ask(ours, 'stats');
  const means = Object.entries(stats).map(([model, s]) => `${model} ${(s.rows / s.batches).toFixed(1)}`);
  console.log(`  mean batch since its start: ${means.join(', ')}\n`);
  for (const { server } of contenders) await stop(server);
}
