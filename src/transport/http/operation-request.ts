import { quote } from '../../core/money.js';
import { problemOfRequest } from '../../graphql/documents/documents.js';
import type { OperationRequest } from '../../graphql/pipeline.js';

/** An operation as HTTP brings it. */
export interface HttpOperation extends OperationRequest {
  readonly extensions: Readonly<Record<string, unknown>>;
}

/** The operation of a JSON body; a sentence when it is none. Whether its document is known is for `Documents` to say. */
export function operationOfBody(body: unknown): HttpOperation | string {
  if (Array.isArray(body)) return 'expected one operation, got a list: batching is not supported';
  if (!isObject(body)) return 'expected a JSON object with "query" or "documentId"';
  const { query, documentId, operationName = null, variables = null, extensions = null } = body;
  if (operationName !== null && typeof operationName !== 'string') return 'expected "operationName" to be a text';
  if (variables !== null && !isObject(variables)) return 'expected "variables" to be an object';
  if (extensions !== null && !isObject(extensions)) return 'expected "extensions" to be an object';
  const operation = { query, documentId, operationName, variables, extensions: extensions ?? {} };
  return problemOfRequest(operation) ?? operation;
}

/** The operation of a GET, `variables` and `extensions` being JSON; a sentence when it is none. */
export function operationOfSearch(search: URLSearchParams): HttpOperation | string {
  const body: Record<string, unknown> = {};
  for (const name of ['query', 'documentId', 'operationName', 'variables', 'extensions']) {
    const [text, ...more] = search.getAll(name);
    if (more.length > 0) return `expected "${name}" once in the URL`;
    if (text === undefined || text === '') continue;
    if (name === 'variables' || name === 'extensions') {
      try {
        body[name] = JSON.parse(text);
      } catch {
        return `expected "${name}" in the URL to be JSON, got ${quote(text)}`;
      }
    } else body[name] = text;
  }
  return operationOfBody(body);
}

/** What stands behind the `?` of a URL. */
export function searchOf(url: string): URLSearchParams {
  const query = url.indexOf('?');
  return new URLSearchParams(query < 0 ? '' : url.slice(query));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
