import { quote } from '../../core/money.js';
import type { OperationRequest } from '../../graphql/pipeline.js';

/** An operation as HTTP brings it. */
export interface HttpOperation extends OperationRequest {
  readonly extensions: Readonly<Record<string, unknown>>;
}

/** The operation of a JSON body; a sentence when it is none. */
export function operationOfBody(body: unknown): HttpOperation | string {
  if (Array.isArray(body)) return 'Operation batching disabled.'; // Apollo's words, who answers most bodies
  if (!isObject(body)) return 'expected a JSON object with "query"';
  const { query, operationName = null, variables = null, extensions = null } = body;
  if (typeof query !== 'string' || query === '') return 'expected "query" to be a text that is not empty';
  if (operationName !== null && typeof operationName !== 'string') return 'expected "operationName" to be a text';
  if (variables !== null && !isObject(variables)) return 'expected "variables" to be an object';
  if (extensions !== null && !isObject(extensions)) return 'expected "extensions" to be an object';
  return { query, operationName, variables, extensions: extensions ?? {} };
}

/** The operation of a GET, `variables` and `extensions` being JSON; a sentence when it is none. */
export function operationOfSearch(search: URLSearchParams): HttpOperation | string {
  const body: Record<string, unknown> = {};
  for (const name of ['query', 'operationName', 'variables', 'extensions']) {
    const [text, ...more] = search.getAll(name);
    if (more.length > 0) return `expected "${name}" once in the URL`;
    if (text === undefined || text === '') continue;
    if (name === 'query' || name === 'operationName') body[name] = text;
    else {
      try {
        body[name] = JSON.parse(text);
      } catch {
        return `expected "${name}" in the URL to be JSON, got ${quote(text)}`;
      }
    }
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
