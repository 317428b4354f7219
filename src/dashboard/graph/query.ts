import type { TypedDocumentString } from '../__generated__/graphql.js';
import { credentials, signInNeeded } from './token.js';

/** An error as the graph presents it. */
export interface GraphError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions?: { readonly code?: string; readonly [key: string]: unknown };
}

/** The server refused the whole call, or could not be reached. `errors` is empty when it gave no answer. */
export class GraphRequestError extends Error {
  override readonly name = 'GraphRequestError';
  readonly errors: readonly GraphError[];

  constructor(message: string, errors: readonly GraphError[] = []) {
    super(message);
    this.errors = errors;
  }
}

/** An answer may be partial: a model that failed nulls its own field, and `errors` says why. */
export interface Answer<T> {
  readonly data: T;
  readonly errors: readonly GraphError[];
}

/** Whether the server wants a token first. */
export const isUnauthenticated = (errors: readonly GraphError[]): boolean =>
  errors.some(({ extensions }) => extensions?.code === 'UNAUTHENTICATED');

/**
 * One query or mutation, over HTTP.
 * @throws GraphRequestError when there is no data at all.
 */
export async function ask<TResult, TVariables>(
  document: TypedDocumentString<TResult, TVariables>,
  variables: TVariables,
): Promise<Answer<TResult>> {
  let response: Response;
  try {
    response = await fetch('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...credentials() },
      body: JSON.stringify({ query: document.toString(), variables }),
    });
  } catch {
    throw new GraphRequestError('The server cannot be reached.');
  }
  const body = (await response.json().catch(() => null)) as {
    data?: TResult | null;
    errors?: readonly GraphError[];
  } | null;
  const errors = body?.errors ?? [];
  if (isUnauthenticated(errors)) signInNeeded.value = true;
  if (body?.data == null)
    throw new GraphRequestError(errors[0]?.message ?? `The server answered ${response.status}.`, errors);
  return { data: body.data, errors };
}
