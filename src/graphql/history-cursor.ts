import { badInput } from '../core/errors.js';
import type { HistoryKey } from '../data/ports.js';

const NAME = 'predictions';

/** The opaque cursor of a recorded prediction's place in time. */
export function encodeHistoryCursor({ predictedAt, position }: HistoryKey): string {
  return Buffer.from(`${NAME}:${predictedAt}:${position}`).toString('base64url');
}

/** Reads such a cursor back. @throws ScoregraphError BAD_USER_INPUT when it is none. */
export function decodeHistoryCursor(cursor: string, field: string): HistoryKey {
  const match = /^([a-z-]+):(-?\d{1,16})(?::(\d{1,15}))?$/.exec(Buffer.from(cursor, 'base64url').toString('utf8'));
  if (match === null) throw badInput('expected a cursor that this list issued', field);
  if (match[1] !== NAME || match[3] === undefined)
    throw badInput(`this is a cursor of "${match[1]}", not of "${NAME}"`, field);
  return { predictedAt: Number(match[2]), position: Number(match[3]) };
}
