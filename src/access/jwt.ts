import { readFileSync } from 'node:fs';
import { createLocalJWKSet, createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { isRole, type Role } from '../core/roles.js';
import { MAX_BOUND_CUSTOMERS, type Principal, withIncluded } from './principal.js';

/** Which tokens are believed. */
export interface JwtOptions {
  /** `iss` must be this. */
  readonly issuer: string;
  /** `aud` must hold this. */
  readonly audience: string;
  /** Address of a JWKS (https, or http on loopback), or a file with one. */
  readonly keys: { readonly jwks: string } | { readonly secretFile: string };
  /** Signatures that are accepted; anything else, `none` above all, is refused whatever the key. */
  readonly algorithms: readonly string[];
  /** How far clocks may differ, s. */
  readonly clockSkewSeconds: number;
  /** Claim with the caller's roles: a list, or words with spaces between. */
  readonly rolesClaim: string;
  /** Claim with the customers the caller is bound to; absent in a token: all. */
  readonly customersClaim: string;
}

/** Why a token is refused, in words that may be told to its bearer. */
export class TokenRefused extends Error {
  override readonly name = 'TokenRefused';
}

const JWKS_TIMEOUT_MS = 5_000;
/** Verified tokens remembered: a signature costs a hundred times what the rest of a small query does. */
const MAX_REMEMBERED = 10_000;
/** Longer tokens are not looked at. */
const MAX_TOKEN = 8_192;

/** Believes tokens that an identity provider signed. */
export class JwtVerifier {
  readonly #options: JwtOptions;
  readonly #key: JWTVerifyGetKey | Uint8Array;
  readonly #verified = new Map<string, Principal>();

  /** @throws Error naming the file or address of the keys when they cannot be used. */
  constructor(options: JwtOptions) {
    this.#options = options;
    this.#key = 'jwks' in options.keys ? jwksOf(options.keys.jwks) : secretOf(options.keys.secretFile);
  }

  /** Whose token this is when it was verified before and is still good; else null. */
  remembered(token: string, now: number): Principal | null {
    const known = this.#verified.get(token);
    return known === undefined || (known.expiresAt !== null && known.expiresAt <= now) ? null : known;
  }

  /**
   * Whose token this is.
   * @throws TokenRefused saying what was expected of it.
   */
  async principalOf(token: string, now: number): Promise<Principal> {
    if (token.length > MAX_TOKEN) throw new TokenRefused(`expected a token of at most ${MAX_TOKEN} characters`);
    const known = this.#verified.get(token);
    if (known !== undefined) {
      if (known.expiresAt === null || known.expiresAt > now) return known;
      this.#verified.delete(token);
      throw new TokenRefused('the token has expired');
    }
    const principal = principalOf(await this.#verify(token, now), this.#options);
    if (this.#verified.size >= MAX_REMEMBERED) {
      for (const oldest of this.#verified.keys()) {
        this.#verified.delete(oldest);
        break;
      }
    }
    this.#verified.set(token, principal);
    return principal;
  }

  async #verify(token: string, now: number): Promise<JWTPayload> {
    const { issuer, audience, algorithms, clockSkewSeconds } = this.#options;
    const checks = {
      issuer,
      audience,
      algorithms: [...algorithms],
      clockTolerance: clockSkewSeconds,
      currentDate: new Date(now),
      requiredClaims: ['exp', 'sub'],
    };
    try {
      // One call for both would not type-check: jose tells keys from functions by overload.
      const { payload } =
        this.#key instanceof Uint8Array
          ? await jwtVerify(token, this.#key, checks)
          : await jwtVerify(token, this.#key, checks);
      return payload;
    } catch (error) {
      throw new TokenRefused(reasonOf(error));
    }
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'the token has expired';
  if (error instanceof errors.JWTClaimValidationFailed) return `the token's claim "${error.claim}" is not as expected`;
  if (error instanceof errors.JOSEAlgNotAllowed) return 'the token is signed in a way that is not accepted';
  if (error instanceof errors.JWKSTimeout) return 'the keys to check the token with could not be had';
  return 'the token is not valid';
}

function principalOf(claims: JWTPayload, options: JwtOptions): Principal {
  const customers = claims[options.customersClaim];
  return {
    id: `jwt:${claims.iss}#${String(claims.sub).slice(0, 128)}`,
    roles: rolesOf(claims[options.rolesClaim]),
    customers: customers === undefined ? 'all' : customersOf(customers, options.customersClaim),
    expiresAt: claims.exp! * 1_000 + options.clockSkewSeconds * 1_000,
  };
}

/** Words that are no roles of ours belong to other services. */
export function rolesOf(claim: unknown): ReadonlySet<Role> {
  const words = typeof claim === 'string' ? claim.split(/\s+/) : Array.isArray(claim) ? claim : [];
  return withIncluded(words.filter(isRole));
}

/** A binding that cannot be read must not mean "all". */
function customersOf(claim: unknown, name: string): ReadonlySet<string> {
  const list = typeof claim === 'string' ? [claim] : claim;
  if (!Array.isArray(list) || list.length > MAX_BOUND_CUSTOMERS || !list.every((id) => typeof id === 'string')) {
    throw new TokenRefused(`expected the token's claim "${name}" to be at most ${MAX_BOUND_CUSTOMERS} customer ids`);
  }
  return new Set(list);
}

function jwksOf(place: string): JWTVerifyGetKey {
  if (/^https?:/i.test(place))
    return createRemoteJWKSet(new URL(place), { timeoutDuration: JWKS_TIMEOUT_MS, cooldownDuration: 30_000 });
  try {
    return createLocalJWKSet(JSON.parse(readFileSync(place, 'utf8')));
  } catch (error) {
    throw new Error(`${place}: expected a JSON Web Key Set: ${(error as Error).message}`);
  }
}

function secretOf(file: string): Uint8Array {
  const secret = readFileSync(file, 'utf8').trim();
  if (secret.length < 32) throw new Error(`${file}: expected a secret of at least 32 characters`);
  return new TextEncoder().encode(secret);
}
