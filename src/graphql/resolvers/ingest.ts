import { ScoregraphError } from '../../core/errors.js';
import type { MinorAmount } from '../../core/events.js';
import type { IngestError, IngestResult } from '../../flows/ingest.js';
import { encodeCursor } from '../../flows/log-stream.js';
import { LIMITS } from '../../flows/validate.js';
import type { Resolvers } from '../__generated__/resolvers.js';
import type { GraphContext } from '../context.js';
import { checkListSize, moneyOf } from './shared.js';

/** Money that could not be read, by position in the caller's list. */
interface Unreadable {
  readonly index: number;
  readonly error: ScoregraphError;
}

/** `userErrors` as the graph shows them; `field` is a path into the arguments. */
function userErrors(list: string, errors: readonly IngestError[]) {
  return errors.map(({ index, field, code, message }) => ({
    code,
    message,
    field: [list, String(index), ...field.split('.')],
  }));
}

const payload = (list: string, result: IngestResult) => ({
  acceptedCount: result.acceptedCount,
  durableThrough: result.durableThrough > 0 ? encodeCursor('ingest', result.durableThrough) : null,
  userErrors: userErrors(list, result.errors),
});

/**
 * Reads the inputs that can be read and runs the flow with them; what cannot be read is refused like everything else
 * that is wrong with a single item, at its own position.
 */
async function readThenRun<I, O>(
  inputs: readonly I[],
  read: (input: I) => O,
  run: (inputs: readonly O[]) => Promise<IngestResult>,
): Promise<IngestResult> {
  const good: O[] = [];
  const positions: number[] = [];
  const unreadable: Unreadable[] = [];
  inputs.forEach((input, index) => {
    try {
      good.push(read(input));
      positions.push(index);
    } catch (error) {
      if (!(error instanceof ScoregraphError)) throw error;
      unreadable.push({ index, error });
    }
  });
  const result = await run(good);
  if (unreadable.length === 0) return result;
  const events: IngestResult['events'][number][] = inputs.map(() => null);
  result.events.forEach((event, i) => {
    events[positions[i]!] = event;
  });
  const errors: IngestError[] = [
    ...result.errors.map((error) => ({ ...error, index: positions[error.index]! })),
    ...unreadable.map(({ index, error }) => ({
      index,
      code: 'INVALID' as const,
      field: error.details.field ?? 'amount',
      message: error.message,
    })),
  ];
  errors.sort((a, b) => a.index - b.index);
  return { ...result, events, errors };
}

export const ingestResolvers: Pick<Resolvers<GraphContext>, 'Mutation'> = {
  Mutation: {
    async upsertCustomers(_root, { customers }, { app, call }) {
      checkListSize(customers, LIMITS.itemsPerCall, 'customers');
      return payload('customers', await app.ingest.upsertCustomers(customers, app.source, call.principal.customers));
    },
    async upsertItems(_root, { items }, { app }) {
      checkListSize(items, LIMITS.itemsPerCall, 'items');
      const inputs = items.map((item) => ({ ...item, available: item.available ?? true }));
      return payload('items', await app.ingest.upsertItems(inputs, app.source));
    },
    async recordTransactions(_root, { transactions }, { app, call }) {
      checkListSize(transactions, LIMITS.itemsPerCall, 'transactions');
      const result = await readThenRun(
        transactions,
        (input) => ({ ...input, amount: moneyOf(input.amount, 'amount') }),
        (inputs) => app.ingest.recordTransactions(inputs, app.source, call.principal.customers),
      );
      return { ...payload('transactions', result), transactions: result.events as never };
    },
    async recordInteractions(_root, { interactions }, { app, call }) {
      checkListSize(interactions, LIMITS.itemsPerCall, 'interactions');
      const result = await readThenRun(
        interactions,
        (input) => ({ ...input, unitPrice: priceOf(input.unitPrice) }),
        (inputs) => app.ingest.recordInteractions(inputs, app.source, call.principal.customers),
      );
      return payload('interactions', result);
    },
    async reportOutcomes(_root, { outcomes }, { app, call }) {
      checkListSize(outcomes, LIMITS.itemsPerCall, 'outcomes');
      return payload('outcomes', await app.ingest.reportOutcomes(outcomes, app.source, call.principal.customers));
    },
  },
};

const priceOf = (input: { amount: string; currency: string } | null | undefined): MinorAmount | null =>
  input == null ? null : moneyOf(input, 'unitPrice');
