/** What a caller may do. */
export const ROLES = ['viewer', 'scorer', 'ingester', 'operator', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** Who asks. */
export interface Principal {
  /** Stable and printable: `local`, `key:3f9a1c02`, `jwt:<issuer>#<subject>`, `proxy:<name>`. */
  readonly id: string;
  readonly roles: ReadonlySet<Role>;
  /** The customers this caller may see; `all` without restriction. */
  readonly customers: 'all' | ReadonlySet<string>;
  /** When this identity ends, milliseconds UTC; null: not by itself. */
  readonly expiresAt: number | null;
}

/** The caller of a server that asks nobody who they are; such a server listens on loopback only. */
export const LOCAL_PRINCIPAL: Principal = { id: 'local', roles: new Set(ROLES), customers: 'all', expiresAt: null };

/** Customers that one identity may be bound to. */
export const MAX_BOUND_CUSTOMERS = 1_000;

export function isRole(text: unknown): text is Role {
  return (ROLES as readonly unknown[]).includes(text);
}
