import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { GraphQLError } from 'graphql';
import type { Frame } from '../graphql/live/frames.js';
import { expectReading, SECURITY_HEADERS } from './http-answer.js';
import { type LiveLimits, Outlet } from './outlet.js';
import { connectionKey, type Watched } from './vanished.js';

/** How a stream of results is written as one HTTP response. */
export interface StreamType {
  readonly contentType: string;
  /** What it begins with, so that whoever is between sends the headers on. */
  readonly opening: string;
  /** What says that it lives, when there is nothing else to say. */
  readonly heartbeat: string;
  /** What it ends with when the server shuts down: its operations are not complete, and the client should come again. */
  goingAway(shuttingDown: readonly GraphQLError[]): string;
}

/** How the results of one operation are written into a stream. */
export interface ResultFormat {
  next(frame: Frame): Buffer;
  /** What says that the operation is over; with `errors` when it had to end. */
  end(errors: readonly GraphQLError[] | undefined): string;
}

export interface ResponseStreamOptions {
  readonly type: StreamType;
  readonly headers: Readonly<Record<string, string>>;
  readonly live: LiveLimits;
  readonly pingMs: number;
  /** A client that takes nothing, while something waits for it, is cut off within so long. */
  readonly unreadMs: number;
  /** Called once: the response is over, whoever ended it. */
  readonly onClose: () => void;
}

/** An HTTP response that stays open: what its subscriptions write to it, how fast, and when it is given up. */
export class ResponseStream implements Watched {
  readonly outlet: Outlet;
  readonly connection: string;
  readonly #response: ServerResponse;
  readonly #socket: Socket;
  readonly #pingMs: number;
  readonly #unreadMs: number;
  readonly #heartbeat: NodeJS.Timeout;
  /** A heartbeat found bytes that the operating system had not taken, and waits behind them. */
  #stalled = false;
  #ended = false;

  /** Sends the headers. The response must be the one whose turn it is on its connection. */
  constructor(response: ServerResponse, options: ResponseStreamOptions) {
    const { type, headers, live, pingMs, unreadMs, onClose } = options;
    this.outlet = new Outlet(live);
    this.#response = response;
    this.#socket = response.socket!;
    this.connection = connectionKey(this.#socket);
    this.#pingMs = pingMs;
    this.#unreadMs = unreadMs;
    this.#heartbeat = setInterval(() => this.#beat(type.heartbeat), pingMs);
    this.#heartbeat.unref();
    response.on('drain', () => this.#readOn());
    response.on('close', () => {
      clearInterval(this.#heartbeat);
      this.#ended = true;
      onClose();
    });
    response.writeHead(200, {
      ...SECURITY_HEADERS,
      'content-type': type.contentType,
      'cache-control': 'no-cache, no-transform',
      // Proxies that gather answers before they pass them on (nginx) would hold events back.
      'x-accel-buffering': 'no',
      ...headers,
    });
    this.write(type.opening);
  }

  /** False while the client has to read first. */
  get writable(): boolean {
    return this.isOpen && !this.#stalled && !this.#response.writableNeedDrain;
  }

  get isOpen(): boolean {
    return !this.#ended;
  }

  /** Sends, whether the client keeps up or not: see `writable`. */
  write(bytes: Buffer | string): void {
    if (this.#ended) return;
    const waited = this.#response.writableNeedDrain;
    if (!this.#response.write(bytes) && !waited) this.#expectReading(this.#unreadMs);
  }

  /** Says the last and ends the response. */
  end(last: Buffer | string): void {
    if (this.#ended) return;
    this.#ended = true;
    clearInterval(this.#heartbeat);
    this.#response.end(last);
    expectReading(this.#socket, this.#unreadMs);
  }

  /** The client is gone: nobody has to be told. */
  cutOff(): void {
    this.#socket.destroy();
  }

  /** The client took what waited. */
  #readOn(): void {
    if (!this.writable) return;
    this.#socket.setTimeout(0);
    this.outlet.flush(() => this.writable);
  }

  /**
   * A few bytes that wait do not stop the stream, and every further one would start the socket's timeout anew: so a client that
   * stopped reading a quiet stream is found here.
   */
  #beat(heartbeat: string): void {
    if (!this.writable) return;
    if (this.#socket.writableLength === 0) return this.write(heartbeat);
    this.#stalled = true;
    this.#response.write(heartbeat, () => {
      this.#stalled = false;
      this.#readOn();
    });
    this.#expectReading(this.#unreadMs - this.#pingMs);
  }
  /** Cuts the client off when it takes nothing; within `ms`, since Node waits twice where a write was taken in part. */
  #expectReading(ms: number): void {
    this.#socket.setTimeout(Math.max(ms / 2, 1));
  }
}
