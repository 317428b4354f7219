import { createServer, type RequestListener, type Server, type ServerOptions } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Logger } from '../core/logger.js';
import type { Gauge } from '../core/metrics.js';
import { bareAnswer } from './http/http-answer.js';
import { readTlsPair, type TlsFiles, TlsRenewal } from './tls.js';

export interface ListenerOptions {
  readonly host: string;
  readonly port: number;
  /** Absent: plain HTTP. */
  readonly tls?: (TlsFiles & { readonly expires: Gauge; readonly lookMs?: number | undefined }) | undefined;
  /** Time for the headers of a request, and for a TLS handshake, ms. */
  readonly headersMs: number;
  readonly idleMs: number;
  readonly maxConnections: number;
  readonly logger: Logger;
}

/**
 * Connections that may wait to be taken; the system may allow fewer (`net.core.somaxconn`). When thousands of clients come back at once
 * and there is no room, the system drops what completes a connection: the client believes it is open, and its first request waits for
 * seconds. Node's default is 511.
 */
const BACKLOG = 4_096;

/** A port with a server behind it. */
export interface Listener {
  readonly server: Server;
  /** Takes connections. @throws Error naming host and port when they cannot be had. @returns the address with its scheme */
  listen(): Promise<string>;
  /** Ends what looks after the certificate. */
  close(): Promise<void>;
}

/**
 * HTTP, or HTTPS where there is a certificate, with the limits that a connection has before there is a request.
 * @throws Error with a sentence when the certificate or its key cannot be used.
 */
export async function createListener(options: ListenerOptions, onRequest: RequestListener): Promise<Listener> {
  const { tls, headersMs, logger } = options;
  const common: ServerOptions = {
    requestTimeout: 0, // BodyClock looks after bodies
    headersTimeout: headersMs,
    keepAliveTimeout: options.idleMs,
    // Node looks for requests that are overdue only this often, every 30 s unless told.
    connectionsCheckingInterval: Math.max(10, headersMs / 4),
    maxHeaderSize: 16 * 1024,
  };
  const pair = tls === undefined ? null : await readTlsPair(tls);
  const server: Server =
    pair === null
      ? createServer(common, onRequest)
      : createTlsServer(
          { ...common, cert: pair.cert, key: pair.key, minVersion: 'TLSv1.2', handshakeTimeout: headersMs },
          onRequest,
        );
  server.maxConnections = options.maxConnections;
  // Without a listener Node closes the connection without a word.
  server.on('connect', (_request, socket) => {
    socket.on('error', () => socket.destroy());
    socket.end(bareAnswer('405 Method Not Allowed', 'Allow: GET, HEAD, POST\r\n'), () => socket.destroy());
  });
  const renewal =
    tls === undefined || pair === null
      ? null
      : new TlsRenewal(tls, pair, {
          use: ({ cert, key }) => (server as TlsServer).setSecureContext({ cert, key, minVersion: 'TLSv1.2' }),
          expires: tls.expires,
          logger,
          lookMs: tls.lookMs,
        });
  return {
    server,
    async listen() {
      await listen(server, options.host, options.port);
      server.on('error', (error) => logger.error({ error: error.message }, 'A connection could not be taken.'));
      const { address, port, family } = server.address() as AddressInfo;
      return `${tls === undefined ? 'http' : 'https'}://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
    },
    close: async () => renewal?.close(),
  };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE')
        reject(
          new Error(
            `Port ${port} on ${host} is taken by another process. Stop it, or set PORT to another one (0 means any).`,
            { cause: error },
          ),
        );
      else reject(new Error(`Cannot listen on ${host}:${port}: ${error.message}`, { cause: error }));
    };
    server.once('error', failed);
    server.listen({ port, host, backlog: BACKLOG }, () => {
      server.off('error', failed);
      resolve();
    });
  });
}
