import type { IncomingMessage } from 'node:http';
import type { Credentials } from '../access/authentication.js';
import type { Guard } from '../access/guard.js';
import type { Principal } from '../access/principal.js';
import { PROXY_HEADERS } from '../access/trusted-proxy.js';
import { ScoregraphError } from '../core/errors.js';

/** What every door asks of the guard before anything else. */
export type Identifier = Pick<Guard, 'identify' | 'whenOver'>;

const BEARER = /^bearer +(\S+) *$/i;

/** `Bearer …` without the word; a text of another kind as it is, so that it is refused and not taken for nothing. */
function bearerOf(authorization: string | undefined): string | undefined {
  return authorization === undefined ? undefined : (BEARER.exec(authorization)?.[1] ?? authorization);
}

/** What a request shows of who sent it. */
export function credentialsOf({ headers, socket }: IncomingMessage): Credentials {
  return {
    bearer: bearerOf(headers.authorization),
    remoteAddress: socket.remoteAddress,
    proxy: {
      user: text(headers[PROXY_HEADERS.user]),
      roles: text(headers[PROXY_HEADERS.roles]),
      customers: text(headers[PROXY_HEADERS.customers]),
    },
  };
}

/** What a socket shows: `authorization` in its `connection_init` payload, or else what its upgrade request had. */
export function credentialsOfSocket(payload: unknown, upgrade: Credentials): Credentials {
  const { authorization, Authorization } = (payload ?? {}) as { authorization?: unknown; Authorization?: unknown };
  const said = authorization ?? Authorization;
  if (said === undefined || said === null) return upgrade;
  return {
    remoteAddress: upgrade.remoteAddress,
    bearer: bearerOf(typeof said === 'string' ? said : '?') ?? '',
  };
}

const text = (header: string | string[] | undefined) => (typeof header === 'string' ? header : undefined);

/** Who sent a request, or why that is not known. */
export async function identified(
  identifier: Identifier,
  request: IncomingMessage,
  door: string,
): Promise<Principal | ScoregraphError> {
  try {
    return await identifier.identify(credentialsOf(request), door);
  } catch (error) {
    if (error instanceof ScoregraphError) return error;
    throw error;
  }
}
