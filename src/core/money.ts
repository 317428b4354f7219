import { badInput } from './errors.js';
import type { MinorAmount } from './events.js';

/** Minor-unit digits of ISO 4217 currencies that do not have two. */
const DIGITS: Readonly<Record<string, number>> = {
  BIF: 0,
  CLP: 0,
  DJF: 0,
  GNF: 0,
  ISK: 0,
  JPY: 0,
  KMF: 0,
  KRW: 0,
  PYG: 0,
  RWF: 0,
  UGX: 0,
  VND: 0,
  VUV: 0,
  XAF: 0,
  XOF: 0,
  XPF: 0,
  BHD: 3,
  IQD: 3,
  JOD: 3,
  KWD: 3,
  LYD: 3,
  OMR: 3,
  TND: 3,
};

/** How many decimal places `currency` has. */
export function minorDigits(currency: string): number {
  return DIGITS[currency] ?? 2;
}

const DECIMAL = /^(-?)(\d{1,15})(?:\.(\d+))?$/;

/**
 * Reads a decimal string such as `"12.50"` exactly.
 * @throws ScoregraphError BAD_USER_INPUT when it is no decimal, has more places than the currency, or is too large to be exact.
 */
export function parseMoney(amount: string, currency: string, field = 'amount'): MinorAmount {
  if (!/^[A-Z]{3}$/.test(currency)) {
    throw badInput(
      `expected a three-letter ISO 4217 currency such as "USD", got ${quote(currency)}`,
      `${field}.currency`,
    );
  }
  const match = DECIMAL.exec(amount);
  if (!match) throw badInput(`expected a decimal such as "12.50", got ${quote(amount)}`, `${field}.amount`);
  const digits = minorDigits(currency);
  const fraction = match[3] ?? '';
  if (fraction.length > digits && /[1-9]/.test(fraction.slice(digits))) {
    throw badInput(
      `expected at most ${digits} decimal places for ${currency}, got ${quote(amount)}`,
      `${field}.amount`,
    );
  }
  const minor = Number(match[2]! + fraction.slice(0, digits).padEnd(digits, '0'));
  if (!Number.isSafeInteger(minor))
    throw badInput(`amount ${quote(amount)} is too large to be exact`, `${field}.amount`);
  return { minor: match[1] === '-' && minor !== 0 ? -minor : minor, currency };
}

/** Writes an amount back as a decimal string: 1250 USD → `"12.50"`. */
export function formatMinor({ minor, currency }: MinorAmount): string {
  const digits = minorDigits(currency);
  if (digits === 0) return String(minor);
  const text = String(Math.abs(minor)).padStart(digits + 1, '0');
  return `${minor < 0 ? '-' : ''}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** Quotes a piece of input for an error message, cut to a length that cannot flood a log. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}
