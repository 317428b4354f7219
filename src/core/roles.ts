/** What a caller may do. */
export const ROLES = ['viewer', 'scorer', 'ingester', 'operator', 'admin'] as const;
export type Role = (typeof ROLES)[number];

export function isRole(text: unknown): text is Role {
  return (ROLES as readonly unknown[]).includes(text);
}
