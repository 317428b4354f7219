import { type Stats, statSync } from 'node:fs';
import type { Clock } from '../core/clock.js';
import { messageOf, ScoregraphError } from '../core/errors.js';
import type { Logger } from '../core/logger.js';
import { ApiKeyRing, looksLikeApiKey, readApiKeys } from './api-keys.js';
import { type JwtOptions, JwtVerifier, TokenRefused } from './jwt.js';
import { LOCAL_PRINCIPAL, type Principal } from './principal.js';
import { type ProxyClaims, TrustedProxy } from './trusted-proxy.js';

/** What a caller shows of themselves, whichever door they came through. */
export interface Credentials {
  /** An API key or a token, without `Bearer `. */
  readonly bearer?: string | undefined;
  /** Where the connection comes from. */
  readonly remoteAddress?: string | undefined;
  readonly proxy?: ProxyClaims | undefined;
}

export interface AuthenticationOptions {
  /** File of API keys; null: none are accepted. */
  readonly apiKeyFile: string | null;
  readonly jwt: JwtOptions | null;
  readonly trustedProxies: readonly string[];
}

/** How soon a key that was made or revoked beside a running server counts, ms. */
const RELOAD_MS = 1_000;

/**
 * Says who a caller is. With no way to say it configured, everybody is the same local caller (such a server listens on loopback
 * only).
 */
export class Authenticator {
  readonly #options: AuthenticationOptions;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #jwt: JwtVerifier | null;
  readonly #proxies: TrustedProxy | null;
  #ring: ApiKeyRing;
  #stamp = '';
  readonly #reload: NodeJS.Timeout | null = null;
  readonly #onRevoked = new Set<(principalId: string) => void>();

  /** @throws Error when keys or addresses of the configuration cannot be used: a server must not start open by mistake. */
  constructor(options: AuthenticationOptions, clock: Clock, logger: Logger) {
    this.#options = options;
    this.#clock = clock;
    this.#logger = logger;
    this.#jwt = options.jwt === null ? null : new JwtVerifier(options.jwt);
    this.#proxies = options.trustedProxies.length === 0 ? null : new TrustedProxy(options.trustedProxies);
    this.#ring = new ApiKeyRing([]);
    if (options.apiKeyFile !== null) {
      this.#load(options.apiKeyFile);
      this.#reload = setInterval(() => this.#reloadKeys(), RELOAD_MS);
      this.#reload.unref();
    }
  }

  /** Whether callers must say who they are. */
  get required(): boolean {
    return this.#options.apiKeyFile !== null || this.#jwt !== null || this.#proxies !== null;
  }

  /**
   * Who shows these credentials. Answers at once unless a token's signature has to be checked.
   * @throws ScoregraphError UNAUTHENTICATED (or rejects with it) saying what was expected.
   */
  authenticate(credentials: Credentials): Principal | Promise<Principal> {
    if (!this.required) return LOCAL_PRINCIPAL;
    const { bearer } = credentials;
    if (bearer !== undefined && bearer !== '') return this.#bearer(bearer);
    const proxied = this.#proxies?.principalOf(credentials.remoteAddress, credentials.proxy ?? {});
    if (proxied) return proxied;
    throw unauthenticated('expected credentials: an Authorization header (or connection_init payload) with "Bearer …"');
  }

  /** Calls `listener` with the principal's id when a key is revoked. @returns ends that. */
  onRevoked(listener: (principalId: string) => void): () => void {
    this.#onRevoked.add(listener);
    return () => this.#onRevoked.delete(listener);
  }

  close(): void {
    if (this.#reload !== null) clearInterval(this.#reload);
  }

  #bearer(bearer: string): Principal | Promise<Principal> {
    if (looksLikeApiKey(bearer)) {
      const principal = this.#ring.principalOf(bearer, this.#clock.now());
      if (principal === null) throw unauthenticated('the API key is not known, revoked or expired');
      return principal;
    }
    if (this.#jwt === null) throw unauthenticated('the API key is not known, revoked or expired');
    return this.#jwt.principalOf(bearer, this.#clock.now()).catch((error) => {
      throw error instanceof TokenRefused ? unauthenticated(error.message) : error;
    });
  }

  #load(file: string): void {
    this.#stamp = stampOf(file);
    this.#ring = new ApiKeyRing(readApiKeys(file));
  }

  #reloadKeys(): void {
    const file = this.#options.apiKeyFile!;
    if (stampOf(file) === this.#stamp) return;
    const before = this.#ring;
    try {
      this.#load(file);
    } catch (error) {
      // The keys known so far go on: a file that is being repaired must not lock everybody out, nor let anybody in.
      this.#logger.error({ error: messageOf(error) }, 'The API keys could not be read again.');
      return;
    }
    for (const { prefix } of before.keys) {
      if (before.holds(prefix) && !this.#ring.holds(prefix))
        for (const listener of this.#onRevoked) listener(`key:${prefix}`);
    }
  }
}

function stampOf(file: string): string {
  const stats: Stats | undefined = statSync(file, { throwIfNoEntry: false });
  return stats === undefined ? '' : `${stats.ino}/${stats.mtimeMs}/${stats.size}`;
}

function unauthenticated(message: string): ScoregraphError {
  return new ScoregraphError('UNAUTHENTICATED', message);
}
