import { badInput } from '../core/errors.js';
import type { EventLog } from '../data/ports.js';
import { decodeCursor, encodeCursor } from '../flows/log-stream.js';
import type { TransactionNode } from './loaders.js';

const MAX_PAGE = 100;
const DEFAULT_PAGE = 20;
const STREAM = 'transactions';

export interface PageArguments {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
  readonly last?: number | null | undefined;
  readonly before?: string | null | undefined;
}

/**
 * A page of a customer's payments, newest first (so `first` means the newest), as the Relay connection specification has it.
 * @throws ScoregraphError BAD_USER_INPUT for sizes outside 1 … 100, `first` together with `last`, or a foreign cursor.
 */
export async function transactionPage(log: EventLog, customerId: string, args: PageArguments) {
  const { first, last } = args;
  if (first != null && last != null) throw badInput('expected first or last, got both', 'last');
  const size = first ?? last ?? DEFAULT_PAGE;
  if (!Number.isInteger(size) || size < 1 || size > MAX_PAGE) {
    throw badInput(`expected a whole number from 1 to ${MAX_PAGE}, got ${size}`, last != null ? 'last' : 'first');
  }
  // The list runs from new to old: "after" a cursor means positions below it.
  const below = args.after == null ? undefined : decodeCursor(STREAM, args.after);
  const above = args.before == null ? undefined : decodeCursor(STREAM, args.before);
  const backwards = last != null;
  const found = (await log.byEntity(customerId, 'payment.recorded', {
    ...(above === undefined ? {} : { after: above }),
    ...(below === undefined ? {} : { before: below }),
    limit: size + 1,
    newestFirst: !backwards,
  })) as TransactionNode[];
  const more = found.length > size;
  const nodes = found.slice(0, size);
  if (backwards) nodes.reverse();
  const edges = nodes.map((node) => ({ cursor: encodeCursor(STREAM, node.seq), node }));
  return {
    edges,
    nodes,
    pageInfo: {
      hasNextPage: backwards ? args.before != null : more,
      hasPreviousPage: backwards ? more : args.after != null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges[edges.length - 1]?.cursor ?? null,
    },
  };
}
