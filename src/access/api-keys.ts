import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { badInput } from '../core/errors.js';
import { ROLES, type Role } from '../core/roles.js';
import { MAX_BOUND_CUSTOMERS, type Principal, withIncluded } from './principal.js';

/** A key as it is kept: its secret is not here, only the hash of the whole key. */
export interface ApiKey {
  /** First part of the key; names it in lists, logs and audits. */
  readonly prefix: string;
  /** What it is for, in its maker's words. */
  readonly name: string;
  /** SHA-256 of the key, hex. The key has 192 random bits, so nothing slower is needed. */
  readonly hash: string;
  readonly roles: readonly Role[];
  /** Customers it may see; null: all. */
  readonly customers: readonly string[] | null;
  /** Milliseconds UTC. */
  readonly createdAt: number;
  readonly expiresAt: number | null;
  readonly revokedAt: number | null;
}

/** What a new key shall be. */
export interface ApiKeyRequest {
  readonly name: string;
  readonly roles: readonly Role[];
  readonly customers: readonly string[] | null;
  readonly expiresAt: number | null;
}

const FORMAT = /^sg_([0-9a-f]{8})_[A-Za-z0-9_-]{32}$/;
/** Keys of one file, revoked ones included. */
const MAX_KEYS = 10_000;

const keyFile = z.strictObject({
  format: z.literal(1),
  keys: z
    .array(
      z.strictObject({
        prefix: z.string().regex(/^[0-9a-f]{8}$/),
        name: z.string().min(1).max(100),
        hash: z.string().regex(/^[0-9a-f]{64}$/),
        roles: z.array(z.enum(ROLES)),
        customers: z.array(z.string().min(1).max(128)).max(MAX_BOUND_CUSTOMERS).nullable(),
        createdAt: z.int(),
        expiresAt: z.int().nullable(),
        revokedAt: z.int().nullable(),
      }),
    )
    .max(MAX_KEYS),
});

const hashOf = (key: string) => createHash('sha256').update(key).digest('hex');

/** Whether a text has the form of a key; says nothing about whether it is one. */
export function looksLikeApiKey(text: string): boolean {
  return FORMAT.test(text);
}

/**
 * Reads the keys of a file; none when there is no file.
 * @throws Error naming the file when it is no key file: a server must not start open because its keys cannot be read.
 */
export function readApiKeys(file: string): readonly ApiKey[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  try {
    return keyFile.parse(JSON.parse(text)).keys;
  } catch (error) {
    throw new Error(`${file}: expected a file of API keys: ${(error as Error).message.slice(0, 300)}`);
  }
}

/** Writes all keys at once, for the owner's eyes only: whoever reads meanwhile sees the old ones or the new ones. */
function writeApiKeys(file: string, keys: readonly ApiKey[]): void {
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    writeFileSync(temporary, `${JSON.stringify({ format: 1, keys }, null, 1)}\n`, { mode: 0o600 });
    chmodSync(temporary, 0o600);
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/**
 * Makes a key and keeps its hash. A running server knows it within a second.
 * @returns the key, which cannot be shown again, and what is kept of it.
 * @throws ScoregraphError BAD_USER_INPUT for a request that makes no sense.
 */
export function createApiKey(file: string, request: ApiKeyRequest, now: number): { key: string; kept: ApiKey } {
  if (request.name.length < 1 || request.name.length > 100)
    throw badInput(`expected a name of 1 to 100 characters, got ${request.name.length}`, 'name');
  if (request.roles.length === 0) throw badInput(`expected at least one role of ${ROLES.join(', ')}`, 'roles');
  if (request.customers !== null && request.customers.length > MAX_BOUND_CUSTOMERS)
    throw badInput(`expected at most ${MAX_BOUND_CUSTOMERS} customers, got ${request.customers.length}`, 'customers');
  if (request.expiresAt !== null && request.expiresAt <= now)
    throw badInput('expected an expiry that lies ahead', 'expiresAt');
  const keys = readApiKeys(file);
  if (keys.length >= MAX_KEYS) throw badInput(`expected at most ${MAX_KEYS} keys in ${file}`, 'keys');
  let prefix: string;
  do prefix = randomBytes(4).toString('hex');
  while (keys.some((key) => key.prefix === prefix));
  const key = `sg_${prefix}_${randomBytes(24).toString('base64url')}`;
  const kept: ApiKey = {
    prefix,
    name: request.name,
    hash: hashOf(key),
    roles: [...new Set(request.roles)],
    customers: request.customers,
    createdAt: now,
    expiresAt: request.expiresAt,
    revokedAt: null,
  };
  writeApiKeys(file, [...keys, kept]);
  return { key, kept };
}

/**
 * Ends a key: a running server refuses it, and closes what it has open, within a second.
 * @throws ScoregraphError NOT_FOUND when no key has this prefix.
 */
export function revokeApiKey(file: string, prefix: string, now: number): ApiKey {
  const keys = readApiKeys(file);
  const key = keys.find((one) => one.prefix === prefix);
  if (key === undefined)
    throw badInput(`there is no key with the prefix ${JSON.stringify(prefix.slice(0, 20))}`, 'prefix');
  const revoked = { ...key, revokedAt: key.revokedAt ?? now };
  writeApiKeys(
    file,
    keys.map((one) => (one === key ? revoked : one)),
  );
  return revoked;
}

/** A key that is good, and who it stands for. */
export interface KnownKey {
  readonly key: ApiKey;
  readonly principal: Principal;
}

/** The keys a server knows, by hash: looking one up takes the same time whether it exists or not, as far as secrets go. */
export class ApiKeyRing {
  readonly #byHash: ReadonlyMap<string, KnownKey>;
  /** Keys that were shown before: hashing one takes as long as the rest of finding it ten times over. At most as many as there are. */
  readonly #shown = new Map<string, KnownKey>();

  constructor(readonly keys: readonly ApiKey[]) {
    this.#byHash = new Map(
      keys
        .filter(({ revokedAt }) => revokedAt === null)
        .map((key) => [
          key.hash,
          {
            key,
            principal: {
              id: `key:${key.prefix}`,
              roles: withIncluded(key.roles),
              customers: key.customers === null ? 'all' : new Set(key.customers),
              expiresAt: key.expiresAt,
            },
          },
        ]),
    );
  }

  /** Whose key this is; null when it is nobody's, revoked or over. */
  find(key: string, now: number): KnownKey | null {
    let found = this.#shown.get(key);
    if (found === undefined) {
      found = this.#byHash.get(hashOf(key));
      if (found === undefined) return null;
      this.#shown.set(key, found);
    }
    return found.key.expiresAt !== null && found.key.expiresAt <= now ? null : found;
  }

  /** Whether a key with this prefix is still good. */
  holds(prefix: string): boolean {
    for (const { key } of this.#byHash.values()) if (key.prefix === prefix) return true;
    return false;
  }
}
