import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Guard } from '../../access/guard.js';
import type { Principal } from '../../access/principal.js';
import { ScoregraphError } from '../../core/errors.js';
import { quote } from '../../core/money.js';
import type { AuditLog } from '../../data/audit.js';
import { type Identifier, identified } from '../credentials.js';
import { refuse, refuseUnknown } from '../http/http-answer.js';
import { EventStream, type EventStreamOptions, type LineAccount } from './event-stream.js';
import type { EndReason } from './ndjson-answer.js';

/** Requests that stream events at once; further ones get 503. */
const MAX_STREAMS = 64;

export interface NdjsonDoorOptions extends EventStreamOptions {
  readonly guard: Identifier & Pick<Guard, 'admit' | 'authorise'>;
  readonly audit: Pick<AuditLog, 'acted' | 'refused'>;
  readonly budgets: { accountOf(principal: Principal): LineAccount | null };
}

/** As the audit names it. */
const DOOR = 'ndjson';
const OPERATION = 'POST /v1/events';
const TYPE = /^application\/(?:x-ndjson|ndjson|jsonl|x-jsonlines|json)\s*(?:;|$)/i;
const CHARSET = /;\s*charset\s*=\s*"?([^\s;"]+)/i;

/** The door for streams of events, `POST /v1/events`: JSON lines in, JSON lines out. See docs/ingest.md. */
export class NdjsonDoor {
  readonly #options: NdjsonDoorOptions;
  readonly #streams = new Set<EventStream>();
  #draining = false;

  constructor(options: NdjsonDoorOptions) {
    this.#options = options;
  }

  /** Takes a request; resolves when it is answered. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== 'POST') {
      response.setHeader('allow', 'POST');
      return refuse(response, 405, 'BAD_REQUEST', `expected POST, got ${request.method}`);
    }
    const { guard } = this.#options;
    const principal = await identified(guard, request, DOOR);
    if (principal instanceof ScoregraphError) return refuseUnknown(response, principal);
    let traceId: string;
    try {
      ({ traceId } = guard.admit({ door: DOOR, principal }));
      guard.authorise(principal, 'ingester', 'Recording events');
    } catch (error) {
      if (!(error instanceof ScoregraphError)) throw error;
      this.#options.audit.refused({ principal: principal.id, door: DOOR, operation: OPERATION, outcome: error.code });
      return refuse(response, error.code === 'FORBIDDEN' ? 403 : 401, error.code, error.message);
    }
    const kind = refusedKind(request);
    if (kind !== null) return refuse(response, 415, 'BAD_REQUEST', kind);
    if (this.#draining || this.#streams.size >= MAX_STREAMS) {
      response.setHeader('retry-after', '1');
      return refuse(response, 503, 'QUEUE_FULL', `More than ${MAX_STREAMS} streams of events are under way.`);
    }
    const account = this.#options.budgets.accountOf(principal);
    const stream = new EventStream(request, response, principal.customers, account, this.#options);
    this.#streams.add(stream);
    const forget = guard.whenOver(principal, ({ code, message }) => stream.interrupt({ code, message, status: 401 }));
    try {
      const { remoteAddress } = request.socket; // gone with the connection
      const { tally, ended } = await stream.run();
      const { accepted, repeated, refused } = tally;
      this.#options.audit.acted({
        principal: principal.id,
        door: DOOR,
        operation: OPERATION,
        outcome: ended?.code ?? 'OK',
        traceId,
        remote: remoteAddress ?? null,
        detail: { accepted, repeated, refused },
      });
    } finally {
      forget();
      this.#streams.delete(stream);
    }
  }

  /** Streams under way. */
  count(): number {
    return this.#streams.size;
  }

  /** Reads nothing more: what was read is recorded, and every client is told how far it got. */
  drain(): void {
    this.#draining = true;
    for (const stream of this.#streams) stream.interrupt(SHUTTING_DOWN);
  }
}

/** Why a body is not read, or null. The types are such that a page of another origin must ask first (CORS preflight), and gets a no. */
function refusedKind({ headers }: IncomingMessage): string | null {
  const { 'content-type': type = '', 'content-encoding': encoding = 'identity' } = headers;
  if (!TYPE.test(type)) return `expected content-type application/x-ndjson, got ${quote(type)}`;
  const charset = CHARSET.exec(type)?.[1] ?? 'utf-8';
  if (!/^utf-?8$/i.test(charset)) return `expected charset utf-8, got ${quote(charset)}`;
  if (/^(?:identity|gzip|x-gzip)$/i.test(encoding)) return null;
  return `expected content-encoding gzip or none, got ${quote(encoding)}`;
}

const SHUTTING_DOWN: EndReason = {
  code: 'STORAGE_UNAVAILABLE',
  reason: 'SHUTTING_DOWN',
  message: 'The server is shutting down: send the lines after durableThroughLine again.',
  retryAfterMs: 1_000,
  status: 503,
};
