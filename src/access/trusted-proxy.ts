import { BlockList, isIP } from 'node:net';
import { rolesOf } from './jwt.js';
import { MAX_BOUND_CUSTOMERS, type Principal } from './principal.js';

/** Headers in which a trusted proxy says who asks. Anybody else's are ignored. */
export const PROXY_HEADERS = {
  /** The caller's name. Without it the request counts as one without credentials. */
  user: 'x-scoregraph-user',
  /** Roles, words with spaces between. */
  roles: 'x-scoregraph-roles',
  /** Customer ids, commas between; absent: all. */
  customers: 'x-scoregraph-customers',
} as const;

/** What a proxy said, taken from the request by the door. */
export interface ProxyClaims {
  readonly user?: string | undefined;
  readonly roles?: string | undefined;
  readonly customers?: string | undefined;
}

/** Believes a proxy that has authenticated the caller already, if it speaks from one of the given addresses. */
export class TrustedProxy {
  readonly #addresses = new BlockList();

  /** @throws Error when one of `addresses` is neither an address nor a range such as `10.0.0.0/8`. */
  constructor(addresses: readonly string[]) {
    for (const text of addresses) {
      const [address = '', bits] = text.split('/');
      const family = isIP(address);
      const length = bits === undefined ? (family === 6 ? 128 : 32) : Number(bits);
      if (family === 0 || !Number.isInteger(length) || length < 0 || length > (family === 6 ? 128 : 32))
        throw new Error(`expected addresses or ranges such as 10.0.0.0/8, got ${JSON.stringify(text)}`);
      this.#addresses.addSubnet(address, length, family === 6 ? 'ipv6' : 'ipv4');
    }
  }

  /** Who asks according to a proxy at `remoteAddress`; null when it is none, or says nothing. */
  principalOf(remoteAddress: string | undefined, { user, roles, customers }: ProxyClaims): Principal | null {
    if (remoteAddress === undefined || user === undefined || user === '' || user.length > 128) return null;
    if (!this.#trusts(remoteAddress)) return null;
    const bound = customers
      ?.split(',')
      .map((id) => id.trim())
      .filter((id) => id !== '');
    if (bound !== undefined && bound.length > MAX_BOUND_CUSTOMERS) return null;
    return {
      id: `proxy:${user}`,
      roles: rolesOf(roles),
      customers: bound === undefined ? 'all' : new Set(bound),
      expiresAt: null,
    };
  }

  #trusts(remoteAddress: string): boolean {
    const address = remoteAddress.startsWith('::ffff:') ? remoteAddress.slice(7) : remoteAddress;
    const family = isIP(address);
    return family !== 0 && this.#addresses.check(address, family === 6 ? 'ipv6' : 'ipv4');
  }
}
