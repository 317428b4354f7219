import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ExecutionResult } from 'graphql';
import { type ConnectionInitMessage, handleProtocols, makeServer } from 'graphql-ws';
import { type ServerOptions, type WebSocket, WebSocketServer } from 'ws';
import { messageOf, ScoregraphError } from '../core/errors.js';
import type { Logger } from '../core/logger.js';
import type { GraphPipeline, ReadyOperation } from '../graphql/pipeline.js';
import { ResultStream } from '../graphql/result-stream.js';

/** What a door needs of the graph: the same preparation, execution and presentation that every other door uses. */
export type GraphDoor = Pick<GraphPipeline, 'prepare' | 'execute' | 'subscribe' | 'present'>;

export interface WsLimits {
  /** Largest message a client may send, bytes; then it is closed with 1009. Default 256 KiB. */
  readonly maxPayload: number;
  /** Operations one socket may have open; further ones get an error. Default 100. */
  readonly maxOperations: number;
  /** Sockets open at once; further ones get 503. Default 10,000. */
  readonly maxSockets: number;
  /** Bytes that may wait for a client that does not read; then it is closed with 1013. Default 16 MiB. */
  readonly maxBuffered: number;
  /** Time between pings; a client that did not answer one by the next is cut off. Default 12 s. */
  readonly pingMs: number;
  /** Time a client has for its `connection_init`; then it is closed with 4408. Default 5 s. */
  readonly initMs: number;
}

const DEFAULTS: WsLimits = {
  maxPayload: 256 * 1024,
  maxOperations: 100,
  maxSockets: 10_000,
  maxBuffered: 16 * 1024 * 1024,
  pingMs: 12_000,
  initMs: 5_000,
};

/** Time a client has to answer a close frame before its connection is cut. */
const CLOSE_MS = 2_000;
/** Pings go out in this many turns per `pingMs`: 10,000 at one instant would hold up everybody's answers. */
const TURNS = 12;

export interface WsDoor {
  /** Takes over a connection whose Host, Origin and path were checked. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Open sockets. */
  count(): number;
  /**
   * Takes no new operations; closes every socket with 1001, those with a query or mutation under way after it was answered, but
   * at the latest after `graceMs`. Resolves when no socket is left, at most `graceMs` + 2 s.
   */
  close(graceMs: number): Promise<void>;
}

/** Answers an upgrade request with `status` (`"404 Not Found"`) and lets go of the connection, whatever its other side does. */
export function refuseUpgrade(socket: Duplex, status: string, headers = ''): void {
  socket.on('error', () => socket.destroy());
  // A half-closed connection would stay as long as the client likes: http's own timeouts ended with the upgrade.
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status}\r\n${headers}Connection: close\r\nContent-Length: 0\r\n\r\n`);
}

/** GraphQL over WebSocket (graphql-transport-ws): every operation goes through the same pipeline as HTTP's. */
export function graphqlWs(options: { pipeline: GraphDoor; logger: Logger; limits?: Partial<WsLimits> }): WsDoor {
  const { pipeline, logger } = options;
  const limits = { ...DEFAULTS, ...options.limits };
  const wsOptions: ServerOptions & { closeTimeout: number } = {
    noServer: true,
    maxPayload: limits.maxPayload,
    perMessageDeflate: false,
    handleProtocols,
    closeTimeout: CLOSE_MS,
  };
  const server = new WebSocketServer(wsOptions);
  const turns = Array.from({ length: TURNS }, () => new Set<Connection>());
  let opened = 0;
  let turn = 0;
  let draining = false;
  let onEmpty: () => void = () => {};

  const protocol = makeServer<ConnectionInitMessage['payload'], Connection>({
    connectionInitWaitTimeout: limits.initMs,
    onSubscribe({ extra: { operations } }, id, payload) {
      if (draining) return pipeline.present([shuttingDown()]);
      if (operations.size >= limits.maxOperations) return pipeline.present([tooMany(limits.maxOperations)]);
      const asked = (payload.extensions as { deadlineMs?: unknown } | null | undefined)?.deadlineMs;
      const prepared = pipeline.prepare(payload, {
        door: 'ws',
        deadlineMs: asked === undefined ? undefined : typeof asked === 'number' ? asked : Number.NaN,
      });
      if (prepared.kind === 'refused') return pipeline.present(prepared.errors);
      operations.set(id, prepared.args);
      return prepared.args;
    },
    execute: (args) => new SingleResult(pipeline.execute(args as ReadyOperation), (args as ReadyOperation).end),
    subscribe: (args) => pipeline.subscribe(args as ReadyOperation) as Promise<AsyncGenerator<ExecutionResult>>,
    onComplete: ({ extra }, id) => extra.finished(id),
    onError({ extra }, id) {
      extra.finished(id);
    },
  });

  const heartbeat = setInterval(() => {
    turn = (turn + 1) % TURNS;
    for (const connection of turns[turn]!) connection.beat();
  }, limits.pingMs / TURNS);
  heartbeat.unref();

  function accept(socket: WebSocket): void {
    const connection = new Connection(socket, limits.maxBuffered);
    const fellows = turns[opened++ % TURNS]!;
    fellows.add(connection);
    const closed = protocol.opened(
      {
        protocol: socket.protocol,
        send: (text) => connection.send(text),
        close: (code, reason) => socket.close(code, reason),
        onMessage(take) {
          socket.on('message', (data) => {
            if (socket.readyState !== socket.OPEN) return;
            take(String(data)).catch((error) => {
              logger.error({ error: messageOf(error) }, 'A WebSocket message failed unexpectedly.');
              socket.close(4500, 'Internal server error');
            });
          });
        },
      },
      connection,
    );
    // ws answers a broken frame with its close code; there is nothing to add, but an 'error' without a listener ends the process.
    socket.on('error', () => {});
    socket.once('close', (code, reason) => {
      fellows.delete(connection);
      connection.abandon();
      closed(code, String(reason)).catch((error) =>
        logger.error({ error: messageOf(error) }, 'A WebSocket could not be cleaned up.'),
      );
      if (draining) onEmpty();
    });
  }

  return {
    upgrade(request, socket, head) {
      if (draining || server.clients.size >= limits.maxSockets) {
        refuseUpgrade(socket, '503 Service Unavailable', 'Retry-After: 5\r\n');
      } else server.handleUpgrade(request, socket, head, accept);
    },
    count: () => server.clients.size,
    async close(graceMs) {
      draining = true;
      const all = () => turns.flatMap((connections) => [...connections]);
      for (const connection of all()) connection.leaveWhenIdle();
      const empty = new Promise<void>((resolve) => {
        onEmpty = () => {
          if (server.clients.size === 0) resolve();
        };
        onEmpty();
      });
      const overdue = setTimeout(() => {
        for (const connection of all()) connection.leave();
      }, graceMs);
      await empty;
      clearTimeout(overdue);
      clearInterval(heartbeat);
    },
  };
}

/** One socket: its open operations, whether it lives, how it ends. */
class Connection {
  readonly operations = new Map<string, ReadyOperation>();
  readonly #socket: WebSocket;
  readonly #maxBuffered: number;
  #alive = true;
  #leaving = false;

  constructor(socket: WebSocket, maxBuffered: number) {
    this.#socket = socket;
    this.#maxBuffered = maxBuffered;
    socket.on('pong', () => {
      this.#alive = true;
    });
  }

  /**
   * Resolves when the operating system has taken the text, so that a stream goes only as fast as its client reads. Texts for a
   * socket that is closing are dropped; a client that lets too much pile up is cut off.
   */
  send(text: string): Promise<void> {
    const socket = this.#socket;
    if (socket.readyState !== socket.OPEN) return Promise.resolve();
    if (socket.bufferedAmount > this.#maxBuffered) {
      // Its stack of unread answers would be kept until it reads the close frame behind them: ws gives up after CLOSE_MS.
      socket.close(1013, 'Too slow');
      return Promise.resolve();
    }
    return new Promise((resolve) => socket.send(text, () => resolve()));
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
    this.#socket.close(1001, 'Going away');
  }
}

/**
 * The one result of a query as a stream, so that a client's `complete` (or its going) cancels it as it ends a subscription. A
 * result that comes after that is not told.
 */
class SingleResult extends ResultStream {
  readonly #result: Promise<ExecutionResult>;
  readonly #cancel: () => void;
  #over = false;

  constructor(result: Promise<ExecutionResult>, cancel: () => void) {
    super();
    this.#result = result;
    this.#cancel = cancel;
  }

  async next(): Promise<IteratorResult<ExecutionResult, void>> {
    if (this.#over) return { done: true, value: undefined };
    const value = await this.#result;
    if (this.#over) return { done: true, value: undefined };
    this.#over = true;
    return { done: false, value };
  }

  async return(): Promise<IteratorResult<ExecutionResult, void>> {
    this.#over = true;
    this.#cancel();
    return { done: true, value: undefined };
  }
}

function shuttingDown(): ScoregraphError {
  return new ScoregraphError('MODEL_UNAVAILABLE', 'The server is shutting down.', {
    reason: 'SHUTTING_DOWN',
    retryAfterMs: 1_000,
  });
}

function tooMany(maxOperations: number): ScoregraphError {
  return new ScoregraphError('QUERY_TOO_COSTLY', `expected at most ${maxOperations} open operations on a socket`);
}
