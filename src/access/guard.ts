import type { Clock } from '../core/clock.js';
import { badInput, ScoregraphError } from '../core/errors.js';
import { uuidv7 } from '../core/ids.js';
import type { Role } from '../core/roles.js';
import type { Authenticator, Credentials } from './authentication.js';
import { type Principal, principalEnded } from './principal.js';

/** One admitted call: what travels from a door to the rows of a batch. Knows no transport. */
export interface Call {
  readonly door: string;
  readonly principal: Principal;
  readonly traceId: string;
  /** Monotonic milliseconds by which the answer must be there. */
  readonly deadline: number;
  /** Aborted when the client is gone or the server gives up on it. */
  readonly signal: AbortSignal | undefined;
}

/** Something that may be cancelled; the signal may be made when it is first asked for. */
export interface Cancellable {
  readonly signal?: AbortSignal | undefined;
}

export interface CallRequest extends Cancellable {
  readonly door: string;
  /** Who asks, as `identify` said. */
  readonly principal: Principal;
  /** Deadline asked for, milliseconds from now; absent: the default. */
  readonly deadlineMs?: number | undefined;
}

/** Somebody who could not say who they are. */
export interface UnknownCaller {
  readonly door: string;
  /** Address of the client, where the door knows it. */
  readonly remote: string | null;
}

/** Who is told the schema itself; an empty list: nobody. */
export type Introspection = 'everybody' | readonly Role[];

/**
 * The one way in, for every door: who is it, may they, how long has it got. Budgets and audit join here, so that no door can be
 * without them.
 */
export class Guard {
  readonly #authenticator: Authenticator;
  readonly #introspection: Introspection;
  readonly #onUnknown: ((caller: UnknownCaller) => void) | undefined;
  readonly #clock: Clock;
  readonly #defaultMs: number;
  readonly #maxMs: number;

  constructor(options: {
    authenticator: Authenticator;
    introspection: Introspection;
    /** Told of callers of whom it is not known who they are. */
    onUnknown?: (caller: UnknownCaller) => void;
    clock: Clock;
    deadlineMs: number;
    maxDeadlineMs: number;
  }) {
    this.#authenticator = options.authenticator;
    this.#introspection = options.introspection;
    this.#onUnknown = options.onUnknown;
    this.#clock = options.clock;
    this.#defaultMs = options.deadlineMs;
    this.#maxMs = options.maxDeadlineMs;
  }

  /**
   * Who shows these credentials: the first thing every door asks.
   * @throws ScoregraphError UNAUTHENTICATED saying what was expected.
   */
  async identify(credentials: Credentials, door: string): Promise<Principal> {
    try {
      return await this.#authenticator.authenticate(credentials);
    } catch (error) {
      if (error instanceof ScoregraphError) this.#onUnknown?.({ door, remote: credentials.remoteAddress ?? null });
      throw error;
    }
  }

  /**
   * Calls `end` with the reason, once, when this identity is over: its token has expired or its key was revoked. For what outlives a
   * request: a socket, a stream.
   * @returns forgets it.
   */
  whenOver(principal: Principal, end: (reason: ScoregraphError) => void): () => void {
    return this.#authenticator.whenOver(principal, end);
  }

  /**
   * Admits a call, cancelled by its own signal unless told what else cancels it. A deadline above the maximum is cut to it.
   * @throws ScoregraphError BAD_USER_INPUT when the deadline is no positive number of milliseconds, UNAUTHENTICATED when the caller's
   * identity has ended.
   */
  admit(request: CallRequest, cancelled: Cancellable = request): Call {
    const { principal, deadlineMs: asked } = request;
    if (principal.expiresAt !== null && principal.expiresAt <= this.#clock.now()) throw principalEnded();
    if (asked !== undefined && !(Number.isInteger(asked) && asked > 0)) {
      throw badInput(
        `expected deadlineMs to be a positive whole number of milliseconds, got ${String(asked)}`,
        'deadlineMs',
      );
    }
    const deadline = this.#clock.monotonic() + Math.min(asked ?? this.#defaultMs, this.#maxMs);
    return new AdmittedCall(request.door, principal, deadline, cancelled);
  }

  /**
   * Lets a caller through who has the role and, where `ofAll` says so, is bound to no customers.
   * @throws ScoregraphError FORBIDDEN naming `what` and the role.
   */
  authorise(principal: Principal, role: Role, what: string, ofAll = false): void {
    if (!principal.roles.has(role)) throw new ScoregraphError('FORBIDDEN', `${what} needs the role ${role}.`);
    if (ofAll && principal.customers !== 'all')
      throw new ScoregraphError('FORBIDDEN', `${what} is about all customers; this caller is bound to some.`);
  }

  /** Whether the schema itself is told to this caller. */
  mayIntrospect({ roles }: Principal): boolean {
    return this.#introspection === 'everybody' || this.#introspection.some((role) => roles.has(role));
  }

  /** The same caller's call, to go on without the operation that brought it: for what several subscribers share. */
  detach(call: Call, signal?: AbortSignal): Call {
    return new AdmittedCall('shared', call.principal, this.#clock.monotonic() + this.#defaultMs, { signal });
  }

  /** What a caller may see, as a key: two with the same scope may share an answer. */
  scopeOf({ roles, customers }: Principal): string {
    return JSON.stringify([[...roles].sort(), customers === 'all' ? customers : [...customers].sort()]);
  }

  /** A fresh deadline for one event of a subscription: the call stays, its clock starts again. */
  renew(call: Call): Call {
    return new AdmittedCall(call.door, call.principal, this.#clock.monotonic() + this.#defaultMs, call);
  }
}

/** The trace id and the signal are made when somebody looks at them: most calls are never traced, and many never cancelled. */
class AdmittedCall implements Call {
  readonly #cancelled: Cancellable;
  #traceId: string | undefined;

  constructor(
    readonly door: string,
    readonly principal: Principal,
    readonly deadline: number,
    cancelled: Cancellable,
  ) {
    this.#cancelled = cancelled;
  }

  get signal(): AbortSignal | undefined {
    return this.#cancelled.signal;
  }

  get traceId(): string {
    this.#traceId ??= uuidv7();
    return this.#traceId;
  }
}
