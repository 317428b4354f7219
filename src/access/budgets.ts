import type { Clock } from '../core/clock.js';
import { LOCAL_PRINCIPAL, type Principal } from './principal.js';

/** Accounts kept at most; those that are full again go first, since nothing is lost with them. */
const MAX_ACCOUNTS = 10_000;

export interface BudgetOptions {
  readonly clock: Pick<Clock, 'monotonic'>;
  /**
   * Milliseconds of model time each caller gets back a second; 0: nobody has a limit. Null: as many as `DEFAULT_MS_PER_SECOND` for callers who
   * said who they are, and no limit for the local caller of a server that asks nobody.
   */
  readonly msPerSecond: number | null;
  /** Most that a caller can save up, ms. */
  readonly burstMs: number;
  readonly maxAccounts?: number;
}

/** What a caller gets where nothing else is set: half of a core's time. */
const DEFAULT_MS_PER_SECOND = 500;

/** One token bucket for each caller, in milliseconds of model time. Bounded, whoever comes. */
export class Budgets {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #perMs: number;
  readonly #burstMs: number;
  readonly #localIsFree: boolean;
  readonly #maxAccounts: number;
  readonly #accounts = new Map<string, Account>();

  constructor({ clock, msPerSecond, burstMs, maxAccounts = MAX_ACCOUNTS }: BudgetOptions) {
    this.#clock = clock;
    this.#perMs = (msPerSecond ?? DEFAULT_MS_PER_SECOND) / 1_000;
    this.#burstMs = burstMs;
    this.#localIsFree = msPerSecond === null;
    this.#maxAccounts = maxAccounts;
  }

  /** Accounts held. */
  get size(): number {
    return this.#accounts.size;
  }

  /** The account of a caller; null: without limit. */
  accountOf(principal: Principal): Account | null {
    // The very one: a caller who said who they are may well be called `local`.
    if (this.#perMs === 0 || (this.#localIsFree && principal === LOCAL_PRINCIPAL)) return null;
    const { id } = principal;
    let account = this.#accounts.get(id);
    if (account === undefined) {
      if (this.#accounts.size >= this.#maxAccounts) this.#makeRoom();
      account = new Account(this.#clock, this.#perMs, this.#burstMs);
      this.#accounts.set(id, account);
    }
    return account;
  }

  /** Full accounts say nothing that a new one would not. Without any, the eighth goes that was used least recently. */
  #makeRoom(): void {
    for (const [id, account] of this.#accounts) if (account.remaining() >= this.#burstMs) this.#accounts.delete(id);
    if (this.#accounts.size < this.#maxAccounts) return;
    const byUse = [...this.#accounts].sort(([, a], [, b]) => a.usedAt - b.usedAt);
    for (const [id] of byUse.slice(0, Math.ceil(this.#maxAccounts / 8))) this.#accounts.delete(id);
  }
}

/** What one caller may spend, in milliseconds of model time. */
export class Account {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #perMs: number;
  readonly limit: number;
  #tokens: number;
  #at: number;

  constructor(clock: Pick<Clock, 'monotonic'>, perMs: number, limit: number) {
    this.#clock = clock;
    this.#perMs = perMs;
    this.limit = limit;
    this.#tokens = limit;
    this.#at = clock.monotonic();
  }

  /** When it was last looked at, monotonic ms. */
  get usedAt(): number {
    return this.#at;
  }

  /** Comes back each second, ms. */
  get perSecond(): number {
    return this.#perMs * 1_000;
  }

  /** What is left now; below 0 after `spend`. */
  remaining(): number {
    const now = this.#clock.monotonic();
    this.#tokens = Math.min(this.limit, this.#tokens + (now - this.#at) * this.#perMs);
    this.#at = now;
    return this.#tokens;
  }

  /**
   * Takes `ms` if they are there.
   * @returns 0, or the milliseconds after which they will be.
   */
  take(ms: number): number {
    const left = this.remaining();
    if (left < ms) return Math.ceil((ms - left) / this.#perMs);
    this.#tokens = left - ms;
    return 0;
  }

  /** Takes `ms` whether or not they are there: for what is done already. Who then has less than nothing waits (`waitMs`). */
  spend(ms: number): void {
    this.#tokens = this.remaining() - ms;
  }

  /** Gives back what was taken and not used. */
  giveBack(ms: number): void {
    this.#tokens = Math.min(this.limit, this.remaining() + ms);
  }

  /** Milliseconds until there is anything left; 0 while there is. */
  waitMs(): number {
    const left = this.remaining();
    return left > 0 ? 0 : Math.ceil((1 - left) / this.#perMs);
  }

  /** Milliseconds until all of it is back. */
  fullInMs(): number {
    return Math.ceil((this.limit - this.remaining()) / this.#perMs);
  }
}
