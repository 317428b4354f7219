import { badInput, ScoregraphError } from '../../core/errors.js';
import type { MinorAmount } from '../../core/events.js';
import { parseMoney, quote } from '../../core/money.js';
import { outOfRange, type Prediction } from '../../domains/prediction.js';
import type { VersionSelector } from '../../inference/ports.js';
import type { App, VersionFacts } from '../app.js';
import type { GraphContext } from '../context.js';
import type { CustomerNode } from '../loaders.js';

/** Refuses a list that is longer than one call may carry. */
export function checkListSize(list: readonly unknown[], max: number, field: string): void {
  if (list.length > max) throw badInput(`expected at most ${max} ${field}, got ${list.length}`, field);
}

/** Longest id anybody may ask for: longer ones cannot exist. */
export function checkIdLength(id: string, field: string): void {
  if (id.length > 1024) throw badInput(`expected an id of at most 1024 characters, got ${id.length}`, field);
}

/** A count argument within its bounds. */
export function checkCount(value: number, max: number, field: string): number {
  if (!Number.isInteger(value) || value < 1 || value > max) {
    throw badInput(`expected a whole number from 1 to ${max}, got ${value}`, field);
  }
  return value;
}

export function notFound(what: string, key: string): ScoregraphError {
  return new ScoregraphError('NOT_FOUND', `There is no ${what} ${quote(key)}.`);
}

/** A customer, for whoever cannot do without. @throws ScoregraphError NOT_FOUND; those out of the caller's scope are not there either. */
export async function customerOrNotFound({ loaders }: GraphContext, customerId: string): Promise<CustomerNode> {
  const customer = await loaders.customer(customerId);
  if (customer === null) throw notFound('customer', customerId);
  return customer;
}

/** The `ModelSelector` input as the router takes it; undefined: the router decides. */
export function selectorOf(
  input: { alias?: string | null; version?: number | null } | null | undefined,
): VersionSelector | undefined {
  return input == null ? undefined : { alias: input.alias ?? null, version: input.version ?? null };
}

/** Money as the caller wrote it, exactly. */
export const moneyOf = (input: { amount: string; currency: string }, field: string): MinorAmount =>
  parseMoney(input.amount, input.currency, field);

/** The version that made a prediction; a placeholder that says so when it is not on disk any more. */
export function versionOf(app: App, model: string, version: number): VersionFacts {
  return (
    app.models.version(model, version) ?? {
      model,
      number: version,
      state: 'END',
      reason: 'not in the models folder any more',
      stateChangedAt: 0,
      mode: null,
      aliases: [],
      info: null,
      statistics: { rows: 0, batches: 0, errors: 0, queueSeconds: 0, computeSeconds: 0 },
    }
  );
}

/** The fields that every prediction has. */
export const predictionFields = {
  modelVersion: (p: Prediction<unknown>, _args: object, { app }: GraphContext) => versionOf(app, p.model, p.version),
  /** Without any event there is nothing the features contain; they are as of the answer itself. */
  featuresAsOf: (p: Prediction<unknown>) => (p.featuresAsOf > 0 ? p.featuresAsOf : p.predictedAt),
  arm: (p: Prediction<unknown>) => p.arm ?? null,
  defaultedFeatures: (p: Prediction<unknown>) => p.defaulted,
  outOfRangeFeatures(p: Prediction<unknown>, _args: object, { app }: GraphContext) {
    const info = app.models.version(p.model, p.version)?.info;
    return info ? outOfRange(info, p.features) : [];
  },
};
