import type { Call, Guard } from '../access/guard.js';
import type { CustomerScope } from '../access/principal.js';
import type { RowContext } from '../core/predictions.js';
import type { App } from './app.js';
import type { Charge } from './cost/charge.js';
import { Loaders } from './loaders.js';

/** What resolvers get: who calls, what they may call, and this operation's loaders. */
export class GraphContext {
  readonly app: App;
  readonly guard: Guard;
  readonly call: Call;
  /** What goes with every row this operation asks for. */
  readonly row: RowContext;
  readonly loaders: Loaders;
  /** What the operation was charged; null before it was admitted, and for what happens after its beginning (events). */
  charge: Charge | null = null;

  constructor(app: App, guard: Guard, call: Call) {
    this.app = app;
    this.guard = guard;
    this.call = call;
    this.row = new CallRow(call);
    this.loaders = new Loaders(app, this.row, call.principal.customers);
  }

  /** The same caller, not bound to the operation that brought it: for what several subscribers share. */
  detached(signal?: AbortSignal): GraphContext {
    return new GraphContext(this.app, this.guard, this.guard.detach(this.call, signal));
  }

  /** What this caller may see: two with the same scope get the same answers. */
  get scope(): string {
    return this.guard.scopeOf(this.call.principal);
  }

  /** The customers this caller may see. */
  get customers(): CustomerScope {
    return this.call.principal.customers;
  }

  /** The same caller with a fresh deadline and fresh loaders: one per event of a subscription. */
  renewed(): GraphContext {
    return new GraphContext(this.app, this.guard, this.guard.renew(this.call));
  }
}

/** A class, since an accessor in an object literal would give every call a hidden class of its own. */
class CallRow implements RowContext {
  readonly deadline: number;
  readonly priority = 'interactive';
  readonly principal: string;
  readonly door: string | undefined;
  readonly #call: Call;

  constructor(call: Call) {
    this.deadline = call.deadline;
    this.principal = call.principal.id;
    // What a subscription's events ask is nobody's question: that it was opened is on record.
    this.door = call.door === 'shared' ? undefined : call.door;
    this.#call = call;
  }

  get signal(): AbortSignal | undefined {
    return this.#call.signal;
  }

  get traceId(): string {
    return this.#call.traceId;
  }
}
