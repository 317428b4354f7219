import type { ServerResponse } from 'node:http';
import { SECURITY_HEADERS } from '../http/http-answer.js';
import type { LineRefusal } from './event-lines.js';

/** Why a request ended before its lines did. */
export interface EndReason {
  readonly code: string;
  readonly message: string;
  readonly reason?: string;
  readonly retryAfterMs?: number;
  /** Of a failure that nobody foresaw: the log has it too. */
  readonly errorId?: string;
  /** The HTTP status, when nothing was answered yet. */
  readonly status: number;
}

/** What became of a request's lines. */
export interface Tally {
  /** Lines read, blank ones included. */
  lines: number;
  /** On disk, repeated ones included. */
  accepted: number;
  /** Of those, on disk before with the same id and content. */
  repeated: number;
  refused: number;
  /** Every line up to this one is on disk or refused. */
  durableThroughLine: number;
  /** The log's cursor of the newest of them; null while there is none. */
  durableThrough: string | null;
}

/** Refused lines that are told one by one; the others are counted. */
const MAX_REFUSALS_TOLD = 1_000;

/**
 * The answer to a stream of events, itself a stream of JSON lines: how far it got, what was refused, and at the end a summary. Memory
 * is bounded however little the client reads: progress it has not taken is replaced by the next.
 */
export class NdjsonAnswer {
  readonly #response: ServerResponse;
  #told = 0;

  constructor(response: ServerResponse) {
    this.#response = response;
  }

  /** Tells of a refused line, unless there were too many before. */
  refusal(line: number, { code, field, message }: LineRefusal): void {
    if (this.#told++ < MAX_REFUSALS_TOLD) this.#write({ line, code, field, message });
  }

  /** Tells that all lines up to `durableThroughLine` are dealt with. */
  progress(durableThroughLine: number): void {
    if (!this.#response.writableNeedDrain) this.#write({ durableThroughLine });
  }

  /** The summary. */
  end(tally: Tally, error: EndReason | null): void {
    const summary = { ...tally, refusedUntold: Math.max(0, this.#told - MAX_REFUSALS_TOLD), error: shown(error) };
    if (this.#response.destroyed) return;
    this.#begin(error?.status ?? 200);
    this.#response.end(`${JSON.stringify({ summary })}\n`);
  }

  #write(line: object): void {
    if (this.#response.destroyed) return;
    this.#begin(200);
    this.#response.write(`${JSON.stringify(line)}\n`);
  }

  #begin(status: number): void {
    if (this.#response.headersSent) return;
    this.#response.writeHead(status, {
      ...SECURITY_HEADERS,
      'content-type': 'application/x-ndjson; charset=utf-8',
      'cache-control': 'no-store',
    });
  }
}

function shown(error: EndReason | null) {
  if (error === null) return null;
  const { status: _status, ...told } = error;
  return told;
}
