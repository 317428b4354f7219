/**
 * The compiled file beside a source file: tests import the sources, threads and child processes need the build (`npm test` builds
 * first). `name` may be a path from the importer's folder.
 */
export function builtFile(importerUrl: string, name: string): URL {
  const here = new URL(importerUrl);
  if (!here.pathname.endsWith('.ts')) return new URL(`./${name}`, here);
  return new URL(`./${name}`, here.href.replace('/src/', '/dist/'));
}
