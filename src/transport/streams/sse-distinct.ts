import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Principal } from '../../access/principal.js';
import { refuse } from '../http/http-answer.js';
import { deadlineOf } from '../http/http-request.js';
import type { HttpOperation } from '../http/operation-request.js';
import type { GraphDoor } from '../ws/ws.js';
import { MULTIPART, PARTS } from './multipart-format.js';
import { COMPLETED, DISTINCT, SSE } from './sse-format.js';
import { StreamOperation } from './stream-operation.js';
import type { Streams } from './streams.js';

const KINDS = { sse: { type: SSE, format: DISTINCT }, multipart: { type: MULTIPART, format: PARTS } } as const;

/**
 * One operation, one response: graphql-sse's "distinct connections mode", and Apollo's multipart subscriptions. Whatever is wrong with
 * the operation is told in the stream, where clients look for it: an EventSource cannot read any other answer.
 */
export async function streamOperation(
  request: IncomingMessage,
  response: ServerResponse,
  operation: HttpOperation,
  options: {
    readonly kind: keyof typeof KINDS;
    readonly principal: Principal;
    readonly headers: Readonly<Record<string, string>>;
    readonly pipeline: GraphDoor;
    readonly streams: Streams;
  },
): Promise<void> {
  const { kind, principal, headers, pipeline, streams } = options;
  const { type, format } = KINDS[kind];
  const resumeAfter = kind === 'sse' ? lastEventId(request) : undefined;
  if (resumeAfter === COMPLETED) {
    response.writeHead(204).end(); // what tells an EventSource to stop
    return;
  }
  const prepared = prepare();
  const ready = prepared.kind === 'ready' ? prepared.args : null;
  if (ready?.operation === 'mutation' && request.method === 'GET') {
    ready.abandon();
    response.setHeader('allow', 'POST');
    return refuse(response, 405, 'BAD_REQUEST', 'expected POST for a mutation, got GET');
  }
  let running: StreamOperation | null = null;
  const stream = streams.open(response, type, {
    headers,
    principal,
    isAnswering: () => ready !== null && ready.operation !== 'subscription',
    onOver: (errors) => running?.end(errors),
    onClose: () => running?.stop(),
  });
  if (stream === null) return ready?.abandon();
  if (prepared.kind === 'refused') {
    const json = Buffer.from(JSON.stringify({ errors: prepared.errors }));
    stream.write(format.next({ json, cursor: null }));
    stream.end(format.end(undefined));
    return;
  }
  const onEnd = (last: string) => stream.end(last);
  running = new StreamOperation({ pipeline, stream, format, args: prepared.args, resumeAfter, onEnd });
  await running.run();

  function prepare(): ReturnType<GraphDoor['prepare']> {
    try {
      const prepared = pipeline.prepare(operation, { door: kind, principal, deadlineMs: deadlineOf(request) });
      if (prepared.kind === 'ready') return prepared;
      return { kind: 'refused', errors: pipeline.present(prepared.errors) };
    } catch (error) {
      return { kind: 'refused', errors: pipeline.present([error]) };
    }
  }
}

function lastEventId({ headers }: IncomingMessage): string | undefined {
  const id = headers['last-event-id'];
  return id === undefined || id === '' ? undefined : String(id);
}
