import type { Clock } from '../core/clock.js';
import type { InteractionKind, MinorAmount } from '../core/events.js';
import { minorDigits, quote } from '../core/money.js';

/** Why an item of a mutation was refused; the graph's IngestErrorCode. */
export type IngestErrorCode =
  | 'INVALID'
  | 'DUPLICATE_WITH_OTHER_CONTENT'
  | 'UNKNOWN_CUSTOMER'
  | 'BEING_ERASED'
  | 'UNKNOWN_ITEM'
  | 'UNKNOWN_PREDICTION'
  | 'UNKNOWN_TRANSACTION'
  | 'TOO_OLD'
  | 'IN_FUTURE';

/** One refusal: which item, which of its fields, why. */
export interface Refusal {
  readonly code: IngestErrorCode;
  readonly field: string;
  readonly message: string;
}

/** Longest ids and names; what is longer is refused, never cut. */
export const LIMITS = {
  idLength: 128,
  merchantLength: 200,
  categoryLength: 100,
  titleLength: 500,
  /** Highest single amount, major units. */
  amountMajor: 10_000_000,
  quantity: 100_000,
  /** How far ahead of the server's clock an event may lie, ms. */
  futureMs: 5 * 60_000,
  /** Events before this are refused as TOO_OLD: 2000-01-01. */
  oldestMs: Date.UTC(2000, 0, 1),
  itemsPerCall: 1_000,
} as const;

const refusal = (code: IngestErrorCode, field: string, message: string): Refusal => ({ code, field, message });

/**
 * What is wrong with the characters of a text. Control characters would forge log lines and cannot be told apart in a table; half of a
 * surrogate pair can be written in JSON but not in UTF-8, so it could not be read back as it came.
 */
function strangeCharacters(text: string): string | null {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x20 || code === 0x7f) return `expected no control characters, got ${quote(text)}`;
    if (code < 0xd800 || code > 0xdfff) continue;
    const next = text.charCodeAt(++i); // NaN at the end
    if (code > 0xdbff || !(next >= 0xdc00 && next <= 0xdfff))
      return 'expected Unicode text, got half of a surrogate pair';
  }
  return null;
}

/** Refuses an empty, overlong or unprintable text. */
export function checkText(text: string, field: string, maxLength: number): Refusal | null {
  if (text.length === 0) return refusal('INVALID', field, `expected a non-empty ${field}`);
  if (text.length > maxLength) {
    return refusal('INVALID', field, `expected at most ${maxLength} characters, got ${text.length}`);
  }
  const strange = strangeCharacters(text);
  if (strange !== null) return refusal('INVALID', field, strange);
  return null;
}

/** Refuses an id that is no usable key. */
export const checkId = (id: string, field: string): Refusal | null => checkText(id, field, LIMITS.idLength);

/** Refuses what is not an amount somebody can have paid. */
export function checkAmount(amount: MinorAmount, field: string, currency?: string): Refusal | null {
  if (currency !== undefined && amount.currency !== currency) {
    return refusal(
      'INVALID',
      `${field}.currency`,
      `expected ${currency}, the model's currency, got ${amount.currency}`,
    );
  }
  if (amount.minor <= 0) return refusal('INVALID', `${field}.amount`, 'expected an amount above 0');
  if (amount.minor > LIMITS.amountMajor * 10 ** minorDigits(amount.currency)) {
    return refusal('INVALID', `${field}.amount`, `expected at most ${LIMITS.amountMajor} ${amount.currency}`);
  }
  return null;
}

/** Refuses a time that cannot be right. `clock` tells what "future" means. */
export function checkTime(occurredAt: number, clock: Clock, field = 'occurredAt'): Refusal | null {
  if (occurredAt < LIMITS.oldestMs) {
    return refusal('TOO_OLD', field, `expected a time after 2000-01-01, got ${new Date(occurredAt).toISOString()}`);
  }
  if (occurredAt > clock.now() + LIMITS.futureMs) {
    return refusal(
      'IN_FUTURE',
      field,
      `expected a time at most 5 minutes ahead of the server's clock, got ${new Date(occurredAt).toISOString()}`,
    );
  }
  return null;
}

/** Refuses a quantity nobody can have bought. */
export function checkQuantity(quantity: number): Refusal | null {
  return Number.isInteger(quantity) && quantity > 0 && quantity <= LIMITS.quantity
    ? null
    : refusal('INVALID', 'quantity', `expected a whole number from 1 to ${LIMITS.quantity}, got ${quantity}`);
}

/** The inputs of the ingest flow: the graph's inputs after their scalars are parsed. */
export interface CustomerInput {
  readonly customerId: string;
  readonly country?: string | null;
  readonly birthDate?: string | null;
  readonly createdAt?: number | null;
}
export interface ItemInput {
  readonly itemId: string;
  readonly title: string;
  readonly available: boolean;
}
export interface TransactionInput {
  readonly transactionId: string;
  readonly customerId: string;
  readonly merchant: string;
  readonly category: string;
  readonly amount: MinorAmount;
  readonly occurredAt: number;
}
export interface OutcomeInput {
  /** One of them. */
  readonly subject: { readonly transactionId?: string | null; readonly predictionId?: string | null };
  readonly fraud: boolean;
  readonly observedAt: number;
}
export interface InteractionInput {
  readonly interactionId: string;
  readonly customerId: string;
  readonly itemId: string;
  readonly kind: InteractionKind;
  readonly occurredAt: number;
  readonly quantity?: number;
  readonly unitPrice?: MinorAmount | null;
  readonly orderId?: string | null;
  readonly predictionId?: string | null;
}
