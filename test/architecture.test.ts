import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const SRC = resolve(import.meta.dirname, '../src');

/** Which rooms a room may import. `cli` and `main` see everything that serves; see ARCHITECTURE.md. */
const BASE = ['core'];
const SIBLINGS = ['config', 'features', 'inference', 'data', 'events', 'access'];
const MAY_IMPORT: Record<string, readonly string[]> = {
  core: [],
  config: BASE,
  features: BASE,
  inference: BASE,
  data: BASE,
  events: BASE,
  access: BASE,
  domains: [...BASE, ...SIBLINGS],
  flows: [...BASE, ...SIBLINGS, 'domains'],
  graphql: [...BASE, ...SIBLINGS, 'domains', 'flows'],
  transport: [...BASE, ...SIBLINGS, 'domains', 'flows', 'graphql'],
  simulator: BASE,
  training: [...BASE, 'features'],
  main: [...BASE, ...SIBLINGS, 'domains', 'flows', 'graphql', 'transport', 'simulator'],
  cli: [...BASE, ...SIBLINGS, 'domains', 'flows', 'graphql', 'transport', 'simulator', 'training', 'main'],
};
const TENSORFLOW_ROOMS = ['inference', 'training'];

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.startsWith('dashboard/'))
  .map((file) => join(SRC, file));

const roomOf = (file: string): string => {
  const [first] = relative(SRC, file).split('/');
  return first!.replace(/\.ts$/, '').replace(/^(compose|main|demo|logging|startup-lines)$/, 'main');
};

const IMPORT =
  /(?:^|\n)\s*(?:import|export)\s[^'"`;]*?from\s+['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)|(?:^|\n)import\s+['"]([^'"]+)['"]/g;
function importsOf(file: string): string[] {
  return [...readFileSync(file, 'utf8').matchAll(IMPORT)].map((match) => (match[1] ?? match[2] ?? match[3])!);
}
const internal = (file: string, specifier: string) => resolve(dirname(file), specifier).replace(/\.js$/, '.ts');

/** The page runs in a browser: it knows the server by the graph alone, and the server serves it as files. */
const PAGE_LIBRARIES = ['preact', 'preact/hooks', '@preact/signals', 'graphql-ws/client', 'uplot'];
const page = readdirSync(join(SRC, 'dashboard'), { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.tsx?$/.test(file))
  .map((file) => join(SRC, 'dashboard', file));
/** Inside the page: pure state; what asks the graph; what follows it; small parts; panels. */
const PAGE_MAY_IMPORT: Record<string, readonly string[]> = {
  __generated__: [],
  state: [],
  graph: ['__generated__'],
  live: ['__generated__', 'state', 'graph'],
  parts: ['__generated__', 'state'],
  panels: ['__generated__', 'state', 'graph', 'live', 'parts'],
};

describe('the house', () => {
  it('has rooms that are known', () => {
    expect(files.length).toBeGreaterThan(30);
    for (const file of files) expect(Object.keys(MAY_IMPORT), file).toContain(roomOf(file));
  });

  it('has one-way doors', () => {
    const wrong: string[] = [];
    for (const file of files) {
      for (const specifier of importsOf(file)) {
        if (!specifier.startsWith('.')) continue;
        const from = roomOf(file);
        const to = roomOf(internal(file, specifier));
        if (from !== to && !MAY_IMPORT[from]!.includes(to)) wrong.push(`${relative(SRC, file)} imports ${specifier}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('keeps TensorFlow behind the engine', () => {
    const wrong = files.filter(
      (file) =>
        !TENSORFLOW_ROOMS.includes(roomOf(file)) &&
        importsOf(file).some((specifier) => specifier.startsWith('@tensorflow/')),
    );
    expect(wrong).toEqual([]);
  });

  it('keeps GraphQL libraries in graphql and transport', () => {
    const libraries = /^(graphql|graphql-ws|graphql-jit|@apollo\/.*|dataloader)(\/|$)/;
    const wrong = files.filter(
      (file) =>
        !['graphql', 'transport', 'main'].includes(roomOf(file)) &&
        importsOf(file).some((name) => libraries.test(name)),
    );
    expect(wrong).toEqual([]);
  });

  it('keeps the page apart: it imports nothing of the server, and the server nothing of it', () => {
    expect(page.length).toBeGreaterThan(20);
    const libraries = /^@graphql-typed-document-node\/core$/; // types only
    const wrong = page.flatMap((file) =>
      importsOf(file)
        .filter((name) =>
          name.startsWith('.')
            ? !internal(file, name).startsWith(join(SRC, 'dashboard/'))
            : !PAGE_LIBRARIES.includes(name) && !libraries.test(name),
        )
        .map((name) => `${relative(SRC, file)} imports ${name}`),
    );
    expect(wrong).toEqual([]);
    const inward = files.filter((file) => importsOf(file).some((name) => name.includes('dashboard/')));
    expect(inward).toEqual([]);
  });

  it('has one-way doors in the page too', () => {
    const roomIn = (file: string) => relative(join(SRC, 'dashboard'), file).split('/')[0]!;
    const wrong: string[] = [];
    for (const file of page) {
      const may = PAGE_MAY_IMPORT[roomIn(file)];
      if (may === undefined) continue; // main.tsx and theme.ts put the page together
      for (const name of importsOf(file).filter((one) => one.startsWith('.'))) {
        const to = roomIn(internal(file, name));
        if (to !== roomIn(file) && !may.includes(to)) wrong.push(`${relative(SRC, file)} imports ${name}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('reads the environment in one place', () => {
    const readers = files.filter(
      (file) => /(?<!Object\.assign\()process\.env\b/.test(readFileSync(file, 'utf8')) && roomOf(file) !== 'config',
    );
    expect(readers.map((file) => relative(SRC, file))).toEqual([]);
  });

  it('has no circles between files', () => {
    const graph = new Map(
      files.map((file) => [
        file,
        importsOf(file)
          .filter((s) => s.startsWith('.'))
          .map((s) => internal(file, s)),
      ]),
    );
    const done = new Set<string>();
    const circles: string[] = [];
    const walk = (file: string, path: string[]): void => {
      if (path.includes(file)) {
        circles.push([...path.slice(path.indexOf(file)), file].map((f) => relative(SRC, f)).join(' → '));
        return;
      }
      if (done.has(file)) return;
      for (const next of graph.get(file) ?? []) walk(next, [...path, file]);
      done.add(file);
    };
    for (const file of files) walk(file, []);
    expect(circles).toEqual([]);
  });
});
