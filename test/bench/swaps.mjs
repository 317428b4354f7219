// Versions swapped under full load: a version is loaded beside the one that serves, the champion moves to it, the one before leaves.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join, resolve } from 'node:path';
import { quantile, round } from './lib/figures.mjs';
import { load } from './lib/load.mjs';
import { ask, SERVER_FLAGS, serve, stop } from './lib/processes.mjs';
import { checkShape, questions } from './lib/questions.mjs';

const MODELS = ['fraud', 'segmentation', 'recommendations'];
const VERSIONS = [1, 2, 3, 4, 5, 6, 7, 8];
const CONNECTIONS = 64;

/** The shipped models, each eight times: the same answers, so that every answer can be checked whoever gave it. */
function copies(folder) {
  for (const model of MODELS) {
    const from = resolve(import.meta.dirname, '../../models', model);
    mkdirSync(join(folder, model), { recursive: true });
    const manifest = JSON.parse(readFileSync(join(from, 'manifest.json'), 'utf8'));
    manifest.version_policy = { specific: { versions: [1] } };
    writeFileSync(join(folder, model, 'manifest.json'), JSON.stringify(manifest));
    for (const version of VERSIONS) {
      const to = join(folder, model, String(version));
      cpSync(join(from, '1'), to, { recursive: true });
      const card = JSON.parse(readFileSync(join(to, 'version.json'), 'utf8'));
      writeFileSync(join(to, 'version.json'), JSON.stringify({ ...card, version }));
    }
  }
}

async function graph(port, query) {
  const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  return response.json();
}

async function mutate(port, field) {
  const answer = await graph(port, `mutation { done: ${field} { userErrors { code message } } }`);
  if (answer.data?.done?.userErrors.length !== 0) throw new Error(`${field}: ${JSON.stringify(answer)}`);
}

/** The n-th swap: which model, from which version to which. */
function nth(n) {
  const turn = Math.floor(n / MODELS.length);
  const at = (i) => VERSIONS[i % VERSIONS.length];
  return { model: MODELS[n % MODELS.length], before: at(turn), version: at(turn + 1) };
}

/** A version that is still taking its leave would only be called back: the swap is to load it. */
async function untilGone(port, { model, version }) {
  for (;;) {
    const { data } = await graph(port, `{ model(name: "${model}") { versions { number state } } }`);
    if (data.model.versions.find(({ number }) => number === version).state === 'END') return;
    await new Promise((done) => setTimeout(done, 20));
  }
}

async function swap(port, { model, version, before }) {
  await mutate(port, `loadModelVersion(model: "${model}", version: ${version})`);
  await mutate(port, `setModelAlias(model: "${model}", alias: "champion", version: ${version}, reason: "bench")`);
  await mutate(port, `unloadModelVersion(model: "${model}", version: ${before})`);
}

export async function swaps({ folder, customers, swaps: count, seconds }) {
  const modelsDir = join(folder, 'swap-models');
  copies(modelsDir);
  const expectedFile = join(folder, 'expected-swaps.json');
  const server = await serve(
    'server-ours.mjs',
    [join(folder, 'swaps'), String(customers), expectedFile, modelsDir],
    '0,1',
    SERVER_FLAGS,
  );
  const { body } = questions(JSON.parse(readFileSync(expectedFile, 'utf8')));
  const asked = async (length) => {
    const result = await load({
      port: server.port,
      connections: CONNECTIONS,
      seconds: length,
      body,
      check: checkShape,
    });
    if (result.wrong.length > 0) throw new Error(result.wrong.join('; '));
    return result;
  };
  await asked(seconds);
  const still = [];
  await ask(server, 'stall');
  for (let i = 0; i < 6; i++) still.push(await asked(seconds));
  const stalls = [await ask(server, 'stall')];
  const memory = [await ask(server, 'heap')];
  const moving = [];
  const took = [];
  let done = 0;
  const swapping = (async () => {
    for (; done < count; done++) {
      const next = nth(done);
      await untilGone(server.port, next);
      const from = performance.now();
      await swap(server.port, next);
      took.push(performance.now() - from);
      if ((done + 1) % Math.ceil(count / 10) === 0) memory.push(await ask(server, 'heap'));
    }
  })();
  let failed = null;
  swapping.catch((error) => {
    failed = error;
  });
  while (done < count && failed === null) moving.push(await asked(seconds));
  await swapping;
  stalls.push(await ask(server, 'stall'));
  await stop(server);

  const of = (runs) => {
    const all = Float64Array.from(runs.flatMap(({ latencies }) => [...latencies])).sort();
    const ms = (q) => quantile(all, q).toFixed(1);
    const perSecond = runs.reduce((sum, run) => sum + run.perSecond, 0) / runs.length;
    return `${round(all.length)} queries, ${round(perSecond)} /s, p50 ${ms(0.5)} ms, p99 ${ms(0.99)} ms, p99.9 ${ms(0.999)} ms, longest ${all.at(-1).toFixed(1)} ms`;
  };
  const mib = (bytes) => Math.round(bytes / 2 ** 20);
  took.sort((a, b) => a - b);
  console.log(
    `${round(count)} swaps over ${MODELS.join(', ')}, ${CONNECTIONS} connections at full load, every answer looked at; load ${loadavg()[0].toFixed(2)}`,
  );
  console.log(`  without swaps: ${of(still)}`);
  console.log(`  while swapping: ${of(moving)}`);
  console.log(
    `  a swap takes ${quantile(took, 0.5).toFixed(0)} ms (p50), ${quantile(took, 0.99).toFixed(0)} ms (p99): load, move the alias, unload`,
  );
  console.log(
    `  the main thread was busy for at most ${stalls.map(({ stall }) => stall.toFixed(0)).join(' ms without swaps, ')} ms while swapping`,
  );
  console.log(
    `  RSS ${memory.map(({ rss }) => mib(rss)).join(', ')} MiB, heap ${memory.map(({ heap }) => mib(heap)).join(', ')} MiB (before, then after each tenth)\n`,
  );
}
