/** Licences under which a package may come along: each lets anybody use, change and pass it on. */
export const ACCEPTED = [
  'MIT',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'Unlicense',
  'CC0-1.0',
  'Python-2.0',
];

/** The packages that a server is installed with, from a lock file (version 3): name, version, licence; each once. */
export function installedPackages(lock) {
  const found = new Map();
  for (const [path, { version, license, dev, devOptional, link }] of Object.entries(lock.packages)) {
    // A link is a folder of this repository; the lock file lists that itself.
    if (path === '' || dev || devOptional || link) continue;
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    found.set(`${name}@${version}`, { name, version, licence: license ?? 'not said' });
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/** Whether every part of a licence expression is accepted, or one of its alternatives. */
export function isAccepted(expression) {
  return expression
    .replace(/[()]/g, '')
    .split(/ OR /)
    .some((choice) => choice.split(/ AND /).every((one) => ACCEPTED.includes(one.trim())));
}

/** docs/licences.md as it should be. */
export function licencesPage(lock) {
  const packages = installedPackages(lock);
  const counts = new Map();
  for (const { licence } of packages) counts.set(licence, (counts.get(licence) ?? 0) + 1);
  const summary = [...counts].sort((a, b) => b[1] - a[1]).map(([licence, n]) => `| ${licence} | ${n} |`);
  const rows = packages.map(({ name, version, licence }) => `| ${name} | ${version} | ${licence} |`);
  return [
    '# Licences',
    '',
    'What `npm ci --omit=dev` installs, from the lock file (`npm run licences` writes this page; a test keeps it true and refuses licences that',
    'are not on the list in `scripts/lib/licences.mjs`). The native TensorFlow library, which set-up brings beside it, is Apache-2.0. Data sets',
    'are no part of this repository; their licences are in docs/training.md and on the models’ cards.',
    '',
    '| licence | packages |',
    '| --- | ---: |',
    ...summary,
    '',
    '| package | version | licence |',
    '| --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}
