import { readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { readConfig } from '../config/config.js';
import { ask } from './ask.js';

const MODEL = `name description engine aliases { name version { number } }
  versions { number state reason stateChangedAt mode aliases trainedOn metrics { name value dataset } statistics { rows errors } }`;

interface Model {
  readonly name: string;
  readonly description: string;
  readonly engine: string;
  readonly aliases: readonly { readonly name: string; readonly version: { readonly number: number } }[];
  readonly versions: readonly {
    readonly number: number;
    readonly state: string;
    readonly reason: string | null;
    readonly stateChangedAt: string;
    readonly mode: string | null;
    readonly aliases: readonly string[];
    readonly trainedOn: string | null;
    readonly metrics: readonly { readonly name: string; readonly value: number; readonly dataset: string }[];
    readonly statistics: { readonly rows: number; readonly errors: number };
  }[];
}
type Say = (line: string) => void;
interface Where {
  readonly url?: string;
}
/** Where the server is: as was said, or as its settings say. */
function serverAt({ url }: Where): string {
  if (url !== undefined) return url;
  const { host, port } = readConfig();
  return `http://${host}:${port}`;
}

function versionNumber(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('expected a version number');
}

/** What a version is and why, on one line. */
const versionLine = ({ number, state, reason, mode, aliases }: Model['versions'][number]): string =>
  `  ${String(number).padStart(6)}  ${state.padEnd(9)}  ${[...aliases, mode, reason].filter((part) => part !== null).join(' · ')}`.trimEnd();

async function mutate(say: Say, where: Where, field: string, variables: Record<string, unknown>): Promise<void> {
  const types: Record<string, string> = { version: 'Int!', model: 'String!', alias: 'String!', reason: 'String!' };
  const given = Object.keys(variables);
  const query = `mutation (${given.map((name) => `$${name}: ${types[name]}`).join(', ')}) {
    done: ${field}(${given.map((name) => `${name}: $${name}`).join(', ')}) { model { ${MODEL} } userErrors { code message } }
  }`;
  const { done } = (await ask(serverAt(where), query, variables)) as {
    done: { model: Model | null; userErrors: { code: string; message: string }[] };
  };
  for (const { code, message } of done.userErrors) say(`${code}: ${message}`);
  if (done.userErrors.length > 0) process.exitCode = 1;
  for (const version of done.model?.versions ?? []) say(versionLine(version));
}

/** A version's folder as an argument: `models/fraud/2`. */
function placeOf(folder: string): { folder: string; modelsDir: string; model: string; version: number } {
  const whole = resolve(folder);
  const number = basename(whole);
  if (!/^[1-9]\d{0,8}$/.test(number))
    throw new Error(`expected the folder of a version, as models/fraud/2, got ${folder}`);
  const model = dirname(whole);
  return { folder: whole, modelsDir: dirname(model), model: basename(model), version: Number(number) };
}

/** Checks a version's folder as a server would before it loads it, and tries it. */
async function check(say: Say, folder: string): Promise<void> {
  const { parseManifest } = await import('../inference/manifest.js');
  const { checkVersion } = await import('../inference/repository.js');
  const { nativeInstalled } = await import('../inference/pool/pool.js');
  const { Prober } = await import('../inference/probe/probe.js');
  const { probeRows } = await import('../inference/runtimes/warm-up.js');
  const { readPublicKeys } = await import('../inference/signing.js');
  const { engine, modelPublicKeyFile, modelLoadMemoryMb, modelLoadTimeoutMs } = readConfig();
  const place = placeOf(folder);
  const manifest = parseManifest(readFileSync(join(place.modelsDir, place.model, 'manifest.json'), 'utf8'));
  const keys = modelPublicKeyFile === null ? null : readPublicKeys(modelPublicKeyFile);
  const { source, card } = await checkVersion(place.modelsDir, manifest, place.version, keys);
  say(
    `files    ${Object.keys(card.files).length} as version.json says${keys === null ? '' : ', signed by a known key'}`,
  );
  const chosen = engine === 'auto' ? (nativeInstalled() ? 'tensorflow' : 'wasm') : engine;
  const limits = { timeoutMs: modelLoadTimeoutMs, memoryMb: modelLoadMemoryMb };
  const prober = new Prober({ engine: chosen, engineVersion: '', cacheDir: null, ...limits });
  try {
    const { mode } = await prober.probe(source, [1], probeRows(manifest));
    say(`loads    ${chosen}: ${mode}, finite numbers for plain inputs`);
  } finally {
    prober.close();
  }
}

/** `scoregraph models …`: of a running server, or of a folder. */
export function addModelCommands(program: Command, say: Say): void {
  const models = program
    .command('models')
    .description('models and their versions: docs/models.md')
    .showHelpAfterError();
  /** A command that speaks to a running server. */
  const remote = (name: string, what: string) =>
    models.command(name).description(what).option('--url <url>', 'where the server is; default: as HOST and PORT say');

  remote('list', 'what a running server has, and what answers').action(async (where: Where) => {
    const { models: all, modelProblems } = (await ask(
      serverAt(where),
      `{ models { ${MODEL} } modelProblems { model reason message } }`,
      {},
    )) as { models: Model[]; modelProblems: { model: string; reason: string; message: string }[] };
    for (const { name, versions } of all) {
      say(name);
      for (const version of versions) say(versionLine(version));
    }
    for (const { model, reason, message } of modelProblems)
      say(`${model === '' ? 'models folder' : model}: ${reason}: ${message}`);
  });

  remote('describe', 'one model with everything that is known of its versions')
    .argument('<model>')
    .action(async (name: string, where: Where) => {
      const { model } = (await ask(serverAt(where), `query ($name: String!) { model(name: $name) { ${MODEL} } }`, {
        name,
      })) as {
        model: Model;
      };
      say(`${model.name}: ${model.description} (${model.engine})`);
      for (const version of model.versions) {
        say(versionLine(version));
        say(
          `          since ${version.stateChangedAt}, ${version.statistics.rows} rows, ${version.statistics.errors} failed`,
        );
        if (version.trainedOn !== null) say(`          trained on ${version.trainedOn}`);
        for (const { name, value, dataset } of version.metrics) say(`          ${name} ${value} (${dataset})`);
      }
    });

  models
    .command('check')
    .description("looks at a version's folder as a server would, and tries to load it; needs no server")
    .argument('<folder>', 'models/fraud/2')
    .action((folder: string) => check(say, folder));

  models
    .command('sign')
    .description('signs a version, for servers that ask for signatures')
    .argument('<folder>', 'models/fraud/2')
    .requiredOption('--key <file>', 'an Ed25519 private key, PEM')
    .action(async (folder: string, { key }: { key: string }) => {
      const { SIGNATURE_FILE, signCard } = await import('../inference/signing.js');
      const { model, version, folder: whole } = placeOf(folder);
      const card = readFileSync(join(whole, 'version.json'), 'utf8');
      const file = join(whole, SIGNATURE_FILE);
      writeFileSync(file, signCard({ model, version, card }, readFileSync(key, 'utf8')));
      say(`Written: ${file}`);
    });

  const operations = [
    ['load', 'loadModelVersion', 'loads a version beside those that serve'],
    ['unload', 'unloadModelVersion', 'takes a version out of service'],
  ] as const;
  for (const [name, field, what] of operations) {
    remote(name, what)
      .argument('<model>')
      .argument('<version>', 'its number', versionNumber)
      .action((model: string, version: number, where: Where) => mutate(say, where, field, { model, version }));
  }
  remote('alias', 'lets an alias mean another version')
    .argument('<model>')
    .argument('<alias>', 'champion, challenger, …')
    .argument('<version>', 'its number', versionNumber)
    .requiredOption('--reason <text>', 'why, for those who read it later')
    .action((model: string, alias: string, version: number, { reason, ...where }: Where & { reason: string }) =>
      mutate(say, where, 'setModelAlias', { model, alias, version, reason }),
    );
  remote('rollback', 'lets an alias mean what it meant before')
    .argument('<model>')
    .argument('[alias]', 'which', 'champion')
    .requiredOption('--reason <text>', 'why, for those who read it later')
    .action((model: string, alias: string, { reason, ...where }: Where & { reason: string }) =>
      mutate(say, where, 'rollBackModel', { model, alias, reason }),
    );
}
