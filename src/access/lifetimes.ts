import type { Clock } from '../core/clock.js';
import { ScoregraphError } from '../core/errors.js';
import { type Principal, principalEnded } from './principal.js';

/** Told once, with the reason, when an identity is over. */
export type OnOver = (reason: ScoregraphError) => void;

/** Longest time a timer takes, ms. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Tells what lives longer than a request (sockets, streams) when the identity behind it has ended. */
export class Lifetimes {
  readonly #clock: Clock;
  readonly #byPrincipal = new Map<string, Set<OnOver>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls `onOver` when this principal's time is up, or when it is revoked. @returns forgets it. */
  watch({ id, expiresAt }: Principal, onOver: OnOver): () => void {
    let timer: NodeJS.Timeout | undefined;
    const tell: OnOver = (reason) => {
      forget();
      onOver(reason);
    };
    const forget = () => {
      clearTimeout(timer);
      const fellows = this.#byPrincipal.get(id);
      if (fellows?.delete(tell) && fellows.size === 0) this.#byPrincipal.delete(id);
    };
    const wait = (until: number) => {
      const left = until - this.#clock.now();
      if (left <= 0) return tell(principalEnded());
      timer = setTimeout(wait, Math.min(left, MAX_TIMER_MS), until);
      timer.unref();
    };
    const fellows = this.#byPrincipal.get(id);
    if (fellows === undefined) this.#byPrincipal.set(id, new Set([tell]));
    else fellows.add(tell);
    if (expiresAt !== null) wait(expiresAt);
    return forget;
  }

  /** The key behind this identity was revoked. */
  revoked(principalId: string): void {
    for (const tell of [...(this.#byPrincipal.get(principalId) ?? [])])
      tell(new ScoregraphError('UNAUTHENTICATED', 'the API key was revoked'));
  }
}
