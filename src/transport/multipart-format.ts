import type { GraphQLError } from 'graphql';
import type { Frame } from '../graphql/live/frames.js';
import type { ResultFormat, StreamType } from './response-stream.js';

/**
 * Parts of `multipart/mixed;subscriptionSpec=1.0`. A client takes a part when it reads the boundary behind it, so every part is sent
 * with the boundary of the next.
 */
const part = (json: string) => `\r\ncontent-type: application/json\r\n\r\n${json}\r\n--graphql`;

const [HEAD, TAIL] = part('{"payload":*}')
  .split('*')
  .map((text) => Buffer.from(text)) as [Buffer, Buffer];

/**
 * Apollo's multipart protocol for subscriptions. What the operation answers is `payload`; that the stream had to end is told beside
 * it, which Apollo Client gives to its caller as an error. A frame is encoded once for all who get it one after the other.
 */
class MultipartFormat implements ResultFormat {
  #last: { readonly frame: Frame; readonly bytes: Buffer } | null = null;

  next(frame: Frame): Buffer {
    if (this.#last?.frame !== frame) this.#last = { frame, bytes: Buffer.concat([HEAD, frame.json, TAIL]) };
    return this.#last.bytes;
  }

  end(errors: readonly GraphQLError[] | undefined): string {
    return `${errors === undefined ? '' : part(JSON.stringify({ payload: null, errors }))}--\r\n`;
  }
}

export const PARTS: ResultFormat = new MultipartFormat();

export const MULTIPART: StreamType = {
  contentType: 'multipart/mixed;boundary="graphql";subscriptionSpec=1.0',
  opening: '--graphql',
  heartbeat: part('{}'),
  // A stream that merely ended would be complete to Apollo Client.
  goingAway: (shuttingDown) => PARTS.end(shuttingDown),
};
