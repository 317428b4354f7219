import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SignJWT } from 'jose';
import { createApiKey } from '../../src/access/api-keys.js';
import type { Role } from '../../src/core/roles.js';

/** What signed tokens are signed with. */
export const SECRET = 'a secret of more than thirty-two characters';

/** A data folder's keys and tokens, and the environment of a server that believes them. */
export function guarded(dataDir: string) {
  const keyFile = join(dataDir, 'api-keys.json');
  const secretFile = join(dataDir, 'secret');
  writeFileSync(secretFile, SECRET);
  return {
    keyFile,
    env: {
      SCOREGRAPH_API_KEYS: 'on',
      SCOREGRAPH_JWT_SECRET_FILE: secretFile,
      SCOREGRAPH_JWT_ISSUER: 'https://id.example',
      SCOREGRAPH_JWT_AUDIENCE: 'scoregraph',
      SCOREGRAPH_INTROSPECTION: 'operator',
    },
    /** A new key; `customers`: whom it is bound to. */
    key: (roles: Role[], customers: string[] | null = null) =>
      createApiKey(keyFile, { name: 'test', roles, customers, expiresAt: null }, Date.now()),
    /** A token of the admin ada that ends in so many seconds. */
    token: (seconds: number) =>
      new SignJWT({ roles: ['admin'] })
        .setProtectedHeader({ alg: 'HS256' })
        .setSubject('ada')
        .setIssuer('https://id.example')
        .setAudience('scoregraph')
        .setExpirationTime(Math.floor(Date.now() / 1_000) + seconds)
        .sign(new TextEncoder().encode(SECRET)),
  };
}
