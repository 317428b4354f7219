import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type ConnectionInitMessage, handleProtocols, makeServer } from 'graphql-ws';
import { type ServerOptions, WebSocketServer } from 'ws';
import type { Credentials } from '../../access/authentication.js';
import { badInput, messageOf, ScoregraphError } from '../../core/errors.js';
import type { Logger } from '../../core/logger.js';
import { isRefused } from '../../graphql/live/live.js';
import type { GraphPipeline } from '../../graphql/pipeline.js';
import { credentialsOf, credentialsOfSocket, type Identifier } from '../credentials.js';
import { bareAnswer, refusalText } from '../http/http-answer.js';
import { type Refusal, shuttingDown, tooManyOperations } from '../refusals.js';
import { Connection, type ConnectionRoom, DoorSocket, WS_DEFAULTS, type WsLimits } from './ws-connection.js';
import { Flusher } from './ws-frames.js';
import { SocketOperation } from './ws-operation.js';
import { SingleResult, SocketStream } from './ws-results.js';

/** What a door needs of the graph: the same preparation, execution and presentation that every other door uses. */
export type GraphDoor = Pick<GraphPipeline, 'prepare' | 'execute' | 'subscribe' | 'present'>;

/** Time a client has to answer a close frame before its connection is cut. */
const CLOSE_MS = 2_000;
/** Close code that ends a client: what it showed will not do. */
const UNAUTHORIZED = 4401;
/** Close code after which clients come again, with a fresh token if they have one. */
const FORBIDDEN = 4403;
/** Longest reason of a close frame, bytes (RFC 6455, 5.5). */
const MAX_REASON = 123;
/** Longest operation id: every result carries it. */
export const MAX_ID = 128;
/** Pings go out in this many turns per `pingMs`: 10,000 at one instant would hold up everybody's answers. */
const TURNS = 12;

const GOING: Refusal = { status: 503, code: shuttingDown().code, message: shuttingDown().message };
const FULL: Refusal = { status: 503, code: 'QUEUE_FULL', message: 'As many sockets are open as may be.' };

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

/** Answers an upgrade request as `refuse` answers others, and lets go of the connection, whatever its other side does. */
export function refuseUpgrade(socket: Duplex, { status, code, message }: Refusal, headers = ''): void {
  socket.on('error', () => socket.destroy());
  // A half-closed connection would stay as long as the client likes: http's own timeouts ended with the upgrade.
  socket.once('finish', () => socket.destroy());
  const type = 'Content-Type: application/json; charset=utf-8\r\n';
  socket.end(bareAnswer(`${status} ${STATUS_CODES[status]}`, type + headers, refusalText(code, message)));
}

/** GraphQL over WebSocket (graphql-transport-ws): every operation goes through the same pipeline as HTTP's. */
export function graphqlWs(options: {
  pipeline: GraphDoor;
  identifier: Identifier;
  logger: Logger;
  limits?: Partial<WsLimits>;
}): WsDoor {
  const { pipeline, identifier, logger } = options;
  const limits = { ...WS_DEFAULTS, ...options.limits };
  const server = new WebSocketServer<typeof DoorSocket>({
    noServer: true,
    clientTracking: false,
    WebSocket: DoorSocket,
    maxPayload: limits.maxPayload,
    perMessageDeflate: false,
    handleProtocols,
    closeTimeout: CLOSE_MS,
  } as ServerOptions<typeof DoorSocket>);
  const turns = Array.from({ length: TURNS }, () => new Set<Connection>());
  let opened = 0;
  let turn = 0;
  /** Open connections, and how each tells graphql-ws that it is closed. */
  const open = new Map<Connection, (code: number, reason: string) => Promise<void>>();
  let draining = false;
  let onEmpty: () => void = () => {};

  const protocol = makeServer<ConnectionInitMessage['payload'], Connection>({
    connectionInitWaitTimeout: 0, // a connection sees to it, and forgets its timer
    onConnect: ({ extra, connectionParams }) => introduce(extra, connectionParams),
    onSubscribe({ extra }, id, payload) {
      if (draining) return pipeline.present([shuttingDown()]);
      if (extra.operations >= limits.maxOperations)
        return pipeline.present([tooManyOperations(limits.maxOperations, 'socket')]);
      if (id.length > MAX_ID)
        return pipeline.present([badInput(`expected an id of at most ${MAX_ID} characters`, 'id')]);
      const asked = (payload.extensions as { deadlineMs?: unknown } | null | undefined)?.deadlineMs;
      const prepared = pipeline.prepare(payload, {
        door: 'ws',
        principal: extra.principal!,
        deadlineMs: asked === undefined ? undefined : typeof asked === 'number' ? asked : Number.NaN,
      });
      if (prepared.kind === 'refused') return pipeline.present(prepared.errors);
      const operation = new SocketOperation(extra, id, prepared.args);
      extra.begin(operation);
      (payload as { query: string }).query = ''; // graphql-ws keeps the message for as long as the operation lives
      return operation as never;
    },
    execute(args) {
      const { ready } = args as unknown as SocketOperation;
      return new SingleResult(pipeline.execute(ready), () => ready.end());
    },
    async subscribe(args) {
      const operation = args as unknown as SocketOperation;
      const subscription = await pipeline.subscribe(operation.ready);
      if (isRefused(subscription)) return subscription;
      operation.opened();
      return new SocketStream(subscription, operation.connection, operation.id);
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

  const room: ConnectionRoom = {
    limits,
    flusher: new Flusher(),
    logger,
    onClosed(connection, code, reason) {
      const closed = open.get(connection)!;
      open.delete(connection);
      for (const fellows of turns) if (fellows.delete(connection)) break;
      closed(code, reason).catch((error) =>
        logger.error({ error: messageOf(error) }, 'A WebSocket could not be cleaned up.'),
      );
      if (draining) onEmpty();
    },
  };

  /** Takes a client's introduction: who is it? One that cannot say is closed, and told why. */
  async function introduce(connection: Connection, payload: unknown): Promise<void> {
    try {
      const principal = await identifier.identify(credentialsOfSocket(payload, connection.credentials), 'ws');
      if (!connection.isOpen) return;
      connection.introduced(principal);
      connection.onClose(identifier.whenOver(principal, ({ message }) => connection.close(FORBIDDEN, message)));
    } catch (error) {
      if (!(error instanceof ScoregraphError)) throw error;
      connection.close(UNAUTHORIZED, error.message.slice(0, MAX_REASON));
    }
  }

  function accept(socket: DoorSocket, carrier: Duplex, credentials: Credentials): void {
    const connection = new Connection(socket, carrier, credentials, room);
    turns[opened++ % TURNS]!.add(connection);
    open.set(connection, protocol.opened(connection, connection));
  }

  return {
    upgrade(request, socket, head) {
      if (draining || open.size >= limits.maxSockets) {
        refuseUpgrade(socket, draining ? GOING : FULL, 'Retry-After: 5\r\n');
      } else
        server.handleUpgrade(request, socket, head, (webSocket) => accept(webSocket, socket, credentialsOf(request)));
    },
    count: () => open.size,
    async close(graceMs) {
      draining = true;
      for (const connection of [...open.keys()]) connection.leaveWhenIdle();
      const empty = new Promise<void>((resolve) => {
        onEmpty = () => {
          if (open.size === 0) resolve();
        };
        onEmpty();
      });
      const overdue = setTimeout(() => {
        for (const connection of [...open.keys()]) connection.leave();
      }, graceMs);
      await empty;
      clearTimeout(overdue);
      clearInterval(heartbeat);
    },
  };
}
