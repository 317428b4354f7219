import { type Stats, statSync } from 'node:fs';
import type { Clock } from '../core/clock.js';
import { messageOf, ScoregraphError } from '../core/errors.js';
import type { Logger } from '../core/logger.js';
import { ApiKeyRing, looksLikeApiKey, readApiKeys } from './api-keys.js';
import { type JwtOptions, JwtVerifier, TokenRefused } from './jwt.js';
import { KeyUse, keyUseFileOf } from './key-use.js';
import { Lifetimes, type OnOver } from './lifetimes.js';
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
/** How often it is written down when keys were used, ms. */
const NOTE_MS = 10_000;
const NEVER = () => {};

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
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #use: KeyUse | null;
  readonly #lifetimes: Lifetimes;

  /** @throws Error when keys or addresses of the configuration cannot be used: a server must not start open by mistake. */
  constructor(options: AuthenticationOptions, clock: Clock, logger: Logger) {
    this.#options = options;
    this.#clock = clock;
    this.#logger = logger;
    this.#jwt = options.jwt === null ? null : new JwtVerifier(options.jwt);
    this.#proxies = options.trustedProxies.length === 0 ? null : new TrustedProxy(options.trustedProxies);
    this.#ring = new ApiKeyRing([]);
    this.#lifetimes = new Lifetimes(clock);
    this.#use = options.apiKeyFile === null ? null : new KeyUse(keyUseFileOf(options.apiKeyFile));
    if (options.apiKeyFile !== null) {
      this.#load(options.apiKeyFile);
      this.#timers.push(
        setInterval(() => this.#reloadKeys(), RELOAD_MS),
        setInterval(() => this.#writeUse(), NOTE_MS),
      );
      for (const timer of this.#timers) timer.unref();
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

  /** Calls `onOver` once when this identity has ended: its time is up, or its key was revoked. @returns forgets it. */
  whenOver(principal: Principal, onOver: OnOver): () => void {
    return this.required ? this.#lifetimes.watch(principal, onOver) : NEVER;
  }

  close(): void {
    for (const timer of this.#timers) clearInterval(timer);
    this.#writeUse();
  }

  #bearer(bearer: string): Principal | Promise<Principal> {
    if (looksLikeApiKey(bearer)) {
      const now = this.#clock.now();
      const found = this.#ring.find(bearer, now);
      if (found === null) throw unauthenticated('the API key is not known, revoked or expired');
      this.#use?.note(found.key.prefix, now);
      return found.principal;
    }
    if (this.#jwt === null) throw unauthenticated('the API key is not known, revoked or expired');
    const known = this.#jwt.remembered(bearer, this.#clock.now());
    if (known !== null) return known;
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
      if (before.holds(prefix) && !this.#ring.holds(prefix)) this.#lifetimes.revoked(`key:${prefix}`);
    }
  }

  #writeUse(): void {
    this.#use?.write((prefix) => this.#ring.keys.some((key) => key.prefix === prefix));
  }
}

function stampOf(file: string): string {
  const stats: Stats | undefined = statSync(file, { throwIfNoEntry: false });
  return stats === undefined ? '' : `${stats.ino}/${stats.mtimeMs}/${stats.size}`;
}

function unauthenticated(message: string): ScoregraphError {
  return new ScoregraphError('UNAUTHENTICATED', message);
}
