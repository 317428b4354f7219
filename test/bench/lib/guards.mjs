// Ways to ask who it is, for a server under test: its settings, and what its one caller shows.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SignJWT } from 'jose';
import { createApiKey } from '../../../dist/access/api-keys.js';

/** Budgets are counted and never empty. */
const BUDGETS = { SCOREGRAPH_RATE_LIMIT_MS_PER_SECOND: '1000000', SCOREGRAPH_RATE_LIMIT_BURST_MS: '10000000' };
const SECRET = 'a secret that is known to this bench only, long enough';

/** `open`, `key` or `token`. @returns `env` for the server, `bearer` for its caller (null: none) */
export async function guardedBy(guard, dataDir) {
  if (guard === 'open') return { env: {}, bearer: null };
  mkdirSync(dataDir, { recursive: true });
  if (guard === 'key') {
    const file = join(dataDir, 'api-keys.json');
    const { key } = createApiKey(
      file,
      { name: 'bench', roles: ['scorer'], customers: null, expiresAt: null },
      Date.now(),
    );
    return { env: { ...BUDGETS, SCOREGRAPH_API_KEYS: 'on' }, bearer: key };
  }
  const secretFile = join(dataDir, 'secret');
  writeFileSync(secretFile, SECRET);
  const token = await new SignJWT({ roles: ['scorer'] })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject('bench')
    .setIssuer('https://bench.example')
    .setAudience('scoregraph')
    .setExpirationTime('1h')
    .sign(new TextEncoder().encode(SECRET));
  const env = {
    ...BUDGETS,
    SCOREGRAPH_JWT_SECRET_FILE: secretFile,
    SCOREGRAPH_JWT_ISSUER: 'https://bench.example',
    SCOREGRAPH_JWT_AUDIENCE: 'scoregraph',
  };
  return { env, bearer: token };
}
