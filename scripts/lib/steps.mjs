// The steps of the set-up: each knows whether it is needed, and does its work visibly.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { inRoot, readJson, run, say, writeJson } from './common.mjs';
import { buildDashboard } from './dashboard.mjs';
import { assembleKernel, KERNEL } from './kernel.mjs';

const OLDEST_NODE = [20, 20];

/** @param {string} version as process.versions.node @returns {string | null} what is wrong with it */
export function nodeProblem(version) {
  const [major, minor] = version.split('.').map(Number);
  const [wantedMajor, wantedMinor] = OLDEST_NODE;
  const old = major < wantedMajor || (major === wantedMajor && minor < wantedMinor);
  return old ? `scoregraph needs Node ${wantedMajor}.${wantedMinor} or newer, this is ${version}.` : null;
}

const hashOf = (path) => createHash('sha256').update(readFileSync(path)).digest('hex');

/** Whether node_modules is what package-lock.json says. */
export function isInstalled(root = inRoot()) {
  const stamp = readJson(join(root, 'node_modules', '.scoregraph-install.json'));
  return stamp !== null && stamp.lock === hashOf(join(root, 'package-lock.json'));
}

/** Installs the dependencies, install scripts off (.npmrc). */
export async function install() {
  say('Installing dependencies (npm ci) …');
  const { code } = await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    timeoutMs: 900_000,
  });
  if (code !== 0) throw new Error('npm ci failed; see above.');
  writeJson(inRoot('node_modules', '.scoregraph-install.json'), { lock: hashOf(inRoot('package-lock.json')) });
}

/** What the build is made of: the server's code, its kernel, and the page's with its styles. */
const SOURCES = /\.(?:ts|tsx|css|html|wat)$/;

/** Newest change among files that the build is made of, and how many there are. */
function sources(folder) {
  let newest = 0;
  let count = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile() || !SOURCES.test(entry.name)) continue;
    count++;
    newest = Math.max(newest, statSync(join(entry.parentPath, entry.name)).mtimeMs);
  }
  return { newest, count };
}

const fingerprint = (root) => {
  const { newest, count } = sources(join(root, 'src'));
  const settings = Math.max(
    ...['tsconfig.json', 'package-lock.json'].map((file) => statSync(join(root, file)).mtimeMs),
  );
  return `${Math.max(newest, settings)}/${count}`;
};

/** Whether dist/ was built from what src/ is now. */
export function isBuilt(root = inRoot()) {
  const stamp = readJson(join(root, 'dist', '.scoregraph-build.json'));
  const made = ['main.js', KERNEL, join('dashboard', 'index.html'), 'dashboard-documents.json'].every((file) =>
    existsSync(join(root, 'dist', file)),
  );
  return stamp !== null && made && stamp.sources === fingerprint(root);
}

/** Compiles src/ to dist/ and bundles the page, from nothing: what was deleted in src/ must not live on. */
export async function build() {
  say('Building …');
  rmSync(inRoot('dist'), { recursive: true, force: true });
  const { code } = await run(
    process.execPath,
    [inRoot('node_modules', 'typescript', 'bin', 'tsc'), '-p', inRoot('tsconfig.json')],
    { timeoutMs: 300_000 },
  );
  if (code !== 0) throw new Error('The build failed; see above.');
  await assembleKernel();
  await buildDashboard();
  markBuilt();
}

/** Remembers that dist/ is made of what src/ is now. */
export function markBuilt(root = inRoot()) {
  writeJson(join(root, 'dist', '.scoregraph-build.json'), { sources: fingerprint(root) });
}
