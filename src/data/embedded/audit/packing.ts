import { type Counted, minuteOf } from './counting.js';
import type { TapeCaller } from './tape.js';

/** Parts of a row at most, and numbers of entries that a row has for them: an entry's number is its row's times this, and its part's place. */
export const PARTS = 1_024;

/** A model that was asked: its name, version, how often, and, where the prediction log keeps any, the first and the last prediction. */
export type Part = readonly [string, number, number] | readonly [string, number, number, string, string];

/** What one caller asked about an entity in one minute, of all models. */
export interface Pack {
  /** Of its first part: the others differ in model and version. */
  readonly caller: TapeCaller;
  readonly entity: string;
  /** Milliseconds UTC, of the first and the last question. */
  at: number;
  lastAt: number;
  count: number;
  readonly parts: Part[];
}

/**
 * Puts questions together that differ in model and version alone. Who asks about somebody mostly asks several models: one row of the file, and one
 * in each of its indexes, holds them all. `counted`: entity by entity. Each pack is given when it is whole.
 */
export function* packsOf(counted: Iterable<readonly [TapeCaller, Counted]>): Generator<Pack, void, undefined> {
  let entity: string | null = null;
  let packs = new Map<string, Pack>();
  for (const [caller, question] of counted) {
    if (question.entity !== entity) {
      yield* packs.values();
      packs = new Map();
      entity = question.entity;
    }
    const [kind, principal, door, model, version] = caller;
    const key = JSON.stringify([kind, principal, door, minuteOf(question.at)]);
    const { count, firstPrediction: first, lastPrediction: last } = question;
    const part: Part = first === null ? [model, version, count] : [model, version, count, first, last ?? first];
    const pack = packs.get(key);
    if (pack === undefined) {
      packs.set(key, { caller, entity, at: question.at, lastAt: question.lastAt, count, parts: [part] });
      continue;
    }
    pack.at = Math.min(pack.at, question.at);
    pack.lastAt = Math.max(pack.lastAt, question.lastAt);
    pack.count += count;
    pack.parts.push(part);
    if (pack.parts.length < PARTS) continue;
    yield pack;
    packs.delete(key);
  }
  yield* packs.values();
}
