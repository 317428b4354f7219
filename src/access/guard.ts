import type { Clock } from '../core/clock.js';
import { badInput } from '../core/errors.js';
import { uuidv7 } from '../core/ids.js';
import { LOCAL_PRINCIPAL, type Principal } from './principal.js';

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
  /** Deadline asked for, milliseconds from now; absent: the default. */
  readonly deadlineMs?: number | undefined;
}

/**
 * The one way in, for every door: who is it, how long has it got. Authorisation, budgets and audit join here, so that
 * no door can be without them.
 */
export class Guard {
  readonly #clock: Clock;
  readonly #defaultMs: number;
  readonly #maxMs: number;

  constructor(options: { clock: Clock; deadlineMs: number; maxDeadlineMs: number }) {
    this.#clock = options.clock;
    this.#defaultMs = options.deadlineMs;
    this.#maxMs = options.maxDeadlineMs;
  }

  /**
   * Admits a call, cancelled by its own signal unless told what else cancels it. A deadline above the maximum is cut to it.
   * @throws ScoregraphError BAD_USER_INPUT when the deadline is no positive number of milliseconds.
   */
  admit(request: CallRequest, cancelled: Cancellable = request): Call {
    const asked = request.deadlineMs;
    if (asked !== undefined && !(Number.isInteger(asked) && asked > 0)) {
      throw badInput(
        `expected deadlineMs to be a positive whole number of milliseconds, got ${String(asked)}`,
        'deadlineMs',
      );
    }
    const deadline = this.#clock.monotonic() + Math.min(asked ?? this.#defaultMs, this.#maxMs);
    return new AdmittedCall(request.door, LOCAL_PRINCIPAL, deadline, cancelled);
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
