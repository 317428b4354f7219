import { HEAD, type WoundTape } from './tape.js';

const MINUTE = 60_000;
export const minuteOf = (at: number): number => Math.floor(at / MINUTE);

/** Questions of one minute, caller and entity. */
export interface Counted {
  /** Place among the tape's callers. */
  readonly caller: number;
  readonly entity: string;
  readonly at: number;
  lastAt: number;
  count: number;
  firstPrediction: string | null;
  lastPrediction: string | null;
}

/** The records of a tape, counted by minute, caller and entity, in order of the first of each. */
export function countUp(tape: WoundTape): Counted[] {
  const { count, heads } = tape;
  const texts = Buffer.from(tape.texts.buffer, tape.texts.byteOffset, tape.texts.byteLength);
  const found = new Map<string, Counted>();
  let used = 0;
  for (let i = 0; i < count * HEAD; i += HEAD) {
    const caller = heads[i]!;
    const at = heads[i + 1]!;
    const idFrom = used + heads[i + 2]!;
    const idTo = idFrom + heads[i + 3]!;
    const entity = texts.toString('utf8', used, idFrom);
    const prediction = idTo === idFrom ? null : texts.toString('utf8', idFrom, idTo);
    used = idTo;
    const key = `${caller} ${minuteOf(at)} ${entity}`;
    const known = found.get(key);
    if (known === undefined) {
      found.set(key, {
        caller,
        entity,
        at,
        lastAt: at,
        count: 1,
        firstPrediction: prediction,
        lastPrediction: prediction,
      });
      continue;
    }
    known.count++;
    if (at > known.lastAt) known.lastAt = at;
    if (prediction !== null) {
      known.firstPrediction ??= prediction;
      known.lastPrediction = prediction;
    }
  }
  return [...found.values()];
}
