import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type ConnectionInitMessage, handleProtocols, makeServer } from 'graphql-ws';
import { type ServerOptions, type WebSocket, WebSocketServer } from 'ws';
import { badInput, messageOf } from '../core/errors.js';
import type { Logger } from '../core/logger.js';
import { isRefused } from '../graphql/live/live.js';
import type { GraphPipeline, ReadyOperation } from '../graphql/pipeline.js';
import { shuttingDown, tooManyOperations } from './refusals.js';
import { Connection, WS_DEFAULTS, type WsLimits } from './ws-connection.js';
import { SingleResult, SocketStream } from './ws-results.js';

/** What a door needs of the graph: the same preparation, execution and presentation that every other door uses. */
export type GraphDoor = Pick<GraphPipeline, 'prepare' | 'execute' | 'subscribe' | 'present'>;

/** Time a client has to answer a close frame before its connection is cut. */
const CLOSE_MS = 2_000;
/** Longest operation id: every result carries it. */
export const MAX_ID = 128;
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

/** An operation, and where its results go. */
interface SocketOperation extends ReadyOperation {
  readonly connection: Connection;
  readonly id: string;
}

/** GraphQL over WebSocket (graphql-transport-ws): every operation goes through the same pipeline as HTTP's. */
export function graphqlWs(options: { pipeline: GraphDoor; logger: Logger; limits?: Partial<WsLimits> }): WsDoor {
  const { pipeline, logger } = options;
  const limits = { ...WS_DEFAULTS, ...options.limits };
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
    onSubscribe({ extra }, id, payload) {
      const { operations } = extra;
      if (draining) return pipeline.present([shuttingDown()]);
      if (operations.size >= limits.maxOperations)
        return pipeline.present([tooManyOperations(limits.maxOperations, 'socket')]);
      if (id.length > MAX_ID)
        return pipeline.present([badInput(`expected an id of at most ${MAX_ID} characters`, 'id')]);
      const asked = (payload.extensions as { deadlineMs?: unknown } | null | undefined)?.deadlineMs;
      const prepared = pipeline.prepare(payload, {
        door: 'ws',
        deadlineMs: asked === undefined ? undefined : typeof asked === 'number' ? asked : Number.NaN,
      });
      if (prepared.kind === 'refused') return pipeline.present(prepared.errors);
      operations.set(id, prepared.args);
      return { ...prepared.args, connection: extra, id } satisfies SocketOperation;
    },
    execute: (args) => new SingleResult(pipeline.execute(args as SocketOperation), (args as SocketOperation).end),
    async subscribe(args) {
      const { connection, id } = args as SocketOperation;
      const opened = await pipeline.subscribe(args as SocketOperation);
      return isRefused(opened) ? opened : new SocketStream(opened, connection, id);
    },
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

  function accept(socket: WebSocket, carrier: Duplex): void {
    const connection = new Connection(socket, carrier, limits);
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
            if (!connection.mayAsk()) return socket.close(4429, 'Too many messages');
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
      } else server.handleUpgrade(request, socket, head, (webSocket) => accept(webSocket, socket));
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
