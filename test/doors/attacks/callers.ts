import { randomUUID } from 'node:crypto';
import { type Attack, line, MODELS, query, WATCH, whoever } from './attack.js';

/** Who calls, and what a role may. */
export const CALLERS: readonly Attack[] = [
  { name: 'no credentials', by: null, ...whoever, code: 'UNAUTHENTICATED', message: /^expected credentials/ },
  {
    name: 'a forged key',
    by: 'forged',
    ...whoever,
    code: 'UNAUTHENTICATED',
    message: /^the API key is not known, revoked or expired$/,
  },
  {
    name: 'a revoked key',
    by: 'revoked',
    ...whoever,
    code: 'UNAUTHENTICATED',
    message: /^the API key is not known, revoked or expired$/,
  },
  { name: 'an expired token', by: 'expired', ...whoever, code: 'UNAUTHENTICATED', message: /^the token has expired$/ },
  {
    name: 'a token nobody signed',
    by: 'unsigned',
    ...whoever,
    code: 'UNAUTHENTICATED',
    message: /^the token is signed in a way/,
  },
  {
    name: 'a page of somebody else’s (foreign Origin)',
    by: 'admin',
    operations: () => ({ ...MODELS, origin: 'https://evil.example' }),
    streams: () => ({ ...WATCH, origin: 'https://evil.example' }),
    lines: () => ({ lines: line(randomUUID(), 'c1'), origin: 'https://evil.example' }),
    code: 'FORBIDDEN',
    message: /SCOREGRAPH_ALLOWED_ORIGINS/,
  },
  {
    name: 'a field of another role',
    by: 'viewer',
    operations: query('{ customer(customerId: "c1") { segment { id } } }'),
    streams: query('subscription { customerScores(customerId: "c1") { segment { id } } }'),
    lines: () => ({ lines: line(randomUUID(), 'c1') }),
    code: 'FORBIDDEN',
    message: /needs the role (scorer|ingester)\.$/,
    ownWords: ['multipart', 'JSON lines'],
  },
];
