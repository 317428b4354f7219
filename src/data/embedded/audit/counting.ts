import { HEAD, type TapeCaller, type WoundTape } from './tape.js';

const MINUTE = 60_000;
export const minuteOf = (at: number): number => Math.floor(at / MINUTE);

/** Questions of one minute, caller and entity. */
export interface Counted {
  readonly entity: string;
  readonly at: number;
  lastAt: number;
  count: number;
  firstPrediction: string | null;
  lastPrediction: string | null;
}
interface Group {
  readonly caller: TapeCaller;
  readonly minute: number;
  readonly byEntity: Map<string, Counted>;
}

/** Questions counted by minute, caller and entity. */
export class Counting {
  readonly #groups = new Map<string, Group>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Whether a minute is counted that is over at `at` (milliseconds UTC). */
  isOver(at: number): boolean {
    for (const { minute } of this.#groups.values()) if (minute < minuteOf(at)) return true;
    return false;
  }

  /** Counts a tape in. */
  add({ callers, count, base, heads, texts }: WoundTape): void {
    const text = Buffer.from(texts.buffer, texts.byteOffset, texts.byteLength);
    const names = callers.map((caller) => JSON.stringify(caller));
    /** By place of the caller, the group that was used last. */
    const last: (Group | undefined)[] = callers.map(() => undefined);
    let used = 0;
    for (let i = 0; i < count * HEAD; i += HEAD) {
      const place = heads[i]!;
      const at = base + heads[i + 1]!;
      const lengths = heads[i + 2]!;
      const idFrom = used + (lengths & 0xffff);
      const idTo = idFrom + (lengths >>> 16);
      const entity = text.toString('utf8', used, idFrom);
      const id = idTo === idFrom ? null : text.toString('utf8', idFrom, idTo);
      used = idTo;
      let group = last[place];
      if (group === undefined || group.minute !== minuteOf(at)) {
        group = this.#group(callers[place]!, names[place]!, minuteOf(at));
        last[place] = group;
      }
      const known = group.byEntity.get(entity);
      if (known === undefined) {
        group.byEntity.set(entity, { entity, at, lastAt: at, count: 1, firstPrediction: id, lastPrediction: id });
        this.#size++;
        continue;
      }
      known.count++;
      if (at > known.lastAt) known.lastAt = at;
      if (id !== null) {
        known.firstPrediction ??= id;
        known.lastPrediction = id;
      }
    }
  }

  *[Symbol.iterator](): Generator<readonly [TapeCaller, Counted], void, undefined> {
    for (const { caller, byEntity } of this.#groups.values())
      for (const counted of byEntity.values()) yield [caller, counted];
  }

  #group(caller: TapeCaller, name: string, minute: number): Group {
    const key = `${minute} ${name}`;
    let group = this.#groups.get(key);
    if (group === undefined) {
      group = { caller, minute, byEntity: new Map() };
      this.#groups.set(key, group);
    }
    return group;
  }
}
