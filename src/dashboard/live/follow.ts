import type { TypedDocumentString } from '../__generated__/graphql.js';
import { hasCode, told } from '../graph/refusals.js';
import { subscribe } from '../graph/socket.js';
import { type Mark, type Notice, StreamPosition } from '../state/resume.js';

interface Message {
  readonly __typename: string;
  readonly cursor: string;
}

export interface Follower<M extends Message> {
  /** One of the stream's own messages. */
  event(message: Exclude<M, Mark>): void;
  /** A resume was caught up, or messages are missing. */
  notice?(notice: Notice): void;
  /** The server will not have it, and why in a sentence; null when it will again. */
  problem?(message: string | null): void;
  /** The first message of all came: everything from here on is told. */
  began?(): void;
  /** The position moved: something may be told anew. */
  moved?(position: StreamPosition): void;
}

/**
 * Follows a log-backed stream for as long as the page lives. The cursor of the last message that was handled is passed
 * whenever the operation is sent anew, so that a lost connection or a restarted server loses nothing.
 * @param what what the stream is for, as the subject of a sentence
 */
export function follow<TResult, V extends { after?: string | null | undefined }, M extends Message>(
  document: TypedDocumentString<TResult, V>,
  messageOf: (data: TResult) => M,
  what: string,
  { event, notice, problem, began, moved }: Follower<M>,
): void {
  const position = new StreamPosition();
  let refusedBefore = false;
  let begun = false;
  const begin = () =>
    subscribe(
      document,
      () => {
        position.lost(); // sent again with a cursor: what follows is a resume
        return { after: position.cursor } as V;
      },
      {
        next(data) {
          const message = messageOf(data);
          if (refusedBefore) {
            refusedBefore = false;
            problem?.(null);
          }
          if (isMark(message)) {
            const told = position.mark(message);
            if (told !== null) notice?.(told);
          } else {
            event(message as Exclude<M, Mark>);
            position.handled(message.cursor);
          }
          moved?.(position);
          if (!begun) {
            begun = true;
            began?.();
          }
        },
        refused(errors) {
          if (position.cursor === null || !hasCode(errors, 'BAD_USER_INPUT')) {
            refusedBefore = true;
            problem?.(told(errors, what, 'The server refuses this stream.'));
            return;
          }
          // Another log than the one that issued the cursor (its folder was replaced): begin with what comes from now on.
          position.forget();
          notice?.({ kind: 'gap', missed: null });
          moved?.(position);
          leave();
          leave = begin();
        },
      },
    );
  let leave = begin();
}

const isMark = (message: Message): message is Mark & Message =>
  message.__typename === 'CaughtUp' || message.__typename === 'Lagged';
