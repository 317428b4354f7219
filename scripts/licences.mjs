// Writes docs/licences.md: what is installed with a server, under which licences, from the lock file alone.
import { readFileSync, writeFileSync } from 'node:fs';
import { licencesPage } from './lib/licences.mjs';

const root = new URL('../', import.meta.url);
const lock = JSON.parse(readFileSync(new URL('package-lock.json', root), 'utf8'));
writeFileSync(new URL('docs/licences.md', root), licencesPage(lock));
