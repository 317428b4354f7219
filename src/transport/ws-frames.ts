import type { Duplex } from 'node:stream';

/** FIN and the opcode of a text message (RFC 6455, 5.2). */
const TEXT = 0x81;

/**
 * Writes text messages to a WebSocket's connection as finished frames. `ws` would encode each message anew for each socket; here the
 * shared part is copied as it is, and what is written in one turn of the event loop leaves in one system call. Frames of `ws` itself
 * are whole writes too, so the two never mix inside a frame; nobody may write after the close frame.
 */
export class TextFrames {
  readonly #connection: Duplex;
  #corked = false;

  constructor(connection: Duplex) {
    this.#connection = connection;
  }

  /** False from the moment on that the connection holds more than it wants, until its `drain`. */
  get writable(): boolean {
    return !this.#connection.writableNeedDrain;
  }

  /** Sends `head + body + tail` as one message; `head` and `tail` are text. */
  write(head: string, body: Buffer, tail: string): void {
    const headBytes = Buffer.byteLength(head);
    const length = headBytes + body.length + tail.length;
    const extra = length < 126 ? 2 : length < 65_536 ? 4 : 10;
    const frame = Buffer.allocUnsafe(extra + length);
    frame[0] = TEXT;
    if (extra === 2) frame[1] = length;
    else if (extra === 4) {
      frame[1] = 126;
      frame.writeUInt16BE(length, 2);
    } else {
      frame[1] = 127;
      frame.writeBigUInt64BE(BigInt(length), 2);
    }
    frame.write(head, extra);
    body.copy(frame, extra + headBytes);
    frame.write(tail, extra + headBytes + body.length, 'latin1');
    this.#cork();
    this.#connection.write(frame);
  }

  #cork(): void {
    if (this.#corked) return;
    this.#corked = true;
    this.#connection.cork();
    process.nextTick(() => {
      this.#corked = false;
      this.#connection.uncork();
    });
  }
}
