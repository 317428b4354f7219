import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type ExecutionResult, GraphQLError } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { type WebSocket, WebSocketServer } from 'ws';
import type { GraphPipeline, ReadyOperation } from '../graphql/pipeline.js';

export interface WsOptions {
  readonly pipeline: GraphPipeline;
  /** Largest message a client may send, bytes. Default 256 KiB. */
  readonly maxPayload?: number;
  /** Operations one socket may have open. Default 100. */
  readonly maxOperations?: number;
  /** Sockets open at once; further ones get 503. Default 10,000. */
  readonly maxSockets?: number;
  /** Bytes that may wait for a client that does not read; then it is closed with 1013. Default 16 MiB. */
  readonly maxBuffered?: number;
  /** Time between pings; a client that did not answer one by the next is closed. Default 12 s. */
  readonly pingMs?: number;
}

export interface WsDoor {
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Open sockets. */
  count(): number;
  /** Closes every socket with 1001. */
  close(): Promise<void>;
}

/** GraphQL over WebSocket (graphql-transport-ws): every operation goes through the same pipeline as HTTP's. */
export function graphqlWs(options: WsOptions): WsDoor {
  const {
    pipeline,
    maxPayload = 256 * 1024,
    maxOperations = 100,
    maxSockets = 10_000,
    maxBuffered = 16 * 1024 * 1024,
    pingMs = 12_000,
  } = options;
  const server = new WebSocketServer({ noServer: true, maxPayload, perMessageDeflate: false });
  const running = new WeakMap<object, Map<string, ReadyOperation>>();

  const disposable = useServer(
    {
      connectionInitWaitTimeout: 5_000,
      onSubscribe(context, id, payload) {
        const operations = running.get(context.extra.socket) ?? new Map<string, ReadyOperation>();
        running.set(context.extra.socket, operations);
        if (operations.size >= maxOperations) {
          return [
            new GraphQLError(`expected at most ${maxOperations} open operations on a socket`, {
              extensions: { code: 'QUERY_TOO_COSTLY' },
            }),
          ];
        }
        const asked = (payload.extensions as { deadlineMs?: unknown } | null | undefined)?.deadlineMs;
        const prepared = pipeline.prepare(payload, {
          door: 'ws',
          deadlineMs: asked === undefined ? undefined : typeof asked === 'number' ? asked : Number.NaN,
        });
        if (prepared.kind === 'refused') return pipeline.present(prepared.errors);
        operations.set(id, prepared.args);
        return prepared.args;
      },
      execute: (args) => pipeline.execute(args as ReadyOperation),
      subscribe: (args) => pipeline.subscribe(args as ReadyOperation) as Promise<AsyncGenerator<ExecutionResult>>,
      onNext({ extra }) {
        const socket = extra.socket as unknown as WebSocket;
        if (socket.bufferedAmount > maxBuffered) socket.close(1013, 'Too slow');
      },
      onComplete({ extra }, id) {
        end(extra.socket, id);
      },
      onError({ extra }, id) {
        end(extra.socket, id);
      },
      onDisconnect({ extra }) {
        for (const id of [...(running.get(extra.socket)?.keys() ?? [])]) end(extra.socket, id);
      },
    },
    server,
    pingMs,
  );

  function end(socket: object, id: string): void {
    const operations = running.get(socket);
    operations?.get(id)?.end();
    operations?.delete(id);
  }

  return {
    upgrade(request, socket, head) {
      if (server.clients.size >= maxSockets) {
        socket.end(
          'HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nConnection: close\r\nContent-Length: 0\r\n\r\n',
        );
        return;
      }
      server.handleUpgrade(request, socket, head, (client) => server.emit('connection', client, request));
    },
    count: () => server.clients.size,
    async close() {
      for (const client of server.clients) client.close(1001, 'Going away');
      await disposable.dispose();
    },
  };
}
