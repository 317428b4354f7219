import type { ServerResponse } from 'node:http';
import type { GraphQLError } from 'graphql';
import type { Principal } from '../../access/principal.js';
import type { Identifier } from '../credentials.js';
import { refuse } from '../http/http-answer.js';
import { LIVE_DEFAULTS, type LiveLimits } from '../outlet.js';
import { shuttingDown } from '../refusals.js';
import type { GraphDoor } from '../ws/ws.js';
import { ResponseStream, type StreamType } from './response-stream.js';
import { VanishedClients } from './vanished.js';

export interface StreamLimits {
  /** Responses that stay open at once; further ones get 503. Default 10,000. */
  readonly maxStreams: number;
  /** Operations one stream may have open in single connection mode; further ones get an error. Default 100. */
  readonly maxOperations: number;
  /** Reservations of streams that did not come yet; further ones get 503. Default 1,000. */
  readonly maxReservations: number;
  /** How long a reservation waits for its stream, ms. Default 10 s. */
  readonly reservationMs: number;
  /** What its subscriptions may keep for a client that does not read. */
  readonly live: LiveLimits;
  /** Time between signs of life, ms. Default 12 s. */
  readonly pingMs: number;
}

export const STREAM_DEFAULTS: StreamLimits = {
  maxStreams: 10_000,
  maxOperations: 100,
  maxReservations: 1_000,
  reservationMs: 10_000,
  live: LIVE_DEFAULTS,
  pingMs: 12_000,
};

/** Looks for vanished clients between two signs of life: one that is gone is found within 2¼ times `pingMs`. */
const LOOKS = 4;

export interface StreamOptions {
  readonly headers: Readonly<Record<string, string>>;
  /** Whose it is: it ends with their identity. */
  readonly principal: Principal;
  /** Called once when that has ended, to tell its operations why and to end them. */
  readonly onOver: (errors: readonly GraphQLError[]) => void;
  /** Whether a query or mutation is under way in it, which a shutdown waits for. */
  readonly isAnswering: () => boolean;
  /** Called once when the response is over, whoever ended it. */
  readonly onClose: () => void;
}

/** All responses of this server that stay open. */
export class Streams {
  readonly #pipeline: Pick<GraphDoor, 'present'>;
  readonly #identifier: Pick<Identifier, 'whenOver'>;
  readonly #limits: StreamLimits;
  readonly #unreadMs: number;
  readonly #open = new Map<ResponseStream, () => void>();
  readonly #lookout: NodeJS.Timeout;
  #draining = false;

  constructor(options: {
    pipeline: Pick<GraphDoor, 'present'>;
    identifier: Pick<Identifier, 'whenOver'>;
    limits: StreamLimits;
    unreadMs: number;
  }) {
    this.#pipeline = options.pipeline;
    this.#identifier = options.identifier;
    this.#limits = options.limits;
    this.#unreadMs = options.unreadMs;
    const { pingMs } = options.limits;
    const vanished = new VanishedClients(pingMs);
    this.#lookout = setInterval(() => {
      if (this.#open.size > 0) void vanished.look(() => this.#open.keys());
    }, pingMs / LOOKS);
    this.#lookout.unref();
  }

  get count(): number {
    return this.#open.size;
  }

  get isDraining(): boolean {
    return this.#draining;
  }

  /** Makes a stream of this response; answers it with the reason and returns null when there may be none. */
  open(response: ServerResponse, type: StreamType, options: StreamOptions): ResponseStream | null {
    const refusal = this.#refusal(response);
    if (refusal !== null) {
      const { status, code, message } = refusal;
      if (status === 503) response.setHeader('retry-after', '5');
      refuse(response, status, code, message);
      return null;
    }
    const { live, pingMs } = this.#limits;
    const stream: ResponseStream = new ResponseStream(response, {
      type,
      headers: options.headers,
      live,
      pingMs,
      unreadMs: this.#unreadMs,
      onClose: () => {
        this.#open.delete(stream);
        forget();
        options.onClose();
      },
    });
    const forget = this.#identifier.whenOver(options.principal, (reason) =>
      options.onOver(this.#pipeline.present([reason])),
    );
    this.#open.set(stream, () => {
      if (!options.isAnswering()) stream.end(type.goingAway(this.#pipeline.present([shuttingDown()])));
    });
    return stream;
  }

  /** To be called when something in the stream was answered: a shutdown may have waited for it. */
  answered(stream: ResponseStream): void {
    if (this.#draining) this.#open.get(stream)?.();
  }

  /** Opens no more; ends each stream, those with a query or mutation under way after it was answered. */
  drain(): void {
    this.#draining = true;
    clearInterval(this.#lookout);
    for (const leave of [...this.#open.values()]) leave();
  }

  #refusal(response: ServerResponse): { status: number; code: string; message: string } | null {
    if (this.#draining) return { status: 503, code: 'MODEL_UNAVAILABLE', message: shuttingDown().message };
    if (this.#open.size >= this.#limits.maxStreams)
      return { status: 503, code: 'QUEUE_FULL', message: `More than ${this.#limits.maxStreams} streams are open.` };
    // Node gives a response its connection when every answer before it was sent: behind a stream that is never.
    if (response.socket === null)
      return {
        status: 400,
        code: 'BAD_REQUEST',
        message: 'expected a stream’s request on a connection with no other under way',
      };
    return null;
  }
}
