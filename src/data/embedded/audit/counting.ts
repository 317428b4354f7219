import { HEAD, type TapeCaller, type WoundTape } from './tape.js';

const MINUTE = 60_000;
export const minuteOf = (at: number): number => Math.floor(at / MINUTE);

/** Questions of one minute, caller and entity. */
export interface Counted {
  readonly entity: string;
  readonly at: number;
  readonly lastAt: number;
  readonly count: number;
  readonly firstPrediction: string | null;
  readonly lastPrediction: string | null;
}
interface Group {
  readonly caller: TapeCaller;
  readonly minute: number;
  /** Its place among the groups. */
  readonly place: number;
}
interface Predictions {
  readonly first: string;
  last: string;
}

/**
 * Numbers of a slot: group, entity, how often (0: the slot is free), first and last time since the minute began, ms; where its predictions are
 * noted, from 1 on (0: nowhere).
 */
const SLOT = 6;
const [GROUP, ENTITY, COUNT, FIRST, LAST, NOTED] = [0, 1, 2, 3, 4, 5] as const;
const SLOTS = 1_024;

/**
 * Questions counted by minute, caller and entity. A hash table of numbers: a minute may bring hundreds of thousands, and as objects they
 * would lie all over the heap.
 */
export class Counting {
  readonly #groups: Group[] = [];
  readonly #groupOf = new Map<string, Group>();
  readonly #entities: string[] = [];
  readonly #entityOf = new Map<string, number>();
  /** A power of two of slots, at most half of them taken. */
  #slots = new Uint32Array(SLOTS * SLOT);
  #size = 0;
  /** The ids that were told: most questions have none. */
  readonly #predictions: Predictions[] = [];

  get size(): number {
    return this.#size;
  }

  /** Whether a minute is counted that is over at `at` (milliseconds UTC). */
  isOver(at: number): boolean {
    return this.#groups.some(({ minute }) => minute < minuteOf(at));
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
      const entity = this.#entity(text.toString('utf8', used, idFrom));
      const id = idTo === idFrom ? null : text.toString('utf8', idFrom, idTo);
      used = idTo;
      let group = last[place];
      if (group === undefined || group.minute !== minuteOf(at)) {
        group = this.#group(callers[place]!, names[place]!, minuteOf(at));
        last[place] = group;
      }
      const slot = this.#count(group, entity, at - group.minute * MINUTE);
      if (id !== null) this.#note(slot, id);
      if (2 * this.#size * SLOT > this.#slots.length) this.#grow();
    }
  }

  /** Those of the minutes that `which` picks, entity by entity: what is written so lies together in an index by entity. */
  *where(which: (minute: number) => boolean): Generator<readonly [TapeCaller, Counted], void, undefined> {
    const slots = this.#slots;
    const wanted = this.#groups.map(({ minute }) => which(minute));
    const places = slots.length / SLOT;
    /** Entity and place in one number. */
    const order = new Float64Array(this.#size);
    let n = 0;
    for (let slot = 0, place = 0; place < places; slot += SLOT, place++) {
      if (slots[slot + COUNT] === 0 || !wanted[slots[slot + GROUP]!]) continue;
      order[n++] = slots[slot + ENTITY]! * places + place;
    }
    for (const key of order.subarray(0, n).sort()) {
      const slot = (key - Math.floor(key / places) * places) * SLOT;
      const { caller, minute } = this.#groups[slots[slot + GROUP]!]!;
      const noted = slots[slot + NOTED]!;
      const predictions = noted === 0 ? null : this.#predictions[noted - 1]!;
      const began = minute * MINUTE;
      yield [
        caller,
        {
          entity: this.#entities[slots[slot + ENTITY]!]!,
          at: began + slots[slot + FIRST]!,
          lastAt: began + slots[slot + LAST]!,
          count: slots[slot + COUNT]!,
          firstPrediction: predictions?.first ?? null,
          lastPrediction: predictions?.last ?? null,
        },
      ];
    }
  }

  /** @returns the slot */
  #count({ place }: Group, entity: number, since: number): number {
    const slot = this.#find(place, entity);
    const slots = this.#slots;
    if (slots[slot + COUNT]!++ > 0) {
      if (since > slots[slot + LAST]!) slots[slot + LAST] = since;
      return slot;
    }
    slots[slot + GROUP] = place;
    slots[slot + ENTITY] = entity;
    slots[slot + FIRST] = since;
    slots[slot + LAST] = since;
    this.#size++;
    return slot;
  }

  /** The slot of a group and an entity, or the free one where it belongs. */
  #find(group: number, entity: number): number {
    const slots = this.#slots;
    const mask = slots.length / SLOT - 1;
    let hash = Math.imul(group, 0x9e3779b1) ^ Math.imul(entity, 0x85ebca6b);
    hash ^= hash >>> 15;
    for (let n = hash & mask; ; n = (n + 1) & mask) {
      const slot = n * SLOT;
      if (slots[slot + COUNT] === 0 || (slots[slot + GROUP] === group && slots[slot + ENTITY] === entity)) return slot;
    }
  }

  #grow(): void {
    const before = this.#slots;
    this.#slots = new Uint32Array(2 * before.length);
    for (let slot = 0; slot < before.length; slot += SLOT)
      if (before[slot + COUNT] !== 0)
        this.#slots.set(before.subarray(slot, slot + SLOT), this.#find(before[slot + GROUP]!, before[slot + ENTITY]!));
  }

  #note(slot: number, id: string): void {
    const noted = this.#slots[slot + NOTED]!;
    if (noted === 0) this.#slots[slot + NOTED] = this.#predictions.push({ first: id, last: id });
    else this.#predictions[noted - 1]!.last = id;
  }

  #entity(name: string): number {
    let entity = this.#entityOf.get(name);
    if (entity === undefined) {
      entity = this.#entities.push(name) - 1;
      this.#entityOf.set(name, entity);
    }
    return entity;
  }

  #group(caller: TapeCaller, name: string, minute: number): Group {
    const key = `${minute} ${name}`;
    let group = this.#groupOf.get(key);
    if (group === undefined) {
      group = { caller, minute, place: this.#groups.length };
      this.#groups.push(group);
      this.#groupOf.set(key, group);
    }
    return group;
  }
}
