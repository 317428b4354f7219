import type { ExecutionResult } from 'graphql';
import type { Account } from '../../access/budgets.js';
import type { Variables } from './argument.js';
import { type CostPlan, OPERATION_MS } from './plan.js';

/** What an operation was charged when it was admitted. */
export class Charge {
  readonly ms: number;
  /** Who pays; null: a caller without limit. */
  readonly account: Account | null;
  readonly #plan: CostPlan;
  readonly #variables: Variables;

  constructor(ms: number, account: Account | null, plan: CostPlan, variables: Variables) {
    this.ms = ms;
    this.account = account;
    this.#plan = plan;
    this.#variables = variables;
  }

  /** What each event of a subscription costs to execute. */
  get eventMs(): number {
    return this.ms - OPERATION_MS;
  }

  /** The operation did not run after all: its variables did not fit, say. */
  giveBack(): void {
    this.account?.giveBack(this.ms);
  }

  /** As `extensions.cost` shows it, in milliseconds of model time. */
  shown(): Record<string, unknown> {
    const { models, otherMs, dearest } = this.#plan.parts(this.#variables);
    return {
      ms: rounded(this.ms),
      ...(this.account === null ? {} : { limitMs: this.account.limit, remainingMs: rounded(this.account.remaining()) }),
      models: Object.fromEntries(
        Object.entries(models).map(([model, { rows, ms }]) => [model, { rows, ms: rounded(ms) }]),
      ),
      otherMs: rounded(otherMs),
      dearestField: dearest.field,
    };
  }
}

/**
 * An operation has its answer. One that did not run (its variables did not fit, say) gets its charge back; the answer says what it cost when
 * the caller asked for that.
 */
export function settled(result: ExecutionResult, charge: Charge | null, shows: boolean): ExecutionResult {
  if (charge === null) return result;
  if (result.data === undefined) {
    charge.giveBack();
    return result;
  }
  return shows ? { ...result, extensions: { ...result.extensions, cost: charge.shown() } } : result;
}

/** To the microsecond. */
export const rounded = (ms: number) => Math.round(ms * 1_000) / 1_000;
