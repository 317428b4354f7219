import { randomUUID } from 'node:crypto';
import { payment } from '../../support/server.js';
import type { Ask, Door, Outcome } from '../door.js';
import type { Caller, World } from '../world.js';

/** What a door is asked, or why there is nothing to ask it. */
type Asked = ((world: World) => Ask) | string;

export interface Attack {
  readonly name: string;
  /** Who attacks; absent: a viewer, who brings lines as an ingester. Null: somebody who shows nothing. */
  readonly by?: Caller | null;
  /** What it is at each kind of door. */
  readonly operations: Asked;
  readonly streams: Asked;
  readonly lines: Asked;
  /** Doors of these kinds that it cannot come through all the same, and why. */
  readonly except?: Readonly<Record<string, string>>;
  /** The refusal; absent: `holds` says it all. */
  readonly code?: string;
  readonly message?: RegExp;
  /** Where the protocol speaks of this in words of its own. Elsewhere all doors must use the same. */
  readonly ownWords?: readonly string[];
  /** Sent so often; what comes again runs compiled. */
  readonly times?: number;
  /** Table of the data file that is missing meanwhile. */
  readonly without?: { readonly operations: string; readonly lines: string };
  readonly holds?: (outcome: Outcome, world: World, door: Door) => void | Promise<void>;
}

export const LONG = {
  'HTTP GET': 'a URL has room for 16 KiB',
  'SSE by GET (EventSource)': 'a URL has room for 16 KiB',
};
export const NO_FIELDS = 'lines are events: they select nothing';
export const NOT_AT_ROOT = 'subscriptions have no such root field';
export const SCORED = '... on TransactionScored { transaction { transactionId merchant } fraud { id } }';
export const line = (transactionId: string, customerId: string, more: object = {}) =>
  JSON.stringify({ type: 'transaction', ...payment(transactionId, customerId, more) });
export const MODELS: Ask = { query: '{ models { name } }' };
export const WATCH: Ask = { query: 'subscription { transactionScored { __typename } }' };

/** The same question whoever asks: what is refused before it is looked at. */
export const whoever = {
  operations: () => MODELS,
  streams: () => WATCH,
  lines: () => ({ lines: line(randomUUID(), 'c1') }),
};
export const query = (text: string, variables?: object) => () => ({ query: text, ...(variables && { variables }) });
export const many = (count: number, of: (i: number) => string, between = ' ') =>
  Array.from({ length: count }, (_, i) => of(i)).join(between);
export const nested = (depth: number, open: string, inner: string, close: string) =>
  open.repeat(depth) + inner + close.repeat(depth);

/** As JSON makes them: keys of their own, which an object literal would not have. */
export function hostileKeys(text: string): Ask {
  const input = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}';
  return { query: text, variables: JSON.parse(`{"f":${input},"__proto__":{"polluted":1}}`) };
}

export function same(got: unknown, expected: unknown): void {
  if (got !== expected) throw new Error(`expected ${JSON.stringify(expected)}, got ${JSON.stringify(got)}`);
}
export function one(errors: Outcome['errors'], codes: readonly string[]): void {
  const [first] = errors;
  if (first === undefined || !codes.includes(first.code))
    throw new Error(`expected one of ${codes.join(', ')}, got ${JSON.stringify(first)}`);
}
export function atMost(got: number, most: number): void {
  if (got > most) throw new Error(`expected at most ${most}, got ${got}`);
}
