import type { GraphQLError } from 'graphql';
import type { Frame } from '../graphql/live/frames.js';
import type { ResultFormat, StreamType } from './response-stream.js';

/** A comment: it means nothing to anybody but the proxies between. */
const COMMENT = ':\n\n';

export const SSE: StreamType = {
  contentType: 'text/event-stream; charset=utf-8',
  opening: COMMENT,
  heartbeat: COMMENT,
  // A client that is told `complete` would not come again; one whose stream just ends does.
  goingAway: () => '',
};

/**
 * The `id` of the last event of an operation that came to its end. An EventSource connects again whatever happened, and then names
 * it: so it can be told that nothing is left to come. An operation that had to end can be resumed.
 */
export const COMPLETED = 'complete';

/**
 * One operation that has a stream to itself (graphql-sse, "distinct connections mode"). `id` carries the cursor, which an
 * EventSource brings back as `Last-Event-ID`. A frame is encoded once for all who get it one after the other.
 */
class DistinctFormat implements ResultFormat {
  #last: { readonly frame: Frame; readonly bytes: Buffer } | null = null;

  next(frame: Frame): Buffer {
    if (this.#last?.frame !== frame) {
      const id = frame.cursor === null ? '' : `id: ${frame.cursor}\n`;
      this.#last = { frame, bytes: event(`event: next\n${id}data: `, frame.json, '\n\n') };
    }
    return this.#last.bytes;
  }

  end(errors: readonly GraphQLError[] | undefined): string {
    if (errors === undefined) return `event: complete\nid: ${COMPLETED}\ndata:\n\n`;
    return `event: next\ndata: ${JSON.stringify({ errors })}\n\nevent: complete\ndata:\n\n`;
  }
}

export const DISTINCT: ResultFormat = new DistinctFormat();

/** One of the operations that share a stream (graphql-sse, "single connection mode"). */
export class SharedFormat implements ResultFormat {
  readonly #id: string;
  readonly #head: string;

  constructor(operationId: string) {
    this.#id = JSON.stringify(operationId);
    this.#head = `event: next\ndata: {"id":${this.#id},"payload":`;
  }

  next({ json }: Frame): Buffer {
    return event(this.#head, json, '}\n\n');
  }

  end(errors: readonly GraphQLError[] | undefined): string {
    const last = errors === undefined ? '' : `${this.#head}${JSON.stringify({ errors })}}\n\n`;
    return `${last}event: complete\ndata: {"id":${this.#id}}\n\n`;
  }
}

/** JSON has no line breaks of its own, so it is one line of an event. */
function event(head: string, json: Buffer, tail: string): Buffer {
  return Buffer.concat([Buffer.from(head), json, Buffer.from(tail)]);
}
