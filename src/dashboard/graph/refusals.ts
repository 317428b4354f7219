/** An error as the graph presents it. */
export interface GraphError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions?: { readonly code?: string; readonly retryAfterMs?: number; readonly [key: string]: unknown };
}

/** Whether one of them has this code. */
export const hasCode = (errors: readonly GraphError[], ...codes: string[]): boolean =>
  errors.some(({ extensions }) => codes.includes(extensions?.code ?? ''));

/** Whether the server wants a token first. */
export const isUnauthenticated = (errors: readonly GraphError[]): boolean => hasCode(errors, 'UNAUTHENTICATED');

/** Whether this caller may not have what was asked for, now or later. */
export const isForbidden = (errors: readonly GraphError[]): boolean => hasCode(errors, 'FORBIDDEN');

/** Refusals for want of room: the same call goes through a little later. */
export const isBusy = (errors: readonly GraphError[]): boolean => hasCode(errors, 'RATE_LIMITED', 'QUEUE_FULL');

/** When the server says that it makes sense to ask again, ms; null where it does not say. */
export function comeBackMs(errors: readonly GraphError[]): number | null {
  const said = errors.map(({ extensions }) => extensions?.retryAfterMs).filter((ms) => typeof ms === 'number');
  return said.length === 0 ? null : Math.max(...said);
}

/**
 * A refusal in words for the person in front of the page.
 * @param what what they were about, as the subject of a sentence: "Trying a payment"
 * @param otherwise what is said when there is no error that says anything
 */
export function told(errors: readonly GraphError[], what: string, otherwise: string): string {
  const [first] = errors;
  if (first === undefined) return otherwise;
  switch (first.extensions?.code) {
    case 'FORBIDDEN': {
      const role = /needs the role (\w+)/.exec(first.message)?.[1];
      if (role !== undefined) return `${what} needs the role ${role}, which your token does not have.`;
      if (first.message.includes('about all customers'))
        return `${what} is about all customers; your token is for some of them.`;
      return first.message;
    }
    case 'RATE_LIMITED':
      return 'Your share of the server is used up for the moment. Try again in a few seconds.';
    case 'QUEUE_FULL':
      return 'The server has more to do than it can just now. Try again in a few seconds.';
    default:
      return first.message;
  }
}
