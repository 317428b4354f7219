import { resolve } from 'node:path';
import { z } from 'zod';
import { isRole, ROLES, type Role } from '../core/roles.js';
import { integer, list } from './readers.js';

/** How callers say who they are. */
export interface AuthenticationConfig {
  /** Keys made by `scoregraph keys create` are asked for. */
  readonly apiKeys: boolean;
  /** Which signed tokens are believed; null: none. */
  readonly jwt: {
    readonly issuer: string;
    readonly audience: string;
    readonly keys: { readonly jwks: string } | { readonly secretFile: string };
    readonly algorithms: readonly string[];
    readonly clockSkewSeconds: number;
    readonly rolesClaim: string;
    readonly customersClaim: string;
  } | null;
  /** Addresses of proxies whose word on the caller is taken. */
  readonly trustedProxies: readonly string[];
  /** Who is told the schema itself. */
  readonly introspection: 'everybody' | readonly Role[];
}

export const AUTHENTICATION_VARIABLES = {
  SCOREGRAPH_API_KEYS: z.enum(['on', 'off']).default('off'),
  SCOREGRAPH_JWT_ISSUER: z.string().min(1).max(500).optional(),
  SCOREGRAPH_JWT_AUDIENCE: z.string().min(1).max(500).optional(),
  SCOREGRAPH_JWT_JWKS: z.string().min(1).max(2_000).optional(),
  SCOREGRAPH_JWT_SECRET_FILE: z.string().min(1).max(2_000).optional(),
  SCOREGRAPH_JWT_ALGORITHMS: list.default([]),
  SCOREGRAPH_JWT_CLOCK_SKEW_SECONDS: integer(0, 300).default(30),
  SCOREGRAPH_JWT_ROLES_CLAIM: z.string().min(1).max(200).default('roles'),
  SCOREGRAPH_JWT_CUSTOMERS_CLAIM: z.string().min(1).max(200).default('customers'),
  SCOREGRAPH_TRUSTED_PROXIES: list.default([]),
  SCOREGRAPH_INTROSPECTION: list.default(['auto']),
} as const;

type Values = { [K in keyof typeof AUTHENTICATION_VARIABLES]: z.output<(typeof AUTHENTICATION_VARIABLES)[K]> };

/** Whether callers must say who they are. */
export const asksWho = ({
  apiKeys,
  jwt,
  trustedProxies,
}: Pick<AuthenticationConfig, 'apiKeys' | 'jwt' | 'trustedProxies'>) =>
  apiKeys || jwt !== null || trustedProxies.length > 0;

/** Signatures a JWKS may be used with: with a public key, a shared-secret one would let anybody sign. */
const PUBLIC_KEY_ALGORITHMS = /^(RS|PS|ES)(256|384|512)$|^EdDSA$|^Ed25519$/;
const SHARED_SECRET_ALGORITHMS = /^HS(256|384|512)$/;

/** Puts the variables together; what does not fit goes to `problems`. `production`: NODE_ENV says so. */
export function authenticationOf(v: Values, production: boolean, problems: string[]): AuthenticationConfig {
  const who = {
    apiKeys: v.SCOREGRAPH_API_KEYS === 'on',
    jwt: jwtOf(v, problems),
    trustedProxies: v.SCOREGRAPH_TRUSTED_PROXIES,
  };
  return { ...who, introspection: introspectionOf(v, production && asksWho(who), problems) };
}

/** `auto` is everybody while one develops, and those who run it in production. */
function introspectionOf(
  { SCOREGRAPH_INTROSPECTION: words }: Values,
  guarded: boolean,
  problems: string[],
): AuthenticationConfig['introspection'] {
  const [only] = words;
  if (words.length === 1 && only === 'auto') return guarded ? ['operator', 'admin'] : 'everybody';
  if (words.length === 1 && only === 'everybody') return 'everybody';
  if (words.length === 1 && only === 'nobody') return [];
  const unknown = words.find((word) => !isRole(word));
  if (unknown !== undefined || words.length === 0)
    problems.push(
      `SCOREGRAPH_INTROSPECTION: expected auto, everybody, nobody or roles of ${ROLES.join(', ')}, got ${JSON.stringify(words.join(','))}`,
    );
  return words.filter(isRole);
}

function jwtOf(v: Values, problems: string[]): AuthenticationConfig['jwt'] {
  const { SCOREGRAPH_JWT_JWKS: jwks, SCOREGRAPH_JWT_SECRET_FILE: secretFile } = v;
  const { SCOREGRAPH_JWT_ISSUER: issuer, SCOREGRAPH_JWT_AUDIENCE: audience } = v;
  if (jwks === undefined && secretFile === undefined) {
    if (issuer !== undefined || audience !== undefined)
      problems.push('SCOREGRAPH_JWT_JWKS: expected it or SCOREGRAPH_JWT_SECRET_FILE, to check tokens with');
    return null;
  }
  if (jwks !== undefined && secretFile !== undefined) {
    problems.push('SCOREGRAPH_JWT_JWKS: expected it or SCOREGRAPH_JWT_SECRET_FILE, not both');
    return null;
  }
  if (issuer === undefined || audience === undefined) {
    problems.push(
      'SCOREGRAPH_JWT_ISSUER, SCOREGRAPH_JWT_AUDIENCE: expected both, else any token of that signer would do',
    );
    return null;
  }
  if (jwks !== undefined && !/^https:|^http:\/\/(localhost|127\.|\[::1\])|^(?!http)/i.test(jwks))
    problems.push(`SCOREGRAPH_JWT_JWKS: expected https: (or a file), got ${JSON.stringify(jwks)}`);
  const allowed = jwks === undefined ? SHARED_SECRET_ALGORITHMS : PUBLIC_KEY_ALGORITHMS;
  const algorithms =
    v.SCOREGRAPH_JWT_ALGORITHMS.length > 0 ? v.SCOREGRAPH_JWT_ALGORITHMS : [jwks === undefined ? 'HS256' : 'RS256'];
  const wrong = algorithms.find((name) => !allowed.test(name));
  if (wrong !== undefined)
    problems.push(
      `SCOREGRAPH_JWT_ALGORITHMS: expected ${jwks === undefined ? 'HS…' : 'RS…, PS…, ES… or EdDSA'}, got ${JSON.stringify(wrong)}`,
    );
  return {
    issuer,
    audience,
    keys: jwks !== undefined ? { jwks } : { secretFile: resolve(secretFile!) },
    algorithms,
    clockSkewSeconds: v.SCOREGRAPH_JWT_CLOCK_SKEW_SECONDS,
    rolesClaim: v.SCOREGRAPH_JWT_ROLES_CLAIM,
    customersClaim: v.SCOREGRAPH_JWT_CUSTOMERS_CLAIM,
  };
}
