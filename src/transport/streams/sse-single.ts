import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Principal } from '../../access/principal.js';
import type { ReadyOperation } from '../../graphql/pipeline.js';
import { refuse, send } from '../http/http-answer.js';
import { deadlineOf } from '../http/http-request.js';
import type { HttpOperation } from '../http/operation-request.js';
import { shuttingDown, tooManyOperations } from '../refusals.js';
import { type GraphDoor, MAX_ID } from '../ws/ws.js';
import type { ResponseStream } from './response-stream.js';
import { SharedFormat, SSE } from './sse-format.js';
import { StreamOperation } from './stream-operation.js';
import type { StreamLimits, Streams } from './streams.js';

const PLAIN = 'text/plain; charset=utf-8';

interface Asked {
  readonly args: ReadyOperation;
  /** Null until the stream is there. */
  running: StreamOperation | null;
}

/** A reservation, and the stream that came for it. */
interface Place {
  /** Who reserved it: nobody else may use it. */
  readonly principal: Principal;
  stream: ResponseStream | null;
  readonly operations: Map<string, Asked>;
  /** Gives the reservation up. */
  readonly lapse: NodeJS.Timeout;
}

/**
 * graphql-sse's "single connection mode": one stream for many operations, since browsers open six connections to a server of HTTP/1.
 * PUT reserves a stream and answers its token, GET with the token opens it, POST starts operations in it, DELETE ends them. What is
 * posted before the stream is there runs when it is.
 */
export class SingleConnections {
  readonly #pipeline: GraphDoor;
  readonly #streams: Streams;
  readonly #limits: StreamLimits;
  readonly #places = new Map<string, Place>();
  #reserved = 0;

  constructor(options: { pipeline: GraphDoor; streams: Streams; limits: StreamLimits }) {
    this.#pipeline = options.pipeline;
    this.#streams = options.streams;
    this.#limits = options.limits;
  }

  reserve(response: ServerResponse, principal: Principal): void {
    const { maxReservations, reservationMs } = this.#limits;
    if (this.#streams.isDraining) return busy(response, shuttingDown());
    if (this.#reserved >= maxReservations)
      return busy(response, { code: 'QUEUE_FULL', message: 'Too many streams are reserved.' });
    const token = randomBytes(24).toString('base64url');
    const lapse = setTimeout(() => this.#giveUp(token), reservationMs);
    lapse.unref();
    this.#places.set(token, { principal, stream: null, operations: new Map(), lapse });
    this.#reserved++;
    send(response, 201, PLAIN, token);
  }

  connect(response: ServerResponse, token: string, headers: Readonly<Record<string, string>>): void {
    const place = this.#places.get(token);
    if (place === undefined) return noSuchStream(response);
    if (place.stream !== null)
      return refuse(response, 409, 'BAD_REQUEST', 'The stream is open already: a token is good for one.');
    const { operations, principal } = place;
    const stream = this.#streams.open(response, SSE, {
      headers,
      principal,
      onOver: (errors) => {
        for (const asked of [...operations.values()]) asked.running?.end(errors);
        place.stream?.end('');
      },
      isAnswering: () => [...operations.values()].some(({ args }) => args.operation !== 'subscription'),
      onClose: () => this.#giveUp(token),
    });
    if (stream === null) return;
    place.stream = stream;
    clearTimeout(place.lapse);
    this.#reserved--;
    for (const [id, asked] of operations) this.#run(stream, operations, id, asked);
  }

  operate(
    request: IncomingMessage,
    response: ServerResponse,
    principal: Principal,
    token: string,
    operation: HttpOperation,
  ): void {
    const place = this.#placeOf(token, principal);
    if (place === undefined) return noSuchStream(response);
    if (this.#streams.isDraining) return busy(response, shuttingDown());
    const id = operation.extensions.operationId;
    if (typeof id !== 'string' || id === '' || id.length > MAX_ID)
      return refuse(
        response,
        400,
        'BAD_REQUEST',
        `expected "extensions.operationId", a text of 1 to ${MAX_ID} characters`,
      );
    const { operations, stream } = place;
    if (operations.has(id)) return refuse(response, 409, 'BAD_REQUEST', 'An operation of this operationId is open.');
    const prepared = this.#prepare(request, principal, operations.size, operation);
    if (prepared.kind === 'refused') {
      const text = JSON.stringify({ errors: prepared.errors });
      const { code, retryAfterMs } = prepared.errors[0]!.extensions;
      if (code === 'RATE_LIMITED') response.setHeader('retry-after', String(Math.ceil(Number(retryAfterMs) / 1_000)));
      return send(response, code === 'RATE_LIMITED' ? 429 : 400, 'application/json; charset=utf-8', text);
    }
    const asked: Asked = { args: prepared.args, running: null };
    operations.set(id, asked);
    send(response, 202, PLAIN, '');
    if (stream !== null) this.#run(stream, operations, id, asked);
  }

  /** Ends an operation; one that is over already is no mistake: the two may have crossed. */
  cancel(response: ServerResponse, principal: Principal, token: string, id: string | null): void {
    const place = this.#placeOf(token, principal);
    if (place === undefined) return noSuchStream(response);
    if (id === null) return refuse(response, 400, 'BAD_REQUEST', 'expected the operation’s "operationId" in the URL');
    const asked = place.operations.get(id);
    if (asked !== undefined) {
      end(asked);
      this.#ended(place.operations, id, place.stream, new SharedFormat(id).end(undefined));
    }
    send(response, 200, PLAIN, '');
  }

  /** Somebody else's stream is none. */
  #placeOf(token: string, { id }: Principal): Place | undefined {
    const place = this.#places.get(token);
    return place?.principal.id === id ? place : undefined;
  }

  #prepare(
    request: IncomingMessage,
    principal: Principal,
    open: number,
    operation: HttpOperation,
  ): ReturnType<GraphDoor['prepare']> {
    try {
      if (open >= this.#limits.maxOperations) throw tooManyOperations(this.#limits.maxOperations, 'stream');
      const prepared = this.#pipeline.prepare(operation, { door: 'sse', principal, deadlineMs: deadlineOf(request) });
      if (prepared.kind === 'ready') return prepared;
      return { kind: 'refused', errors: this.#pipeline.present(prepared.errors) };
    } catch (error) {
      return { kind: 'refused', errors: this.#pipeline.present([error]) };
    }
  }

  #run(stream: ResponseStream, operations: Place['operations'], id: string, asked: Asked): void {
    asked.running = new StreamOperation({
      pipeline: this.#pipeline,
      stream,
      format: new SharedFormat(id),
      args: asked.args,
      onEnd: (last) => this.#ended(operations, id, stream, last),
    });
    void asked.running.run();
  }

  #ended(operations: Place['operations'], id: string, stream: ResponseStream | null, last: string): void {
    operations.delete(id);
    if (stream === null) return;
    stream.write(last);
    this.#streams.answered(stream);
  }

  /** The stream is gone, or never came. */
  #giveUp(token: string): void {
    const place = this.#places.get(token);
    if (place === undefined) return;
    this.#places.delete(token);
    clearTimeout(place.lapse);
    if (place.stream === null) this.#reserved--;
    for (const asked of place.operations.values()) end(asked);
    place.operations.clear();
  }
}

function end({ args, running }: Asked): void {
  if (running === null) args.end();
  else running.stop();
}

function busy(response: ServerResponse, { code, message }: { code: string; message: string }): void {
  response.setHeader('retry-after', '5');
  refuse(response, 503, code, message);
}

function noSuchStream(response: ServerResponse): void {
  refuse(
    response,
    404,
    'NOT_FOUND',
    'There is no stream of this token: it ended, or nobody opened it in time. PUT reserves another.',
  );
}
