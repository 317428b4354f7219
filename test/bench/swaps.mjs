// Versions swapped under full load: a version is loaded beside the one that serves, the champion moves to it, the one before leaves.
// Windows with swaps and without take turns, so that what the machine does besides hits both.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join, resolve } from 'node:path';
import { quantile, round, spread } from './lib/figures.mjs';
import { load } from './lib/load.mjs';
import { watchOthers } from './lib/machine.mjs';
import { ask, SERVER_FLAGS, serve, stop } from './lib/processes.mjs';
import { checkShape, questions } from './lib/questions.mjs';

const MODELS = ['fraud', 'segmentation', 'recommendations'];
const VERSIONS = [1, 2, 3, 4, 5, 6, 7, 8];
const CONNECTIONS = 64;
/** Nobody is to wait longer because of a swap, ms. */
const LIMIT_MS = 50;
/** A window counts as quiet when others took less of a core. */
const QUIET = 0.05;

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

async function graph(port, query, variables = {}) {
  const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  return response.json();
}

const MUTATIONS = {
  load: 'mutation ($model: String!, $version: Int!) { done: loadModelVersion(model: $model, version: $version) { userErrors { code message } } }',
  name: 'mutation ($model: String!, $version: Int!) { done: setModelAlias(model: $model, alias: "champion", version: $version, reason: "bench") { userErrors { code message } } }',
  unload:
    'mutation ($model: String!, $version: Int!) { done: unloadModelVersion(model: $model, version: $version) { userErrors { code message } } }',
};

async function mutate(port, what, variables) {
  const answer = await graph(port, MUTATIONS[what], variables);
  if (answer.data?.done?.userErrors.length !== 0)
    throw new Error(`${what} ${JSON.stringify(variables)}: ${JSON.stringify(answer)}`);
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
    const query = 'query ($model: String!) { model(name: $model) { versions { number state } } }';
    const { data } = await graph(port, query, { model });
    if (data.model.versions.find(({ number }) => number === version).state === 'END') return;
    await new Promise((done) => setTimeout(done, 20));
  }
}

async function swap(port, { model, version, before }) {
  await mutate(port, 'load', { model, version });
  await mutate(port, 'name', { model, version });
  await mutate(port, 'unload', { model, version: before });
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
  /** One window. Every answer is looked at. */
  const asked = async () => {
    await ask(server, 'stall');
    const others = watchOthers([server.child.pid]);
    const result = await load({ port: server.port, connections: CONNECTIONS, seconds, body, check: checkShape });
    if (result.wrong.length > 0) throw new Error(result.wrong.join('; '));
    return { ...result, others: others(), stall: (await ask(server, 'stall')).stall };
  };
  const took = [];
  const memory = [await ask(server, 'heap')];
  let swapping = false;
  const keepSwapping = async () => {
    while (swapping && took.length < count) {
      const next = nth(took.length);
      await untilGone(server.port, next);
      const from = performance.now();
      await swap(server.port, next);
      took.push(performance.now() - from);
    }
  };
  await asked();
  const still = [];
  const moving = [];
  while (took.length < count) {
    still.push(await asked());
    swapping = true;
    const swaps = keepSwapping().finally(() => {
      swapping = false;
    });
    swaps.catch(() => {}); // told below
    moving.push(await asked());
    swapping = false;
    await swaps;
    // Between windows: it collects all garbage first, which holds up whoever asks meanwhile.
    if (took.length >= (memory.length * count) / 10) memory.push(await ask(server, 'heap'));
  }
  await stop(server);

  const of = (runs) => {
    if (runs.length === 0) return 'none';
    const all = Float64Array.from(runs.flatMap(({ latencies }) => [...latencies])).sort();
    const ms = (q) => quantile(all, q).toFixed(1);
    const perSecond = runs.reduce((sum, run) => sum + run.perSecond, 0) / runs.length;
    const late = all.filter((latency) => latency > LIMIT_MS).length;
    return `${runs.length} windows, ${round(all.length)} queries, ${round(perSecond)} /s, p50 ${ms(0.5)} ms, p99 ${ms(0.99)} ms, p99.9 ${ms(0.999)} ms, longest ${all.at(-1).toFixed(1)} ms; ${round(late)} above ${LIMIT_MS} ms, ${round((late / all.length) * 1e6)} of a million; main thread busy for at most ${Math.max(...runs.map(({ stall }) => stall)).toFixed(0)} ms; others took ${spread(runs.map(({ others }) => others)).median.toFixed(2)} cores`;
  };
  const quiet = ({ others }) => others < QUIET;
  const mib = (bytes) => Math.round(bytes / 2 ** 20);
  took.sort((a, b) => a - b);
  console.log(
    `${round(count)} swaps over ${MODELS.join(', ')}, ${CONNECTIONS} connections at full load, every answer looked at; windows of ${seconds} s with swaps and without in turns; load ${loadavg()[0].toFixed(2)}`,
  );
  console.log(`  without swaps: ${of(still)}`);
  console.log(`  while swapping: ${of(moving)}`);
  console.log(`  without swaps, where others took less than ${QUIET} cores: ${of(still.filter(quiet))}`);
  console.log(`  while swapping, where others took less than ${QUIET} cores: ${of(moving.filter(quiet))}`);
  console.log(
    `  a swap takes ${quantile(took, 0.5).toFixed(0)} ms (p50), ${quantile(took, 0.99).toFixed(0)} ms (p99): load, move the alias, unload`,
  );
  console.log(
    `  RSS ${memory.map(({ rss }) => mib(rss)).join(', ')} MiB, heap ${memory.map(({ heap }) => mib(heap)).join(', ')} MiB (before, then after each tenth)\n`,
  );
}
