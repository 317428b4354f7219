// Bundles src/dashboard into dist/dashboard: hashed names, so that browsers may keep the files for ever.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { inRoot } from './common.mjs';

const SOURCE = inRoot('src', 'dashboard');

/** Entries by the name that index.html uses for them. */
const ENTRIES = { theme: 'theme.ts', main: 'main.tsx', styles: 'styles/index.css' };

/**
 * What the bundler is told.
 * @param {string} out folder that the page is written to
 * @returns {import('esbuild').BuildOptions}
 */
const options = (out) => ({
  absWorkingDir: inRoot(),
  entryPoints: Object.entries(ENTRIES).map(([name, file]) => ({ in: join(SOURCE, file), out: name })),
  outdir: join(out, 'assets'),
  entryNames: '[name]-[hash]',
  bundle: true,
  minify: true,
  format: 'esm',
  target: ['es2022'],
  jsx: 'automatic',
  jsxImportSource: 'preact',
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
});

/** Writes index.html with the names that the bundler gave. */
function writePage({ outputs }, out) {
  const names = {};
  for (const [file, { entryPoint }] of Object.entries(outputs)) {
    const name = Object.keys(ENTRIES).find((one) => entryPoint?.endsWith(`src/dashboard/${ENTRIES[one]}`));
    if (name !== undefined) names[name] = `/assets/${basename(file)}`;
  }
  const page = readFileSync(join(SOURCE, 'index.html'), 'utf8').replace(/\{\{(\w+)\}\}/g, (_all, name) => {
    if (names[name] === undefined) throw new Error(`index.html names {{${name}}}, which is not bundled`);
    return names[name];
  });
  writeFileSync(join(out, 'index.html'), page);
}

/**
 * Bundles the page, from nothing.
 * @param {string} [out] default dist/dashboard
 */
export async function buildDashboard(out = inRoot('dist', 'dashboard')) {
  const { build } = await import('esbuild');
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const { metafile } = await build(options(out));
  writePage(metafile, out);
}

/** Bundles again whenever a source changes, until the process ends. */
export async function watchDashboard(out = inRoot('dist', 'dashboard')) {
  const { context } = await import('esbuild');
  mkdirSync(out, { recursive: true });
  const page = {
    name: 'page',
    setup: (build) => build.onEnd(({ metafile }) => metafile && writePage(metafile, out)),
  };
  const watching = await context({ ...options(out), plugins: [page] });
  await watching.watch();
}
