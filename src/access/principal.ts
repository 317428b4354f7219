import { ScoregraphError } from '../core/errors.js';
import { ROLES, type Role } from '../core/roles.js';

/** What a role may do beside its own: who asks for predictions also reads them; an admin may do everything. */
const INCLUDED: Readonly<Record<Role, readonly Role[]>> = {
  viewer: [],
  scorer: ['viewer'],
  ingester: [],
  operator: ['viewer'],
  admin: ['viewer', 'scorer', 'ingester', 'operator'],
};

/** The roles that holding `roles` comes to. */
export function withIncluded(roles: Iterable<Role>): ReadonlySet<Role> {
  const all = new Set<Role>();
  for (const role of roles) {
    all.add(role);
    for (const included of INCLUDED[role]) all.add(included);
  }
  return all;
}

/** Who asks. */
export interface Principal {
  /** Stable and printable: `local`, `key:3f9a1c02`, `jwt:<issuer>#<subject>`, `proxy:<name>`. */
  readonly id: string;
  /** Included ones among them: see `withIncluded`. */
  readonly roles: ReadonlySet<Role>;
  /** The customers this caller may see; `all` without restriction. */
  readonly customers: CustomerScope;
  /** When this identity ends, milliseconds UTC; null: not by itself. */
  readonly expiresAt: number | null;
}

/** Customers that somebody may see. */
export type CustomerScope = 'all' | ReadonlySet<string>;

/** Whether a customer is among those. */
export const inScope = (customers: CustomerScope, customerId: string): boolean =>
  customers === 'all' || customers.has(customerId);

/** The caller of a server that asks nobody who they are; such a server listens on loopback only. */
export const LOCAL_PRINCIPAL: Principal = { id: 'local', roles: new Set(ROLES), customers: 'all', expiresAt: null };

/** Customers that one identity may be bound to. */
export const MAX_BOUND_CUSTOMERS = 1_000;

/** What is said to somebody whose token has expired. A new one gets them in again. */
export const principalEnded = () => new ScoregraphError('UNAUTHENTICATED', 'the token has expired');
