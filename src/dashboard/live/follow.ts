import type { TypedDocumentString } from '../__generated__/graphql.js';
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
  /** The server will not have it, and says why. */
  refused?(message: string): void;
  /** The position moved: something may be told anew. */
  moved?(position: StreamPosition): void;
}

/**
 * Follows a log-backed stream for as long as the page lives. The cursor of the last message that was handled is passed
 * whenever the operation is sent anew, so that a lost connection or a restarted server loses nothing.
 */
export function follow<TResult, V extends { after?: string | null | undefined }, M extends Message>(
  document: TypedDocumentString<TResult, V>,
  messageOf: (data: TResult) => M,
  { event, notice, refused, moved }: Follower<M>,
): void {
  const position = new StreamPosition();
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
          if (isMark(message)) {
            const told = position.mark(message);
            if (told !== null) notice?.(told);
          } else {
            event(message as Exclude<M, Mark>);
            position.handled(message.cursor);
          }
          moved?.(position);
        },
        refused(errors) {
          if (position.cursor === null) {
            refused?.(errors[0]?.message ?? 'The server refuses this stream.');
            return;
          }
          // Another log than the one that issued the cursor (its folder was replaced): begin with what comes from now on.
          position.forget();
          notice?.({ kind: 'gap', missed: null });
          moved?.(position);
          begin();
        },
      },
    );
  begin();
}

const isMark = (message: Message): message is Mark & Message =>
  message.__typename === 'CaughtUp' || message.__typename === 'Lagged';
