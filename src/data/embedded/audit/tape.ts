/** Records of one tape, and bytes of their texts. A fuller one is written early. */
const MAX_RECORDS = 32_768;
const TEXT_BYTES = 1024 * 1024;
/** Numbers a record has: caller, milliseconds since the tape's base, bytes of the entity and, 16 bits up, of the prediction's id. */
export const HEAD = 3;
/** Longest text in characters: its bytes are counted in 16 bits. */
const MAX_LENGTH = 10_000;
/** Different callers of one tape; more make it full. */
const MAX_CALLERS = 20_000;

/** What a record's caller stands for: kind (a place in AUDIT_KINDS), principal, door, model, version. */
export type TapeCaller = readonly [number, string, string, string, number];

/** A tape on its way to the writer thread. */
export interface WoundTape {
  readonly callers: readonly TapeCaller[];
  readonly count: number;
  /** Milliseconds UTC of the first record. */
  readonly base: number;
  /** Bytes of `texts` that are written. */
  readonly used: number;
  readonly heads: Uint32Array<ArrayBuffer>;
  readonly texts: Uint8Array<ArrayBuffer>;
}

/** What a caller asked a model for, with its number on this tape. */
class Asked {
  constructor(
    readonly kind: number,
    readonly version: number,
    readonly id: number,
    /** Another kind or version of the same model. */
    readonly next: Asked | null,
  ) {}
}

/** A caller, with what they asked for on this tape, by model. */
class Asking {
  readonly asked = new Map<string, Asked>();
  constructor(
    readonly principal: string,
    readonly door: string,
  ) {}
}

/**
 * Questions as they come, as bytes in memory that was taken once: nothing of a question outlives it, so that the questions of a second
 * do not age in the heap. Counting them up is the writer thread's work.
 */
export class Tape {
  #heads: Uint32Array<ArrayBuffer>;
  #texts: Uint8Array<ArrayBuffer>;
  #callers: TapeCaller[] = [];
  /** By door and principal; of this tape alone. */
  #askings = new Map<string, Map<string, Asking>>();
  #last: Asking | null = null;
  #count = 0;
  #used = 0;
  #base = 0;

  constructor(memory?: Pick<WoundTape, 'heads' | 'texts'>) {
    this.#heads = memory?.heads ?? new Uint32Array(MAX_RECORDS * HEAD);
    this.#texts = memory?.texts ?? new Uint8Array(TEXT_BYTES);
  }

  get count(): number {
    return this.#count;
  }

  /** Adds a record. @returns false, and nothing was added, when the tape is full, or was begun at a time too far from this. */
  add(
    principal: string,
    door: string,
    kind: number,
    model: string,
    version: number,
    entity: string,
    at: number,
    predictionId: string | null,
  ): boolean {
    const idLength = predictionId === null ? 0 : predictionId.length;
    const since = this.#count === 0 ? 0 : at - this.#base;
    if (this.#count === MAX_RECORDS || this.#used + 3 * (entity.length + idLength) > TEXT_BYTES) return false;
    if (entity.length > MAX_LENGTH || idLength > MAX_LENGTH || since < 0 || since >= 2 ** 32) return false;
    let asking = this.#last;
    if (asking === null || asking.principal !== principal || asking.door !== door)
      asking = this.#asking(principal, door);
    const known = asking.asked.get(model) ?? null;
    let asked = known;
    while (asked !== null && (asked.version !== version || asked.kind !== kind)) asked = asked.next;
    if (asked === null) {
      if (this.#callers.length >= MAX_CALLERS) return false;
      asked = new Asked(kind, version, this.#callers.push([kind, principal, door, model, version]) - 1, known);
      asking.asked.set(model, asked);
    }
    if (this.#count === 0) this.#base = at;
    const head = this.#count++ * HEAD;
    this.#heads[head] = asked.id;
    this.#heads[head + 1] = since;
    const length = this.#write(entity);
    this.#heads[head + 2] = length + (predictionId === null ? 0 : this.#write(predictionId) * 2 ** 16);
    return true;
  }

  /** Everything that was added, to be handed to the thread with its memory: this tape must not be used any more. */
  wind(): WoundTape {
    return {
      callers: this.#callers,
      count: this.#count,
      base: this.#base,
      used: this.#used,
      heads: this.#heads,
      texts: this.#texts,
    };
  }

  #asking(principal: string, door: string): Asking {
    let doors = this.#askings.get(door);
    if (doors === undefined) {
      doors = new Map();
      this.#askings.set(door, doors);
    }
    let asking = doors.get(principal);
    if (asking === undefined) {
      asking = new Asking(principal, door);
      doors.set(principal, asking);
    }
    this.#last = asking;
    return asking;
  }

  /** Most ids are ASCII and short: written here without a call into the runtime. @returns bytes. */
  #write(text: string): number {
    const texts = this.#texts;
    const from = this.#used;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code > 127) {
        const { written } = encoder.encodeInto(text, texts.subarray(from));
        this.#used = from + written;
        return written;
      }
      texts[from + i] = code;
    }
    this.#used = from + text.length;
    return text.length;
  }
}

const encoder = new TextEncoder();
