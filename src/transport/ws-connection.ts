import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { ReadyOperation } from '../graphql/pipeline.js';
import { LIVE_DEFAULTS, type LiveLimits, Outlet } from './outlet.js';
import { type Flusher, TextFrames } from './ws-frames.js';

export interface WsLimits {
  /** Largest message a client may send, bytes; then it is closed with 1009. Default 256 KiB. */
  readonly maxPayload: number;
  /** Operations one socket may have open; further ones get an error. Default 100. */
  readonly maxOperations: number;
  /** Messages one socket may send in a second, on average over ten; then it is closed with 4429. Default 200. */
  readonly maxMessagesPerSecond: number;
  /** Sockets open at once; further ones get 503. Default 10,000. */
  readonly maxSockets: number;
  /** Bytes that may wait for a client that does not read; then it is closed with 1013. Default 16 MiB. */
  readonly maxBuffered: number;
  /** What its subscriptions may keep for a client that does not read. */
  readonly live: LiveLimits;
  /** Time between pings; a client that neither answered one nor read anything by the next is cut off. Default 12 s. */
  readonly pingMs: number;
  /** Time a client has for its `connection_init`; then it is closed with 4408. Default 5 s. */
  readonly initMs: number;
}

export const WS_DEFAULTS: WsLimits = {
  maxPayload: 256 * 1024,
  maxOperations: 100,
  maxMessagesPerSecond: 200,
  maxSockets: 10_000,
  maxBuffered: 16 * 1024 * 1024,
  live: LIVE_DEFAULTS,
  pingMs: 12_000,
  initMs: 5_000,
};

/** A client may send that many seconds' messages at once. */
const BURST_SECONDS = 10;

/** One socket: its open operations, whether it lives, how it ends. */
export class Connection {
  readonly operations = new Map<string, ReadyOperation>();
  readonly outlet: Outlet;
  readonly frames: TextFrames;
  readonly #socket: WebSocket;
  readonly #limits: WsLimits;
  #alive = true;
  #leaving = false;
  /** Messages it may still send, and when that was counted. */
  #allowance: number;
  #countedAt = performance.now();

  constructor(socket: WebSocket, carrier: Duplex, limits: WsLimits, flusher: Flusher) {
    this.#socket = socket;
    this.#limits = limits;
    this.#allowance = BURST_SECONDS * limits.maxMessagesPerSecond;
    this.outlet = new Outlet(limits.live);
    this.frames = new TextFrames(socket, carrier, flusher);
    socket.on('pong', () => {
      this.#alive = true;
    });
    carrier.on('drain', () => {
      this.#alive = true; // it reads: its pong may be a long way behind
      this.outlet.flush(() => this.writable);
    });
  }

  /** Whether subscriptions may send. */
  get writable(): boolean {
    return this.frames.writable && this.isOpen;
  }

  get isOpen(): boolean {
    return this.#socket.readyState === this.#socket.OPEN;
  }

  /** Counts a message of the client's; false when there are too many. */
  mayAsk(): boolean {
    const now = performance.now();
    const { maxMessagesPerSecond: rate } = this.#limits;
    this.#allowance = Math.min(BURST_SECONDS * rate, this.#allowance + ((now - this.#countedAt) / 1_000) * rate);
    this.#countedAt = now;
    return --this.#allowance >= 0;
  }

  /**
   * Resolves when the operating system has taken the text, so that a stream goes only as fast as its client reads. Texts for a
   * socket that is closing are dropped; a client that lets too much pile up is cut off.
   */
  send(text: string): Promise<void> {
    const socket = this.#socket;
    if (socket.readyState !== socket.OPEN) return Promise.resolve();
    if (socket.bufferedAmount > this.#limits.maxBuffered) {
      // Its stack of unread answers would be kept until it reads the close frame behind them: ws gives up after CLOSE_MS.
      socket.close(1013, 'Too slow');
      return Promise.resolve();
    }
    this.frames.flush();
    return new Promise((resolve) => socket.send(text, () => resolve()));
  }

  /** Closes after what was sent. */
  close(code?: number, reason?: string): void {
    this.frames.flush();
    this.#socket.close(code, reason);
  }

  finished(id: string): void {
    this.operations.get(id)?.end();
    this.operations.delete(id);
    if (this.#leaving) this.leaveWhenIdle();
  }

  /** The client is gone: nothing of its is worth computing. */
  abandon(): void {
    for (const operation of this.operations.values()) operation.end();
    this.operations.clear();
  }

  beat(): void {
    if (!this.#alive) this.#socket.terminate();
    else if (this.#socket.readyState === this.#socket.OPEN) {
      this.#alive = false;
      this.#socket.ping();
    }
  }

  /** Closes now, or when its last query or mutation is answered. */
  leaveWhenIdle(): void {
    this.#leaving = true;
    for (const { operation } of this.operations.values()) if (operation !== 'subscription') return;
    // After the messages of this turn: an answer's `complete` is sent by the caller of `finished`.
    setImmediate(() => this.leave());
  }

  leave(): void {
    this.close(1001, 'Going away');
  }
}
