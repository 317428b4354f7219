import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { readConfig } from '../config/config.js';

/** Where a running server is, and what it is shown. */
export interface ServerOptions {
  readonly url?: string;
  readonly tokenFile?: string;
}

/** The options of commands that ask a running server. */
export const withServerOptions = (command: Command): Command =>
  command
    .option('--url <url>', 'where the server is; default: as HOST and PORT say')
    .option('--token-file <file>', 'file with the API key or token that the server wants');

/** Where the server is: as was said, or as its settings say. */
function serverAt(url: string | undefined): string {
  if (url !== undefined) return url;
  const { host, port } = readConfig();
  if (port === 0) throw new Error('expected --url: PORT=0 does not tell where the server is');
  return `http://${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${port}`;
}

/** Asks a running server over its graph. @throws Error with what the server said, or that there is none. */
export async function ask(
  { url, tokenFile }: ServerOptions,
  query: string,
  variables: object,
): Promise<Record<string, unknown>> {
  const address = serverAt(url);
  const token = tokenFile === undefined ? null : readFileSync(tokenFile, 'utf8').trim();
  let response: Response;
  try {
    response = await fetch(new URL('/graphql', address), {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token === null ? {} : { authorization: `Bearer ${token}` }) },
      body: JSON.stringify({ query, variables }),
    });
  } catch (cause) {
    throw new Error(`no server answers at ${address}: start one, or say where it is with --url`, { cause });
  }
  const text = await response.text();
  let answer: { data?: Record<string, unknown> | null; errors?: { message: string }[] };
  try {
    answer = JSON.parse(text);
  } catch {
    throw new Error(`${address}: expected a GraphQL answer, got ${response.status} ${text.slice(0, 200)}`);
  }
  if (answer.errors?.length) throw new Error(answer.errors.map(({ message }) => message).join('; '));
  if (answer.data == null)
    throw new Error(`${address}: expected an answer of the graph, got status ${response.status}`);
  return answer.data;
}
