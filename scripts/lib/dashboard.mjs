// Bundles src/dashboard into dist/dashboard: hashed names, so that browsers may keep the files for ever. Beside it the documents it asks.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { inRoot } from './common.mjs';

const SOURCE = inRoot('src', 'dashboard');

/** Entries by the name that the pages use for them. */
const ENTRIES = { theme: 'theme.ts', main: 'main.tsx', models: 'models-page.tsx', styles: 'styles/index.css' };
/** `index.html` is served at `/`, the others at their name without `.html`. The server reads all anew when this one changes: it comes last. */
const PAGES = ['models.html', 'index.html'];

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

/** Writes the pages with the names that the bundler gave. */
function writePages({ outputs }, out) {
  const names = {};
  for (const [file, { entryPoint }] of Object.entries(outputs)) {
    const name = Object.keys(ENTRIES).find((one) => entryPoint?.endsWith(`src/dashboard/${ENTRIES[one]}`));
    if (name !== undefined) names[name] = `/assets/${basename(file)}`;
  }
  for (const page of PAGES) {
    const text = readFileSync(join(SOURCE, page), 'utf8').replace(/\{\{(\w+)\}\}/g, (_all, name) => {
      if (names[name] === undefined) throw new Error(`${page} names {{${name}}}, which is not bundled`);
      return names[name];
    });
    writeFileSync(join(out, page), text);
  }
}

/**
 * Writes the documents that the page asks, each with its SHA-256, beside the page: the server trusts them, so that the page works
 * where nothing else is answered. They are read from the generated code itself, so they are what the page sends, to the letter.
 */
async function writeDocuments(out) {
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    entryPoints: [join(SOURCE, '__generated__', 'graphql.ts')],
    bundle: true,
    format: 'esm',
    write: false,
    logLevel: 'warning',
  });
  const generated = await import(
    `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`
  );
  const texts = Object.entries(generated)
    .filter(([name]) => name.endsWith('Document'))
    .map(([, document]) => String(document));
  const hashed = texts.map((text) => [createHash('sha256').update(text).digest('hex'), text]);
  writeFileSync(`${out}-documents.json`, JSON.stringify(Object.fromEntries(hashed), null, 2));
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
  await writeDocuments(out);
  writePages(metafile, out);
}

/** Bundles again whenever a source changes, until the process ends. */
export async function watchDashboard(out = inRoot('dist', 'dashboard')) {
  const { context } = await import('esbuild');
  mkdirSync(out, { recursive: true });
  const page = {
    name: 'page',
    setup: (build) =>
      build.onEnd(async ({ metafile }) => {
        if (!metafile) return;
        await writeDocuments(out);
        writePages(metafile, out);
      }),
  };
  const watching = await context({ ...options(out), plugins: [page] });
  await watching.watch();
}
