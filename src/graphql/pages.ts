import { badInput } from '../core/errors.js';
import type { StoredEvent } from '../core/events.js';
import type { EventLog, LogPage } from '../data/ports.js';
import { decodeCursor, encodeCursor } from '../flows/log-stream.js';
import type { TransactionNode } from './loaders.js';

const MAX_PAGE = 100;
const DEFAULT_PAGE = 20;
/** Names inside cursors. */
const OF_CUSTOMER = 'transactions';
const OF_ALL = 'all-transactions';

export interface PageArguments {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
  readonly last?: number | null | undefined;
  readonly before?: string | null | undefined;
}

/** One page of a list that runs from new to old, as its arguments ask for it. */
export interface PageRequest {
  /** Rows to read: one more than the page has, to see whether there are more. */
  readonly limit: number;
  /** The page is at the new end (`first`), else at the old end (`last`). */
  readonly newestFirst: boolean;
}

/**
 * How many, and from which end.
 * @throws ScoregraphError BAD_USER_INPUT for sizes outside 1 … 100, and for `first` together with `last`.
 */
export function pageRequest({ first, last }: PageArguments): PageRequest {
  if (first != null && last != null) throw badInput('expected first or last, got both', 'last');
  const size = first ?? last ?? DEFAULT_PAGE;
  if (!Number.isInteger(size) || size < 1 || size > MAX_PAGE) {
    throw badInput(`expected a whole number from 1 to ${MAX_PAGE}, got ${size}`, last != null ? 'last' : 'first');
  }
  return { limit: size + 1, newestFirst: last == null };
}

/** Makes a connection, as the Relay specification has it, of the rows that `request` asked for, in the order they were read. */
export function connection<R, N>(
  request: PageRequest,
  args: PageArguments,
  rows: readonly R[],
  cursorOf: (row: R) => string,
  nodeOf: (row: R) => N,
) {
  const size = request.limit - 1;
  const more = rows.length > size;
  const page = rows.slice(0, size);
  if (!request.newestFirst) page.reverse();
  const edges = page.map((row) => ({ cursor: cursorOf(row), node: nodeOf(row) }));
  return {
    edges,
    nodes: edges.map(({ node }) => node),
    pageInfo: {
      hasNextPage: request.newestFirst ? more : args.before != null,
      hasPreviousPage: request.newestFirst ? args.after != null : more,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges[edges.length - 1]?.cursor ?? null,
    },
  };
}

/** The bounds of a page in log order: the list runs from new to old, so "after" a cursor means positions below it. */
export function logBounds(stream: string, args: PageArguments): { readonly after?: number; readonly before?: number } {
  return {
    ...(args.before == null ? {} : { after: decodeCursor(stream, args.before, 'before') }),
    ...(args.after == null ? {} : { before: decodeCursor(stream, args.after) }),
  };
}

/**
 * A page of a customer's payments, newest first (so `first` means the newest).
 * @throws ScoregraphError BAD_USER_INPUT for what `pageRequest` refuses, or a foreign cursor.
 */
export function transactionPage(log: EventLog, customerId: string, args: PageArguments) {
  return paymentPage(OF_CUSTOMER, args, (page) => log.byEntity(customerId, 'payment.recorded', page));
}

/**
 * A page of the payments of these customers (each named once), or of all, newest first.
 * @throws ScoregraphError BAD_USER_INPUT for what `pageRequest` refuses, or a foreign cursor.
 */
export function transactionsPage(log: EventLog, customerIds: readonly string[] | 'all', args: PageArguments) {
  return paymentPage(OF_ALL, args, (page) =>
    customerIds === 'all'
      ? log.byType('payment.recorded', page)
      : log.byEntities(customerIds, 'payment.recorded', page),
  );
}

async function paymentPage(stream: string, args: PageArguments, read: (page: LogPage) => Promise<StoredEvent[]>) {
  const request = pageRequest(args);
  const found = (await read({ ...logBounds(stream, args), ...request })) as TransactionNode[];
  return connection(
    request,
    args,
    found,
    ({ seq }) => encodeCursor(stream, seq),
    (node) => node,
  );
}
