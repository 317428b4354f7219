import type { Duplex } from 'node:stream';

/** FIN and the opcode of a text message (RFC 6455, 5.2). */
const TEXT = 0x81;
/** Bytes a connection collects for one system call; what comes beyond waits in its outboxes. */
const MAX_COLLECTED = 64 * 1024;
/** Longest rest between two rounds of sending, ms. */
const MAX_REST_MS = 5;
/** Longest time that sending keeps everything else waiting, ms, and after how many connections the clock is read. */
const SLICE_MS = 4;
const SLICE_CHECK = 32;

/**
 * Sends what connections collected, in rounds of slices: after each slice the server sees to everything else, and after a round sending
 * rests as long as it took. Whoever waits for their turn collects what is published meanwhile, so that the busier the server is, the
 * more messages one system call carries; while it is calm, nothing waits.
 */
export class Flusher {
  /** Those of the round that is under way, and those of the next. */
  #round: readonly TextFrames[] = [];
  #served = 0;
  #waiting: TextFrames[] = [];
  #underWay = false;
  /** Time that this round has taken, ms, and when the next may begin, monotonic ms. */
  #spent = 0;
  #notBefore = 0;

  add(frames: TextFrames): void {
    this.#waiting.push(frames);
    if (this.#underWay) return;
    this.#underWay = true;
    this.#beginAfter(this.#notBefore - performance.now());
  }

  #beginAfter(rest: number): void {
    if (rest >= 1) setTimeout(this.#begin, rest);
    else setImmediate(this.#begin);
  }

  readonly #begin = (): void => {
    this.#round = this.#waiting;
    this.#waiting = [];
    this.#served = 0;
    this.#spent = 0;
    this.#slice();
  };

  readonly #slice = (): void => {
    const began = performance.now();
    let now = began;
    while (this.#served < this.#round.length && now < began + SLICE_MS) {
      this.#round[this.#served++]!.flush();
      if (this.#served % SLICE_CHECK === 0) now = performance.now();
    }
    now = performance.now();
    this.#spent += now - began;
    if (this.#served < this.#round.length) {
      setImmediate(this.#slice);
      return;
    }
    this.#round = [];
    const rest = Math.min(this.#spent, MAX_REST_MS);
    this.#notBefore = now + rest;
    this.#underWay = this.#waiting.length > 0;
    if (this.#underWay) this.#beginAfter(rest);
  };
}

/** Whose frames they are. */
export interface FramesOwner {
  readonly isOpen: boolean;
  /** What was collected is gone, and there was more to send: it may come now. */
  goOn(): void;
}

/**
 * Writes text messages to a WebSocket's connection as finished frames. `ws` would encode each message anew for each socket and hand it
 * over in two parts; here the shared part is copied as it is, and what was collected leaves in one system call. Frames of `ws` itself
 * are whole writes too, so the two never mix inside a frame: `flush` before what must come after; nothing is written after the close
 * frame.
 */
export class TextFrames {
  readonly #owner: FramesOwner;
  readonly #connection: Duplex;
  readonly #flusher: Flusher;
  /** Head and body of each message in turn; null while there is none. */
  #collected: (string | Buffer)[] | null = null;
  #bytes = 0;
  /** Whether it stands in the flusher's line. */
  #waits = false;

  constructor(owner: FramesOwner, connection: Duplex, flusher: Flusher) {
    this.#owner = owner;
    this.#connection = connection;
    this.#flusher = flusher;
  }

  /** False while enough is collected (then the owner's `goOn` says when it left), or the connection waits for its `drain`. */
  get writable(): boolean {
    return this.#bytes < MAX_COLLECTED && !this.#connection.writableNeedDrain;
  }

  /** Sends `head + body + "}"` as one message, at the latest at the end of this turn; `head` is ASCII. */
  write(head: string, body: Buffer): void {
    if (this.#collected === null) this.#collected = [head, body];
    else this.#collected.push(head, body);
    this.#bytes += head.length + body.length;
    if (this.#waits) return;
    this.#waits = true;
    this.#flusher.add(this);
  }

  /** Sends now what was collected. */
  flush(): void {
    this.#waits = false;
    const collected = this.#collected;
    if (collected === null) return;
    const bytes = this.#bytes;
    this.#collected = null;
    this.#bytes = 0;
    if (!this.#owner.isOpen) return;
    this.#connection.write(encode(collected, bytes));
    // A write that the system took at once is followed by no `drain`.
    if (bytes >= MAX_COLLECTED && !this.#connection.writableNeedDrain) this.#owner.goOn();
  }
}

/** The frames of some messages, one after the other. */
function encode(messages: readonly (string | Buffer)[], bytes: number): Buffer {
  const frames = Buffer.allocUnsafe(bytes + (messages.length / 2) * (1 + 10));
  let at = 0;
  for (let i = 0; i < messages.length; i += 2) {
    const head = messages[i] as string;
    const body = messages[i + 1] as Buffer;
    const length = head.length + body.length + 1;
    frames[at++] = TEXT;
    if (length < 126) frames[at++] = length;
    else if (length < 65_536) {
      frames[at++] = 126;
      frames[at++] = length >> 8;
      frames[at++] = length & 255;
    } else {
      frames[at++] = 127;
      at = frames.writeBigUInt64BE(BigInt(length), at);
    }
    at += frames.write(head, at, 'latin1');
    frames.set(body, at);
    at += body.length;
    frames[at++] = 0x7d; // }
  }
  return frames.subarray(0, at);
}
