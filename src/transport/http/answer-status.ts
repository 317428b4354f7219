import type { IncomingMessage } from 'node:http';
import { operationOfBody, operationOfSearch, searchOf } from './operation-request.js';

const NAMES_JSON = /(?:^|[,\s])application\/json\s*(?:[;,]|$)/i;

/**
 * The status of an answer that Apollo gave 400 after it took the request up. GraphQL over HTTP keeps the status of `application/json` for
 * requests that are none: whoever asks for that type by name reads in the answer, sent with 200, that the document does not parse,
 * does not fit the schema or its variables do not fit. Whoever asks for `application/graphql-response+json`, or for nothing in
 * particular, gets the 400, as from any Apollo Server.
 *
 * @param type the answer's content type, which was chosen by the Accept header
 * @param body what a POST's JSON said
 */
export function statusOfRefused(request: IncomingMessage, type: string | undefined, body: unknown): 200 | 400 {
  if (!NAMES_JSON.test(request.headers.accept ?? '') || !type?.startsWith('application/json')) return 400;
  const operation = request.method === 'POST' ? operationOfBody(body) : operationOfSearch(searchOf(request.url!));
  return typeof operation === 'string' ? 400 : 200;
}
