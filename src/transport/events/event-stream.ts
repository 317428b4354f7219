import { isUtf8 } from 'node:buffer';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { createGunzip, type Gunzip } from 'node:zlib';
import type { CustomerScope } from '../../access/principal.js';
import { messageOf, ScoregraphError } from '../../core/errors.js';
import type { EventSource } from '../../core/events.js';
import type { Logger } from '../../core/logger.js';
import { masked } from '../../core/masked.js';
import type { IngestItem, IngestResult } from '../../flows/ingest.js';
import { encodeCursor } from '../../flows/log-stream.js';
import { LIMITS } from '../../flows/validate.js';
import { expectReading } from '../http/http-answer.js';
import { type LineRefusal, readEventLine, refused } from './event-lines.js';
import { type LineBlock, LineSplitter } from './line-splitter.js';
import { type EndReason, NdjsonAnswer, type Tally } from './ndjson-answer.js';

/** Longest line; a longer one is refused, and the next is read. */
const MAX_LINE_BYTES = 64 * 1024;
/** Blocks of one request that are on their way to the disk at once. */
const MAX_BLOCKS = 8;
/** A compressed body that grows to more than so many times its size, and beyond so many bytes, is no events. */
const MAX_EXPANSION = 200;
const EXPANSION_FROM = 4 * 1024 * 1024;
const UNZIPPED_CHUNK = 64 * 1024;
/** How often a stream whose budget is empty looks whether it is to end. */
const LOOK_MS = 200;

/** What a stream of events needs of its caller's account. */
export interface LineAccount {
  waitMs(): number;
  spend(ms: number): void;
}

export interface EventStreamOptions {
  readonly ingest: {
    record(items: readonly IngestItem[], source: EventSource, scope: CustomerScope): Promise<IngestResult>;
  };
  /** Bounds what is on its way over all streams; see flows/ingest-window. */
  readonly window: { enter(rows: number): Promise<void>; leave(rows: number): void };
  readonly source: EventSource;
  /** What a line costs now, in milliseconds of model time. */
  readonly lineMs: () => number;
  readonly logger: Logger;
  /** A client that sends nothing for so long is answered, and one that does not take its answer cut off, ms. */
  readonly idleMs: number;
}

/** Lines that go into the flow in one call. */
interface Block {
  readonly items: IngestItem[];
  /** Line number of each item. */
  readonly numbers: number[];
  readonly refusals: { readonly line: number; readonly refusal: LineRefusal }[];
  /** Number of its last line. */
  readonly through: number;
}

/** One request: its lines go into the flow in blocks as they come, and are acknowledged in order. */
export class EventStream {
  readonly #request: IncomingMessage;
  readonly #scope: CustomerScope;
  readonly #options: EventStreamOptions;
  readonly #answer: NdjsonAnswer;
  readonly #account: LineAccount | null;
  readonly #splitter = new LineSplitter(MAX_LINE_BYTES);
  readonly #tally: Tally = {
    lines: 0,
    accepted: 0,
    repeated: 0,
    refused: 0,
    durableThroughLine: 0,
    durableThrough: null,
  };
  #ended: EndReason | null = null;
  #wake: (() => void) | null = null;
  /** Acknowledgements under way; each waits for the one before it. */
  readonly #pending: Promise<void>[] = [];
  #failed = false;

  /** `scope`: customers it may bring events of. `account`: pays for the lines; null: nobody does. */
  constructor(
    request: IncomingMessage,
    response: ServerResponse,
    scope: CustomerScope,
    account: LineAccount | null,
    options: EventStreamOptions,
  ) {
    this.#account = account;
    this.#request = request;
    this.#scope = scope;
    this.#options = options;
    this.#answer = new NdjsonAnswer(response);
  }

  /** Reads the body, records its lines and answers. Never rejects. @returns what became of the lines, and why they ended early. */
  async run(): Promise<{ readonly tally: Tally; readonly ended: EndReason | null }> {
    const gunzip = /gzip/i.test(this.#request.headers['content-encoding'] ?? '') ? unzipped(this.#request) : null;
    try {
      await this.#read(gunzip ?? this.#request, gunzip);
    } catch (error) {
      this.interrupt(this.#reasonOf(error));
    }
    await this.#settled();
    gunzip?.destroy();
    this.#answer.end(this.#tally, this.#ended);
    expectReading(this.#request.socket, this.#options.idleMs);
    return { tally: this.#tally, ended: this.#ended };
  }

  /** Ends the reading; what was read is recorded and answered. The first reason counts. */
  interrupt(reason: EndReason): void {
    this.#ended ??= reason;
    this.#wake?.();
  }

  async #read(body: Readable, gunzip: Gunzip | null): Promise<void> {
    const chunks = body.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer>;
    let bytes = 0;
    while (this.#ended === null) {
      const chunk = await this.#next(chunks);
      if (chunk === null) break;
      bytes += chunk.length;
      if (gunzip !== null && bytes > EXPANSION_FROM && bytes > MAX_EXPANSION * gunzip.bytesWritten)
        return this.interrupt(bad(413, `expected a body that grows at most ${MAX_EXPANSION} times when unpacked`));
      const block = this.#splitter.push(chunk);
      if (block !== null) await this.#take(block);
    }
    const last = this.#ended === null ? this.#splitter.end() : null;
    if (last !== null) await this.#take(last);
  }

  /** The next chunk; null at the end, or when the reading is ended meanwhile. */
  async #next(chunks: AsyncIterator<Buffer>): Promise<Buffer | null> {
    const { idleMs } = this.#options;
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise<Buffer | null>((resolve, reject) => {
        this.#wake = () => resolve(null);
        timer = setTimeout(() => {
          this.interrupt({ code: 'DEADLINE_EXCEEDED', message: `nothing came for ${idleMs} ms`, status: 408 });
        }, idleMs);
        chunks.next().then(({ done, value }) => resolve(done ? null : value), reject);
      });
    } finally {
      this.#wake = null;
      clearTimeout(timer);
    }
  }

  async #take({ bytes, overlong }: LineBlock): Promise<void> {
    // Most blocks are UTF-8 as a whole. Of one that is not, each line is looked at, so that only the wrong ones are refused.
    const sound = isUtf8(bytes);
    const lines = bytes.toString(sound ? 'utf8' : 'latin1').split('\n');
    for (let from = 0; from < lines.length && this.#ended === null; from += LIMITS.itemsPerCall) {
      const part = lines.slice(from, from + LIMITS.itemsPerCall);
      const first = this.#tally.lines + 1;
      this.#tally.lines += part.length;
      await this.#send(readBlock(part, first, sound, overlong && from === 0));
    }
  }

  async #send(block: Block): Promise<void> {
    const rows = block.items.length;
    // Payments keep their order by themselves. Anything else may be what later lines refer to, and is waited for.
    const alone = block.items.some(({ type }) => type !== 'transaction');
    if (alone) await this.#settled();
    else if (this.#pending.length >= MAX_BLOCKS) await this.#pending[0];
    await this.#pay(rows);
    await this.#options.window.enter(rows);
    const recording = this.#failed ? null : this.#options.ingest.record(block.items, this.#options.source, this.#scope);
    const acknowledged = this.#acknowledge(block, recording, this.#pending[this.#pending.length - 1]);
    this.#pending.push(acknowledged);
    if (alone) await acknowledged;
  }

  /** Lines are paid for as they come; who has nothing left is read on when something has come back. */
  async #pay(rows: number): Promise<void> {
    const account = this.#account;
    if (account === null) return;
    for (let wait = account.waitMs(); wait > 0 && this.#ended === null; wait = account.waitMs())
      await sleep(Math.min(wait, LOOK_MS));
    account.spend(rows * this.#options.lineMs());
  }

  /** Everything sent so far is acknowledged, or failed. */
  async #settled(): Promise<void> {
    await this.#pending[this.#pending.length - 1];
  }

  async #acknowledge(
    block: Block,
    recording: Promise<IngestResult> | null,
    before: Promise<void> | undefined,
  ): Promise<void> {
    try {
      const result = await recording;
      this.#options.window.leave(block.items.length);
      await before;
      if (result !== null && !this.#failed) this.#tell(block, result);
    } catch (error) {
      this.#options.window.leave(block.items.length);
      await before;
      this.#failed = true; // later blocks may be on disk, but the client resumes before this one
      this.interrupt(this.#reasonOf(error));
    }
    this.#pending.shift();
  }

  #tell(block: Block, { errors, acceptedCount, repeatedCount, durableThrough }: IngestResult): void {
    const refusals = [
      ...block.refusals,
      ...errors.map(({ index, code, field, message }) => ({
        line: block.numbers[index]!,
        refusal: { code, field, message },
      })),
    ];
    refusals.sort((a, b) => a.line - b.line);
    for (const { line, refusal } of refusals) this.#answer.refusal(line, refusal);
    this.#tally.refused += refusals.length;
    this.#tally.accepted += acceptedCount;
    this.#tally.repeated += repeatedCount;
    this.#tally.durableThroughLine = block.through;
    if (durableThrough > 0) this.#tally.durableThrough = encodeCursor('ingest', durableThrough);
    this.#answer.progress(block.through);
  }

  #reasonOf(error: unknown): EndReason {
    if (error instanceof ScoregraphError) {
      const { reason, retryAfterMs } = error.details;
      if (error.cause !== undefined)
        this.#options.logger.warn({ error: messageOf(error.cause) }, 'A stream of events ended for a fault inside.');
      return {
        code: error.code,
        message: error.message,
        status: 503,
        ...(reason === undefined ? {} : { reason }),
        ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      };
    }
    const { code } = error as { code?: unknown };
    if (typeof code === 'string' && code.startsWith('Z_')) return bad(400, `expected gzip: ${messageOf(error)}`);
    // A body that was read to its end is destroyed too.
    if (!this.#request.complete || code === 'ECONNRESET') return bad(400, 'the body ended early');
    return { ...masked(this.#options.logger, error, 'A stream of events failed unexpectedly.'), status: 500 };
  }
}

const bad = (status: number, message: string): EndReason => ({ code: 'BAD_REQUEST', message, status });

/** The body unpacked; ends with an error when the request breaks off. */
function unzipped(request: IncomingMessage): Gunzip {
  const gunzip = createGunzip({ chunkSize: UNZIPPED_CHUNK });
  request.once('close', () => {
    if (!request.complete) gunzip.destroy(Object.assign(new Error('the body ended early'), { code: 'ECONNRESET' }));
  });
  return request.pipe(gunzip);
}

const TOO_LONG = refused(`expected a line of at most ${MAX_LINE_BYTES} bytes`);

/** Reads lines, the first of which has the number `first`. */
function readBlock(lines: readonly string[], first: number, sound: boolean, overlong: boolean): Block {
  const block: Block = { items: [], numbers: [], refusals: [], through: first + lines.length - 1 };
  for (let i = 0; i < lines.length; i++) {
    const read = overlong && i === 0 ? TOO_LONG : readLine(lines[i]!, first + i, sound);
    if (read === null) continue;
    if ('code' in read) block.refusals.push({ line: first + i, refusal: read });
    else {
      block.items.push(read);
      block.numbers.push(first + i);
    }
  }
  return block;
}

/** One line as an item or a refusal; null when it is blank. */
function readLine(text: string, number: number, sound: boolean): IngestItem | LineRefusal | null {
  let line = text;
  if (!sound) {
    const bytes = Buffer.from(text, 'latin1');
    if (!isUtf8(bytes)) return refused('expected UTF-8, got bytes that are none');
    line = bytes.toString('utf8');
  }
  if (number === 1 && line.charCodeAt(0) === 0xfeff) line = line.slice(1); // a byte order mark says nothing in UTF-8
  if (line.length > MAX_LINE_BYTES) return TOO_LONG;
  if (line.charCodeAt(0) !== 0x7b && line.trim() === '') return null;
  return readEventLine(line);
}
