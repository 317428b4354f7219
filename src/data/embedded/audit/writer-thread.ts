import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { builtFile } from '../../../core/built-file.js';
import { storageError } from '../storage.js';
import type { AuditWriterOptions, FromAuditWriter, ToAuditWriter } from './protocol.js';
import type { WoundTape } from './tape.js';

/** How soon a thread that could not open the file, or died, is followed by another, ms. */
const RESTART_MS = 5_000;

export type Written =
  | { readonly ok: true; readonly count: number; readonly more: boolean; readonly tape: WoundTape | null }
  /** `tape` comes back as it was; null when there was none, or the thread died with it. */
  | { readonly ok: false; readonly error: Error; readonly tape: WoundTape | null };

/** The audit's writer thread, one message at a time. One that dies, or cannot open its file, is replaced when it is asked again later. */
export class AuditWriterThread {
  readonly #file: string;
  readonly #key: string | null;
  #worker: Worker | null = null;
  #opening: Promise<Error | null> | null = null;
  #refusedAt = Number.NEGATIVE_INFINITY;
  #refusal: Error | null = null;
  #answer: ((answer: Written) => void) | null = null;
  #last: Promise<unknown> = Promise.resolve();

  constructor(file: string, key: string | null) {
    this.#file = file;
    this.#key = key;
  }

  /** Sends a message when those before it are answered. Never rejects. */
  send(message: ToAuditWriter): Promise<Written> {
    const answered = this.#last.then(() => this.#send(message));
    this.#last = answered;
    return answered;
  }

  async close(): Promise<void> {
    await this.#last;
    if (this.#worker !== null) await this.send({ kind: 'close' });
    await this.#worker?.terminate();
  }

  async #send(message: ToAuditWriter): Promise<Written> {
    const tape = message.kind === 'write' ? message.tape : null;
    const refusal = await this.#open();
    if (refusal !== null) return { ok: false, error: refusal, tape };
    return new Promise((resolve) => {
      this.#answer = resolve;
      this.#worker!.postMessage(message, tape === null ? [] : [tape.heads.buffer, tape.texts.buffer]);
    });
  }

  /** Null when there is a thread with an open file. */
  async #open(): Promise<Error | null> {
    if (this.#worker === null) {
      if (performance.now() - this.#refusedAt < RESTART_MS) return this.#refusal;
      this.#start();
    }
    return this.#opening;
  }

  #start(): void {
    const worker = new Worker(fileURLToPath(builtFile(import.meta.url, 'writer.js')), {
      workerData: { file: this.#file, key: this.#key } satisfies AuditWriterOptions,
      name: 'audit-writer',
    });
    this.#worker = worker;
    let opened: (refusal: Error | null) => void = () => {};
    this.#opening = new Promise((resolve) => {
      opened = resolve;
    });
    const gone = (error: Error) => {
      if (this.#worker !== worker) return;
      this.#worker = null;
      this.#refusedAt = performance.now();
      this.#refusal = error;
      opened(error);
      this.#answered({ ok: false, error, tape: null });
    };
    worker.on('message', (said: FromAuditWriter) => {
      switch (said.kind) {
        case 'open':
          return opened(null);
        case 'refused':
          return gone(storageError(said.error, this.#file));
        case 'done':
          return this.#answered({ ok: true, count: said.count, more: said.more, tape: said.tape });
        case 'failed':
          return this.#answered({ ok: false, error: storageError(said.error, this.#file), tape: said.tape });
      }
    });
    const died = (message: string) => gone(storageError({ message, code: 'UNKNOWN' }, this.#file));
    worker.on('error', (error) => died(error.message));
    worker.on('exit', () => died('the audit’s writer thread ended'));
  }

  #answered(answer: Written): void {
    const resolve = this.#answer;
    this.#answer = null;
    resolve?.(answer);
  }
}
