import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Guard } from '../access/guard.js';
import { messageOf, ScoregraphError } from '../core/errors.js';
import type { Logger } from '../core/logger.js';
import { masked } from '../core/masked.js';
import { Slots } from '../core/slots.js';
import type { GraphPipeline } from '../graphql/pipeline.js';
import { Cors } from './cors.js';
import { identified } from './credentials.js';
import { NdjsonDoor, type NdjsonDoorOptions } from './events/ndjson-events.js';
import { isOurHost, isOurOrigin } from './host-check.js';
import type { ApolloDoorOptions } from './http/apollo-http.js';
import { BodyClock } from './http/body-clock.js';
import { GraphiqlPage } from './http/graphiql-page.js';
import { GraphqlHttp } from './http/graphql-http.js';
import { answerHealth, type HealthSource } from './http/health.js';
import { refuse, refuseBusy, refuseUnknown, refuseWith, send } from './http/http-answer.js';
import { asPath, pathOf } from './http/request-target.js';
import { StaticFiles } from './http/static-files.js';
import { createListener, type Listener } from './listener.js';
import { LoadShedder, shedding, tellShed } from './load-shedder.js';
import type { PrometheusMetrics } from './metrics.js';
import { Pipelining } from './pipelining.js';
import { FOREIGN_PAGE, NO_PATH, nothingAt, OTHER_HOST } from './refusals.js';
import type { StreamLimits } from './streams/streams.js';
import type { TlsFiles } from './tls.js';
import { TurnedAway } from './turned-away.js';
import { graphqlWs, refuseUpgrade, type WsDoor } from './ws/ws.js';
import type { WsLimits } from './ws/ws-connection.js';

/** What one client may take of the server. */
export interface ServerLimits {
  /** Time for the headers of a request, ms; then 408. Default 10 s. */
  readonly headersMs: number;
  /** Time for a whole request, body included, ms; then 408. A stream of events: time without any of it. Default 30 s. */
  readonly requestMs: number;
  /** How long an idle connection is kept, ms. Default 65 s. */
  readonly idleMs: number;
  /** How long a client may leave an answer unread without taking any of it, ms; then it is cut off. Default 30 s. */
  readonly unreadMs: number;
  /** Connections open at once, sockets included; further ones are closed. Default 20,000. */
  readonly maxConnections: number;
  /** GraphQL operations under way at once, open streams not counted; further ones get 503. Default 4,096. */
  readonly maxRequests: number;
  /** How late answers may be before the server counts as overloaded and refuses more than it can do in time, ms. Default 50. */
  readonly targetMs: number;
  /** Requests under way on one connection; further ones get 503. Default 16. */
  readonly maxPipelined: number;
  readonly streams: Partial<StreamLimits>;
  readonly ws: Partial<WsLimits>;
}

const DEFAULTS: ServerLimits = {
  headersMs: 10_000,
  requestMs: 30_000,
  idleMs: 65_000,
  unreadMs: 30_000,
  maxConnections: 20_000,
  maxRequests: 4_096,
  targetMs: 50,
  maxPipelined: 16,
  streams: {},
  ws: {},
};

export interface ServerOptions {
  readonly host: string;
  readonly port: number;
  readonly apollo: ApolloDoorOptions['apollo'];
  readonly pipeline: GraphPipeline;
  /** The text of the schema that serves now; absent: it cannot be had here. */
  readonly schemaText?: () => string;
  readonly guard: NdjsonDoorOptions['guard'] & Pick<Guard, 'mayIntrospect'>;
  readonly metrics: PrometheusMetrics;
  /** What the door for streams of events needs; absent: there is none. */
  readonly events?: Pick<NdjsonDoorOptions, 'audit' | 'budgets' | 'ingest' | 'window' | 'source' | 'lineMs'>;
  readonly logger: Logger;
  readonly maxBodyBytes: number;
  readonly allowedHosts: readonly string[];
  readonly allowedOrigins: readonly string[];
  /** Certificate and key; absent: plain HTTP. Renewed files are used without a restart. */
  readonly tls?: (TlsFiles & { readonly lookMs?: number }) | undefined;
  /** The built page that `/` shows. */
  readonly pageDir: string;
  readonly health: HealthSource;
  /** Called before every scrape. */
  readonly beforeScrape: () => void;
  /** How long the oldest row has waited for an engine, ms. Default: 0. */
  readonly queueMs?: () => number;
  readonly limits?: Partial<ServerLimits>;
}

export interface RunningServer {
  /** `http://127.0.0.1:4000`, or `https://…` */
  readonly url: string;
  /**
   * Takes no new connections, lets answers under way finish (at most `graceMs`) and closes their connections after them, ends
   * streams, closes sockets with 1001. Resolves when the port is free and nothing is open, at most `graceMs` + 2 s.
   */
  close(graceMs: number): Promise<void>;
}

/**
 * Opens the doors on one port: GraphQL over HTTP (SSE and multipart among it) and WebSocket, streams of events, the dashboard,
 * GraphiQL, health and metrics.
 * @throws Error naming host and port when they cannot be had.
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const limits = { ...DEFAULTS, ...options.limits };
  const { logger, tls, metrics } = options;
  const expires = metrics.gauge('scoregraph_tls_certificate_expires_seconds', 'When it ends, in Unix time; 0: no TLS.');
  const listener = await createListener(
    { ...limits, host: options.host, port: options.port, logger, tls: tls && { ...tls, expires } },
    (request, response) => door.request(request, response),
  );
  const door = new Door(options, limits, listener);
  listener.server.on('upgrade', (request, socket, head) => door.upgrade(request, socket, head));
  try {
    const url = await listener.listen();
    return { url, close: (graceMs) => door.close(graceMs) };
  } catch (error) {
    await door.close(0);
    throw error;
  }
}

class Door {
  readonly #options: ServerOptions;
  readonly #listener: Listener;
  readonly #server: Server;
  readonly #shedder: LoadShedder;
  readonly #pipelining: Pipelining;
  readonly #cors: Cors;
  readonly #graphiql = new GraphiqlPage();
  readonly #graphql: GraphqlHttp;
  readonly #ws: WsDoor;
  readonly #page: StaticFiles;
  readonly #events: NdjsonDoor | null;
  readonly #bodies: BodyClock;
  readonly #turnedAway: TurnedAway;
  readonly #requests;
  readonly #underWay = new Slots<ServerResponse>();
  #draining = false;
  #onIdle: (() => void) | null = null;

  constructor(options: ServerOptions, limits: ServerLimits, listener: Listener) {
    this.#options = options;
    this.#listener = listener;
    this.#server = listener.server;
    this.#pipelining = new Pipelining(limits.maxPipelined);
    this.#cors = new Cors(options);
    this.#shedder = new LoadShedder({
      max: limits.maxRequests,
      targetMs: limits.targetMs,
      streams: () => this.#graphql.streams.count,
      queueMs: options.queueMs ?? (() => 0),
      metrics: options.metrics,
    });
    options.pipeline.meter = this.#shedder;
    const identifier = options.guard;
    this.#graphql = new GraphqlHttp({ ...options, identifier, unreadMs: limits.unreadMs, streams: limits.streams });
    const pipeline = shedding(options.pipeline, this.#shedder);
    this.#ws = graphqlWs({ pipeline, identifier, logger: options.logger, limits: limits.ws });
    this.#page = new StaticFiles(options.pageDir);
    this.#bodies = new BodyClock(this.#underWay, limits.requestMs);
    this.#turnedAway = new TurnedAway(this.#bodies, this.#pipelining, tellShed);
    this.#events =
      options.events === undefined
        ? null
        : new NdjsonDoor({
            ...options.events,
            guard: options.guard,
            logger: options.logger,
            idleMs: limits.requestMs,
          });
    this.#requests = options.metrics.counter(
      'scoregraph_http_requests_total',
      'Requests at the GraphQL endpoint over HTTP.',
    );
  }

  request(request: IncomingMessage, response: ServerResponse): void {
    if (this.#isTurnedAway(request)) return this.#turnedAway.takeWhole(response);
    const { socket } = request;
    const slot = this.#underWay.add(response);
    const mayMore = this.#pipelining.enter(socket);
    response.on('close', () => {
      this.#underWay.remove(slot);
      this.#pipelining.leave(socket);
      this.#bodies.answered(request);
      if (this.#underWay.size === 0) this.#onIdle?.();
    });
    if (this.#draining) response.shouldKeepAlive = false;
    if (!asPath(request)) return refuseWith(response, NO_PATH);
    if (!isOurHost(request.headers.host, this.#options.allowedHosts)) {
      return refuseWith(response, OTHER_HOST);
    }
    if (!mayMore) return refuseBusy(response, 'Too many requests are under way on this connection.');
    if (this.#options.tls !== undefined) response.setHeader('strict-transport-security', HSTS);
    this.#route(request, response).catch((error) => {
      const { code, message, errorId } = masked(this.#options.logger, error, 'A request failed unexpectedly.');
      refuse(response, 500, code, message, { errorId });
    });
  }

  /** Whether it is refused before anything else is looked at. Counts it then. */
  #isTurnedAway(request: IncomingMessage): boolean {
    if (!this.#shedder.isShedding || this.#draining || this.#options.tls !== undefined) return false;
    if (!this.#turnedAway.isPlain(request) || !this.#shedder.refuses()) return false;
    this.#requests.add();
    return true;
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { allowedHosts, allowedOrigins } = this.#options;
    const isTarget = asPath(request);
    const { host, origin } = request.headers;
    if (!isTarget) refuseUpgrade(socket, NO_PATH);
    else if (!isOurHost(host, allowedHosts)) refuseUpgrade(socket, OTHER_HOST);
    else if (!isOurOrigin(origin, host!, allowedOrigins, allowedHosts)) refuseUpgrade(socket, FOREIGN_PAGE);
    else if (pathOf(request.url!) !== '/graphql') refuseUpgrade(socket, nothingAt(pathOf(request.url!)));
    else this.#ws.upgrade(request, socket, head);
  }

  async close(graceMs: number): Promise<void> {
    this.#draining = true;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeIdleConnections();
    for (const response of this.#underWay) response.shouldKeepAlive = false;
    this.#graphql.streams.drain();
    this.#events?.drain();
    await Promise.all([this.#ws.close(graceMs), this.#answered(graceMs)]);
    this.#bodies.close();
    this.#shedder.close();
    await this.#listener.close();
    this.#server.closeAllConnections();
    await closed;
  }

  /** Resolves when no request is under way, or after `graceMs`. */
  #answered(graceMs: number): Promise<void> {
    if (this.#underWay.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const overdue = setTimeout(resolve, graceMs);
      this.#onIdle = () => {
        clearTimeout(overdue);
        resolve();
      };
    });
  }

  async #route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = pathOf(request.url!);
    if (path === '/graphql') {
      this.#requests.add();
      if (isCors(request) && !this.#cors.admit(request, response, 'GET, POST, PUT, DELETE')) return;
      // A DELETE only ends something.
      if (request.method !== 'DELETE' && this.#shedder.refuses()) return this.#turnedAway.take(response);
      // What is asked by GET may be kept by whoever is between; a POST’s answer by nobody.
      if (request.method === 'GET') response.setHeader('cache-control', 'no-store');
      const since = this.#shedder.enter();
      response.on('close', () => this.#shedder.leave(since));
      return this.#graphql.request(request, response);
    }
    if (path === '/v1/events' && this.#events !== null) {
      if (isCors(request) && !this.#cors.admit(request, response, 'POST')) return;
      this.#bodies.exempt(response);
      return this.#events.handle(request, response);
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD');
      return refuse(response, 405, 'BAD_REQUEST', `expected GET, got ${request.method}`);
    }
    if (path === '/graphql/schema.graphql' && this.#options.schemaText !== undefined)
      return this.#answerSchema(request, response, this.#options.schemaText);
    if (answerHealth(path, response, this.#options.health, this.#draining)) return;
    switch (path) {
      case '/graphiql':
        return this.#graphiql.serve(request, response);
      case '/metrics':
        if (!(await this.#mayScrape(request, response))) return;
        await this.#gauge();
        return send(response, 200, this.#options.metrics.contentType, await this.#options.metrics.text());
      default:
        if (this.#page.serve(path, request, response)) return;
        return refuseWith(response, nothingAt(path));
    }
  }

  /** The schema, for those who may introspect. */
  async #answerSchema(request: IncomingMessage, response: ServerResponse, text: () => string): Promise<void> {
    const { guard } = this.#options;
    const principal = await identified(guard, request, 'http');
    if (principal instanceof ScoregraphError) refuseUnknown(response, principal);
    else if (!guard.mayIntrospect(principal))
      refuse(response, 403, 'FORBIDDEN', 'Introspection is not open to this caller.');
    else send(response, 200, 'application/graphql; charset=utf-8', text());
  }

  /** Figures tell of everybody's doings. Answers who may not see them. */
  async #mayScrape(request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    const { guard } = this.#options;
    const principal = await identified(guard, request, 'metrics');
    if (principal instanceof ScoregraphError) {
      refuseUnknown(response, principal);
      return false;
    }
    try {
      guard.authorise(principal, 'operator', 'Reading metrics', true);
      return true;
    } catch (error) {
      refuse(response, 403, 'FORBIDDEN', messageOf(error));
      return false;
    }
  }

  /** What is open and under way, for who scrapes. */
  async #gauge(): Promise<void> {
    const { metrics, beforeScrape } = this.#options;
    beforeScrape();
    metrics.gauge('scoregraph_sockets_open', 'WebSockets open.').set(this.#ws.count());
    metrics
      .gauge('scoregraph_streams_open', 'HTTP responses that stay open: SSE and multipart.')
      .set(this.#graphql.streams.count);
    metrics.gauge('scoregraph_event_streams_open', 'Requests that stream events.').set(this.#events?.count() ?? 0);
    metrics
      .gauge('scoregraph_operations_under_way', 'GraphQL operations under way, at every door.')
      .set(this.#shedder.underWay);
    metrics
      .gauge('scoregraph_operations_limit', 'How many may be under way: less than usual while overloaded.')
      .set(this.#shedder.limit);
    metrics.gauge('scoregraph_connections_open', 'Connections open.').set(await this.#connections());
  }

  /** Connections open, WebSockets among them. */
  #connections(): Promise<number> {
    return new Promise((resolve) => this.#server.getConnections((error, count) => resolve(error ? 0 : count)));
  }
}

const isCors = ({ method, headers }: IncomingMessage) => headers.origin !== undefined || method === 'OPTIONS';

/** For a year, browsers that came over HTTPS once come over nothing else. */
const HSTS = 'max-age=31536000';
