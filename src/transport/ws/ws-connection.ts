import type { Duplex } from 'node:stream';
import type { WebSocket as ProtocolSocket } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { Credentials } from '../../access/authentication.js';
import type { Principal } from '../../access/principal.js';
import type { Logger } from '../../core/logger.js';
import { masked } from '../../core/masked.js';
import { LIVE_DEFAULTS, type LiveLimits, Outlet } from '../outlet.js';
import { type Flusher, type FramesOwner, TextFrames } from './ws-frames.js';

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

/** A socket that knows its connection, so that listeners need no closures: there are ten thousand of each. */
export class DoorSocket extends WebSocket {
  connection: Connection | null = null;
}

/** What a connection knows of an operation of its client's. */
export interface OpenOperation {
  readonly id: string;
  readonly kind: 'query' | 'mutation' | 'subscription';
  /** Cancels what is under way. */
  end(): void;
}

/** What all connections of a door share. */
export interface ConnectionRoom {
  readonly limits: WsLimits;
  readonly flusher: Flusher;
  readonly logger: Logger;
  /** Called once when a connection is closed. */
  onClosed(connection: Connection, code: number, reason: string): void;
}

/** One socket: its open operations, whether it lives, how it ends. To graphql-ws it is the socket. */
export class Connection implements ProtocolSocket, FramesOwner {
  readonly outlet: Outlet;
  readonly frames: TextFrames;
  readonly #socket: DoorSocket;
  readonly #room: ConnectionRoom;
  /** A hundred at most: a list is small, and searched as fast as a map. */
  readonly #operations: OpenOperation[] = [];
  /** Who it is; null until it has introduced itself. */
  principal: Principal | null = null;
  /** What its upgrade request showed. */
  readonly credentials: Credentials;
  #afterClose: (() => void) | null = null;
  #take: ((message: string) => Promise<void>) | null = null;
  /** Until the client has introduced itself. */
  #introduction: NodeJS.Timeout | null;
  #alive = true;
  #leaving = false;
  /** Messages it may still send, and when that was counted, whole ms. */
  #allowance: number;
  #countedAt = Math.trunc(performance.now());

  constructor(socket: DoorSocket, carrier: Duplex, credentials: Credentials, room: ConnectionRoom) {
    const { limits, flusher } = room;
    this.#socket = socket;
    this.credentials = credentials;
    this.#room = room;
    this.#allowance = BURST_SECONDS * limits.maxMessagesPerSecond;
    this.outlet = new Outlet(limits.live);
    this.frames = new TextFrames(this, carrier, flusher);
    this.#introduction = setTimeout(() => this.close(4408, 'Connection initialisation timeout'), limits.initMs);
    socket.connection = this;
    socket.on('message', onMessage);
    socket.on('pong', onPong);
    socket.on('error', ignore);
    socket.once('close', onClose);
    carrier.on('drain', () => this.#drained());
  }

  get protocol(): string {
    return this.#socket.protocol;
  }

  /** Whether subscriptions may send. */
  get writable(): boolean {
    return this.frames.writable && this.isOpen;
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  /** Operations that are open. */
  get operations(): number {
    return this.#operations.length;
  }

  onMessage(take: (message: string) => Promise<void>): void {
    this.#take = take;
  }

  /** The client has introduced itself. */
  introduced(principal: Principal): void {
    this.principal = principal;
    this.#forgetIntroduction();
  }

  /** Calls `act` once when it is closed. */
  onClose(act: () => void): void {
    this.#afterClose = act;
  }

  #forgetIntroduction(): void {
    if (this.#introduction !== null) clearTimeout(this.#introduction);
    this.#introduction = null;
  }

  begin(operation: OpenOperation): void {
    this.#operations.push(operation);
  }

  heard(data: unknown): void {
    if (!this.isOpen) return;
    if (!this.#mayAsk()) return this.close(4429, 'Too many messages');
    this.#take!(parsed(String(data)) as string).catch((error) => {
      this.close(4500, masked(this.#room.logger, error, 'A WebSocket message failed unexpectedly.').message);
    });
  }

  ponged(): void {
    this.#alive = true;
  }

  /**
   * Resolves when the operating system has taken the text, so that a stream goes only as fast as its client reads. Texts for a
   * socket that is closing are dropped; a client that lets too much pile up is cut off.
   */
  send(text: string): Promise<void> {
    const socket = this.#socket;
    if (!this.isOpen) return Promise.resolve();
    if (socket.bufferedAmount > this.#room.limits.maxBuffered) {
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

  /** There is room again: lets the subscriptions send what they kept. */
  goOn(): void {
    this.outlet.flush(() => this.writable);
  }

  finished(id: string): void {
    const at = this.#operations.findIndex((operation) => operation.id === id);
    if (at >= 0) this.#operations.splice(at, 1)[0]!.end();
    if (this.#leaving) this.leaveWhenIdle();
  }

  /** The client is gone: nothing of its is worth computing. */
  closed(code: number, reason: string): void {
    this.#forgetIntroduction();
    this.#afterClose?.();
    for (const operation of this.#operations.splice(0)) operation.end();
    this.#room.onClosed(this, code, reason);
  }

  beat(): void {
    if (!this.#alive) this.#socket.terminate();
    else if (this.isOpen) {
      this.#alive = false;
      this.#socket.ping();
    }
  }

  /** Closes now, or when its last query or mutation is answered. */
  leaveWhenIdle(): void {
    this.#leaving = true;
    for (const { kind } of this.#operations) if (kind !== 'subscription') return;
    // After the messages of this turn: an answer's `complete` is sent by the caller of `finished`.
    setImmediate(() => this.leave());
  }

  leave(): void {
    this.close(1001, 'Going away');
  }

  /** Counts a message of the client's; false when there are too many. */
  #mayAsk(): boolean {
    const now = Math.trunc(performance.now());
    const { maxMessagesPerSecond: rate } = this.#room.limits;
    this.#allowance = Math.min(BURST_SECONDS * rate, this.#allowance + ((now - this.#countedAt) / 1_000) * rate);
    this.#countedAt = now;
    return --this.#allowance >= 0;
  }

  #drained(): void {
    this.#alive = true; // it reads: its pong may be a long way behind
    this.goOn();
  }
}

function onMessage(this: WebSocket, data: unknown): void {
  (this as DoorSocket).connection!.heard(data);
}
function onPong(this: WebSocket): void {
  (this as DoorSocket).connection!.ponged();
}
function onClose(this: WebSocket, code: number, reason: Buffer): void {
  (this as DoorSocket).connection!.closed(code, String(reason));
}
/** ws answers a broken frame with its close code; there is nothing to add, but an 'error' without a listener ends the process. */
function ignore(): void {}

/** What only a server says: from a client graphql-ws throws at it, as if it were our fault. */
const SERVERS_OWN: ReadonlySet<unknown> = new Set(['connection_ack', 'next', 'error']);

/**
 * A message, parsed here: graphql-ws would keep its text for as long as its operation lives. It takes parsed ones too, and refuses
 * what is none.
 */
function parsed(text: string): unknown {
  try {
    const message = JSON.parse(text);
    // graphql-ws insists on a text; a document may be named by id or hash instead.
    const payload = message?.type === 'subscribe' ? message.payload : null;
    if (payload?.query === undefined && (payload?.documentId ?? payload?.extensions) != null) payload.query = '';
    return SERVERS_OWN.has(message?.type) ? null : message;
  } catch {
    return null;
  }
}
