import type { TypedDocumentString } from '../__generated__/graphql.js';
import { sayBusy } from './busy.js';
import { comeBackMs, type GraphError, hasCode, isBusy, isForbidden, isUnauthenticated, told } from './refusals.js';
import { credentials, signInNeeded } from './token.js';

/** How often a call is repeated that a busy server refused, and the longest wait before. */
const TRIES = 4;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;

/** The server refused the whole call, or could not be reached. `errors` is empty when it gave no answer; the message is for people. */
export class GraphRequestError extends Error {
  override readonly name = 'GraphRequestError';
  readonly errors: readonly GraphError[];

  constructor(message: string, errors: readonly GraphError[] = []) {
    super(message);
    this.errors = errors;
  }

  /** This caller may not, now or later: asking again is of no use. */
  get forbidden(): boolean {
    return isForbidden(this.errors);
  }
}

/** An answer may be partial: a model that failed nulls its own field, and `errors` says why. */
export interface Answer<T> {
  readonly data: T;
  readonly errors: readonly GraphError[];
}

/** A call as it came back; no data and no errors where it did not. */
export interface Reply<T> {
  readonly status: number;
  readonly data: T | null;
  readonly errors: readonly GraphError[];
}

/** Sends one operation with these headers. @throws GraphRequestError when the server cannot be reached. */
export async function post<TResult, TVariables>(
  document: TypedDocumentString<TResult, TVariables>,
  variables: TVariables,
  headers: Record<string, string>,
): Promise<Reply<TResult>> {
  let response: Response;
  try {
    response = await fetch('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ query: document.toString(), variables }),
    });
  } catch {
    throw new GraphRequestError('The server cannot be reached.');
  }
  const body = (await response.json().catch(() => null)) as {
    data?: TResult | null;
    errors?: readonly GraphError[];
  } | null;
  return { status: response.status, data: body?.data ?? null, errors: body?.errors ?? [] };
}

/**
 * One query or mutation, over HTTP. What a busy server refuses as a whole is asked again a few times, when it says so: nothing of it ran.
 * @param what what it is for, as the subject of a sentence ("Trying a payment"): so a refusal can be told
 * @throws GraphRequestError when there is no data at all.
 */
export async function ask<TResult, TVariables>(
  document: TypedDocumentString<TResult, TVariables>,
  variables: TVariables,
  what: string,
): Promise<Answer<TResult>> {
  for (let tries = 1; ; tries++) {
    const { status, data, errors } = await post(document, variables, credentials());
    if (isUnauthenticated(errors)) signInNeeded.value = true;
    if (data !== null) return { data, errors };
    if (!isBusy(errors) || tries === TRIES)
      throw new GraphRequestError(told(errors, what, `The server answered ${status}.`), errors);
    const wait = Math.min(LONGEST_WAIT_MS, comeBackMs(errors) ?? FIRST_WAIT_MS * 2 ** tries);
    sayBusy(hasCode(errors, 'RATE_LIMITED'), wait);
    await new Promise((resolve) => setTimeout(resolve, wait * (1 + Math.random() / 4)));
  }
}
