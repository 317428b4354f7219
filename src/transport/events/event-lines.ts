import { GraphQLBoolean, GraphQLID, GraphQLString } from 'graphql';
import { messageOf, ScoregraphError } from '../../core/errors.js';
import { parseMoney, quote } from '../../core/money.js';
import type { IngestItem } from '../../flows/ingest.js';
import type { Refusal } from '../../flows/validate.js';
import { scalars } from '../../graphql/scalars.js';

/** Why a line was refused; without a field when the line as a whole is not what it must be. */
export type LineRefusal = Omit<Refusal, 'field'> & { readonly field: string | null };

type Read = (value: unknown, field: string) => unknown;
interface Field {
  readonly read: Read;
  readonly required: boolean;
  /** What an absent field means. */
  readonly otherwise?: unknown;
}
type Fields = Readonly<Record<string, Field>>;

class Unreadable extends Error {
  constructor(
    readonly field: string | null,
    message: string,
  ) {
    super(message);
  }
}

/** The graph's own scalars read the values: what a mutation takes, a line takes, and nothing else. */
const scalar =
  ({ parseValue }: { parseValue(value: unknown): unknown }): Read =>
  (value, field) => {
    try {
      return parseValue(value);
    } catch (error) {
      throw new Unreadable(field, messageOf(error));
    }
  };
const orPlain = (other: Read): Read => {
  return (value, field) => (typeof value === 'string' ? value : other(value, field));
};
const id = orPlain(scalar(GraphQLID));
const text = orPlain(scalar(GraphQLString));
const bool = scalar(GraphQLBoolean);
const dateTime = scalar(scalars.DateTime);
const date = scalar(scalars.Date);
const positiveInt = scalar(scalars.PositiveInt);
const KINDS: readonly unknown[] = ['VIEW', 'BASKET', 'PURCHASE'];

function kind(value: unknown, field: string): unknown {
  if (KINDS.includes(value)) return value;
  throw new Unreadable(field, `expected one of ${KINDS.join(', ')}, got ${shown(value)}`);
}

function subject(value: unknown, field: string): unknown {
  if (!isObject(value)) {
    throw new Unreadable(field, `expected an object such as {"transactionId":"t-1"}, got ${shown(value)}`);
  }
  const [name, ...others] = Object.keys(value);
  if (name === undefined || others.length > 0 || (name !== 'transactionId' && name !== 'predictionId'))
    throw new Unreadable(field, 'expected one of transactionId and predictionId');
  return { [name]: id(value[name], `${field}.${name}`) };
}

function money(value: unknown, field: string): unknown {
  if (!isObject(value)) {
    throw new Unreadable(field, `expected an object such as {"amount":"12.50","currency":"USD"}, got ${shown(value)}`);
  }
  const { amount, currency } = value;
  if (typeof amount !== 'string')
    throw new Unreadable(`${field}.amount`, `expected a decimal in a string such as "12.50", got ${shown(amount)}`);
  if (typeof currency !== 'string')
    throw new Unreadable(`${field}.currency`, `expected a currency such as "USD", got ${shown(currency)}`);
  for (const name in value) {
    if (name !== 'amount' && name !== 'currency') throw new Unreadable(`${field}.${cut(name)}`, 'no such field');
  }
  try {
    return parseMoney(amount, currency, field);
  } catch (error) {
    if (!(error instanceof ScoregraphError)) throw error;
    throw new Unreadable(error.details.field ?? field, error.message);
  }
}

const must = (read: Read): Field => ({ read, required: true });
const may = (read: Read, otherwise: unknown = null): Field => ({ read, required: false, otherwise });

/** The fields of each kind of line, by the value of `type`: those of the inputs of the mutations (schema/ingest.graphql). */
const LINES: Readonly<Record<IngestItem['type'], Fields>> = {
  transaction: {
    transactionId: must(id),
    customerId: must(id),
    merchant: must(text),
    category: must(text),
    amount: must(money),
    occurredAt: must(dateTime),
  },
  interaction: {
    interactionId: must(id),
    customerId: must(id),
    itemId: must(id),
    kind: must(kind),
    occurredAt: must(dateTime),
    quantity: may(positiveInt, 1),
    unitPrice: may(money),
    orderId: may(id),
    predictionId: may(id),
  },
  outcome: { subject: must(subject), fraud: must(bool), observedAt: must(dateTime) },
  customer: { customerId: must(id), country: may(text), birthDate: may(date), createdAt: may(dateTime) },
  item: { itemId: must(id), title: must(text), available: may(bool, true) },
};
const TYPES = Object.keys(LINES).join(', ');

/** Reads one line, JSON text, into an item of the ingest flow, or says what is wrong with it. */
export function readEventLine(line: string): IngestItem | LineRefusal {
  try {
    return readFields(JSON.parse(line));
  } catch (error) {
    if (error instanceof Unreadable) return refused(error.message, error.field);
    if (error instanceof SyntaxError) return refused(`expected a JSON object: ${error.message.slice(0, 120)}`);
    throw error;
  }
}

function readFields(line: unknown): IngestItem {
  if (!isObject(line)) throw new Unreadable(null, `expected a JSON object, got ${shown(line)}`);
  const { type } = line;
  const fields = typeof type === 'string' && Object.hasOwn(LINES, type) ? LINES[type as IngestItem['type']] : null;
  if (fields === null) throw new Unreadable('type', `expected one of ${TYPES}, got ${shown(type)}`);
  const input: Record<string, unknown> = {};
  let known = 1;
  for (const name in fields) {
    const { read, required, otherwise } = fields[name]!;
    const value = line[name];
    if (value !== undefined) known++;
    if (value != null) input[name] = read(value, name);
    else if (required) throw new Unreadable(name, `expected ${name}, it is ${value === null ? 'null' : 'missing'}`);
    else input[name] = otherwise;
  }
  if (Object.keys(line).length !== known) {
    const unknown = Object.keys(line).find((name) => name !== 'type' && !Object.hasOwn(fields, name))!;
    throw new Unreadable(cut(unknown), `a ${type} has no such field`);
  }
  return { type, input } as unknown as IngestItem;
}

/** A refusal of a line that could not be read. */
export const refused = (message: string, field: string | null = null): LineRefusal => ({
  code: 'INVALID',
  field,
  message,
});

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const cut = (name: string) => name.slice(0, 40);

function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string') return quote(value);
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
