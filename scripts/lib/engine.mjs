// Provides the native engine of @tensorflow/tfjs-node: its own installer, else TensorFlow's wheel and one compiler call, else none.
import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { inRoot, readJson, run, say, sha256, writeJson } from './common.mjs';

/** Where the outcome is kept for the next start. */
export const OUTCOME = inRoot('node_modules', '.scoregraph-engine.json');
const PACKAGE = inRoot('node_modules', '@tensorflow', 'tfjs-node');
const BINDING = join(PACKAGE, 'lib', 'napi-v8', 'tfjs_binding.node');
/** A failure is not tried again for a day, unless asked for (`npm run engine`). */
const RETRY_MS = 86_400_000;

/**
 * TensorFlow wheels that hold the whole C API. Only linux-x64 has been tried; the others are as their authors describe them, and
 * their checksums are not pinned.
 */
export const WHEELS = {
  'linux-x64': {
    package: 'tensorflow-cpu',
    version: '2.12.1',
    platform: 'manylinux_2_17_x86_64',
    sha256: '7ffb595707a8fb376deaddc768784c7a0242b16cbc6e06393b1733b2ce19f855',
    libraries: ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'],
  },
  'linux-arm64': {
    package: 'tensorflow-cpu-aws',
    version: '2.12.1',
    platform: 'manylinux_2_17_aarch64',
    sha256: null,
    libraries: ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'],
  },
  'darwin-arm64': {
    package: 'tensorflow-macos',
    version: '2.12.0',
    platform: 'macosx_12_0_arm64',
    sha256: null,
    libraries: ['libtensorflow_cc.2.dylib', 'libtensorflow_framework.2.dylib'],
  },
};

const cacheRoot = () => join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'scoregraph', 'engine');

/** A cached engine is whole when every file of its manifest has the size it had, and, with `thorough`, the sha256. */
export async function isWhole(folder, thorough) {
  const manifest = readJson(join(folder, 'manifest.json'));
  if (manifest === null) return false;
  for (const [file, { size, sha256: expected }] of Object.entries(manifest.files)) {
    const path = join(folder, file);
    if (!existsSync(path) || statSync(path).size !== size) return false;
    if (thorough && (await sha256(path)) !== expected) return false;
  }
  return true;
}

/** Loads the binding in a process of its own and runs one operation: the only proof that counts. */
async function works() {
  if (!existsSync(BINDING)) return false;
  const script = `
    const util = require('node:util');
    util.isNullOrUndefined ??= (v) => v == null; util.isArray ??= Array.isArray;
    const tf = require(${JSON.stringify(PACKAGE)});
    if (tf.matMul(tf.ones([2, 2]), tf.ones([2, 2])).dataSync()[3] !== 2) process.exit(3);`;
  const { code } = await run(process.execPath, ['-e', script], {
    quiet: true,
    timeoutMs: 60_000,
    env: { TF_CPP_MIN_LOG_LEVEL: '3' },
  });
  return code === 0;
}

const clear = () => {
  for (const part of ['deps', 'lib']) rmSync(join(PACKAGE, part), { recursive: true, force: true });
};

/** The package's own way: it downloads libtensorflow from one storage host, which many networks do not reach. */
async function byInstaller() {
  const { code, output } = await run(process.execPath, [join(PACKAGE, 'scripts', 'install.js'), 'CPU', 'download'], {
    cwd: PACKAGE,
    quiet: true,
    timeoutMs: 45_000,
  });
  if (code === 0 && (await works())) return null;
  clear();
  return code === 124
    ? 'its download did not finish within 45 s'
    : (output.match(/(HTTP|status|ENOTFOUND|ECONN\w+|EAI_AGAIN|certificate)[^\n]{0,80}/i)?.[0] ??
        'its download failed');
}

/** Points the package at a cached engine. */
function link(folder) {
  clear();
  mkdirSync(join(PACKAGE, 'lib'), { recursive: true });
  symlinkSync(join(folder, 'deps'), join(PACKAGE, 'deps'));
  cpSync(join(folder, 'napi-v8'), join(PACKAGE, 'lib', 'napi-v8'), { recursive: true });
}

async function firstThatRuns(commands, args) {
  for (const [command, ...first] of commands) {
    const { code } = await run(command, [...first, ...args], { quiet: true, timeoutMs: 20_000 });
    if (code === 0) return [command, ...first];
  }
  return null;
}

/** TensorFlow's wheel and one compiler call, kept in the user's cache. @returns {Promise<string | null>} why not */
async function byWheel() {
  const platform = `${process.platform}-${process.arch}`;
  const wheel = WHEELS[platform];
  if (wheel === undefined) return `there is no TensorFlow wheel known for ${platform}`;
  const folder = join(cacheRoot(), `${wheel.package}-${wheel.version}-${platform}`);
  if (await isWhole(folder, true)) {
    link(folder);
    if (await works()) return null;
  }
  rmSync(folder, { recursive: true, force: true });
  const pip = await firstThatRuns([['python3', '-m', 'pip'], ['pip3'], ['pip']], ['--version']);
  if (pip === null) return 'there is no pip to download TensorFlow’s wheel with';
  const compiler = await firstThatRuns([['c++'], ['g++'], ['clang++']], ['--version']);
  if (compiler === null) return 'there is no C++ compiler (c++, g++ or clang++)';

  mkdirSync(cacheRoot(), { recursive: true });
  const work = `${folder}.making-${process.pid}`;
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  try {
    say(`Downloading the native engine (${wheel.package} ${wheel.version}, about 230 MB, once per user) …`);
    const [command, ...first] = pip;
    const args = [
      'download',
      '--no-deps',
      '--only-binary=:all:',
      '--python-version',
      '311',
      '--platform',
      wheel.platform,
      '-d',
      join(work, 'wheel'),
      `${wheel.package}==${wheel.version}`,
    ];
    const download = await run(command, [...first, ...args], { cwd: work, timeoutMs: 600_000 });
    if (download.code !== 0) return `the download of ${wheel.package} ${wheel.version} by pip failed`;
    const file = join(work, 'wheel', readdirSync(join(work, 'wheel'))[0]);
    if (wheel.sha256 === null) say('This platform’s checksum is not pinned: the wheel is taken as pip verified it.');
    else if ((await sha256(file)) !== wheel.sha256)
      return `the wheel of ${wheel.package} ${wheel.version} does not have the expected sha256`;

    say('Unpacking and compiling the binding …');
    const unpack = `import sys, zipfile
z = zipfile.ZipFile(sys.argv[1])
keep = set('tensorflow/' + name for name in sys.argv[3:])
for n in z.namelist():
    if n in keep or n.startswith('tensorflow/include/tensorflow/'): z.extract(n, sys.argv[2])`;
    const unpacked = await run('python3', ['-c', unpack, file, work, ...wheel.libraries], {
      quiet: true,
      timeoutMs: 120_000,
    });
    if (unpacked.code !== 0) return `the wheel could not be unpacked: ${unpacked.output.trim().split('\n').pop()}`;
    await arrange(work, wheel);
    const compiled = await compile(compiler[0], work);
    if (compiled !== null) return compiled;
    await seal(work);
    rmSync(folder, { recursive: true, force: true });
    renameSync(work, folder);
    link(folder);
    return (await works()) ? null : 'the compiled binding does not load';
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** The layout that the package expects: deps/lib, deps/include. */
async function arrange(work, wheel) {
  mkdirSync(join(work, 'deps', 'lib'), { recursive: true });
  mkdirSync(join(work, 'deps', 'include'), { recursive: true });
  for (const library of wheel.libraries) {
    renameSync(join(work, 'tensorflow', library), join(work, 'deps', 'lib', library));
    const plain = library.replace('_cc.', '.').replace(/\.2(?=\.dylib$)|(?<=\.so)\.2$/, '');
    symlinkSync(library, join(work, 'deps', 'lib', plain));
  }
  renameSync(join(work, 'tensorflow', 'include', 'tensorflow'), join(work, 'deps', 'include', 'tensorflow'));
  rmSync(join(work, 'tensorflow'), { recursive: true, force: true });
  rmSync(join(work, 'wheel'), { recursive: true, force: true });
}

async function compile(compiler, work) {
  mkdirSync(join(work, 'napi-v8'), { recursive: true });
  const mac = process.platform === 'darwin';
  const { code, output } = await run(
    compiler,
    [
      join(PACKAGE, 'binding', 'tfjs_backend.cc'),
      join(PACKAGE, 'binding', 'tfjs_binding.cc'),
      ...['-std=c++17', '-O2', '-fPIC', '-shared', '-DNAPI_VERSION=8'],
      ...(mac ? ['-undefined', 'dynamic_lookup'] : []),
      `-I${PACKAGE}`,
      `-I${inRoot('node_modules', 'node-api-headers', 'include')}`,
      `-I${join(work, 'deps', 'include')}`,
      `-L${join(work, 'deps', 'lib')}`,
      `-Wl,-rpath,${mac ? '@loader_path' : '$ORIGIN'}/../../deps/lib`,
      ...['-ltensorflow', '-ltensorflow_framework', '-o', join(work, 'napi-v8', 'tfjs_binding.node')],
    ],
    { quiet: true, timeoutMs: 300_000 },
  );
  return code === 0
    ? null
    : `the compiler failed: ${
        output
          .trim()
          .split('\n')
          .find((line) => /error/i.test(line)) ?? output.trim().split('\n').pop()
      }`;
}

/** Writes the manifest, last of all: a folder without one is not whole. Headers are only needed to compile. */
async function seal(work) {
  rmSync(join(work, 'deps', 'include'), { recursive: true, force: true });
  const files = {};
  for (const place of [join('deps', 'lib'), 'napi-v8']) {
    for (const entry of readdirSync(join(work, place), { withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const path = join(work, place, entry.name);
      files[join(place, entry.name)] = { size: statSync(path).size, sha256: await sha256(path) };
    }
  }
  writeJson(join(work, 'manifest.json'), { files });
}

/** Whether there is anything to do: a working engine stays, a failure of today is not tried again. */
export function isSettled(outcome, now = Date.now()) {
  if (outcome === null) return false;
  if (outcome.native) return existsSync(BINDING);
  return now - outcome.at < RETRY_MS;
}

/**
 * Tries the ways in order and remembers the outcome.
 * @param {{ name: string, provide: () => Promise<string | null> }[]} ways each answers null, or why not
 * @returns {Promise<{ native: boolean, source: string, reason: string, at: number }>}
 */
export async function provide(
  ways = [
    { name: 'installer', provide: byInstaller },
    { name: 'wheel', provide: byWheel },
  ],
) {
  const reasons = [];
  for (const { name, provide: attempt } of ways) {
    const why = await attempt().catch((error) => error.message);
    if (why === null) return { native: true, source: name, reason: 'native engine found', at: Date.now() };
    reasons.push(`${name}: ${why}`);
  }
  return { native: false, source: 'none', reason: reasons.join('; '), at: Date.now() };
}

/**
 * Makes sure of the engine that SCOREGRAPH_ENGINE asks for.
 * @param {{ again: boolean }} options `again`: try even when it failed today
 */
export async function ensureEngine({ again }) {
  const wanted = process.env.SCOREGRAPH_ENGINE || 'auto';
  if (wanted === 'wasm') return;
  const known = readJson(OUTCOME);
  let outcome = known;
  if (!isSettled(known) || (again && !known?.native)) {
    outcome = (await works())
      ? { native: true, source: 'present', reason: 'native engine found', at: Date.now() }
      : await provide();
    writeJson(OUTCOME, outcome);
    if (outcome.native) say(`Native engine ready (${outcome.source}).`);
  }
  if (outcome.native) return;
  if (wanted === 'tensorflow')
    throw new Error(`SCOREGRAPH_ENGINE=tensorflow, but the native engine cannot be provided: ${outcome.reason}.`);
  say(
    `No native engine, WebAssembly does the work, slower on large models (${outcome.reason}). To try again: npm run engine.`,
  );
}
