import type { VersionPolicy } from './ports.js';

/**
 * The versions that a policy wants loaded, of `versions` (ascending). Aliased ones are pinned: they are wanted whatever the policy says.
 */
export function wanted(policy: VersionPolicy, aliased: ReadonlySet<number>, versions: readonly number[]): Set<number> {
  return new Set(
    versions.filter((number, index) => aliased.has(number) || isChosen(policy, versions.length, number, index)),
  );
}

function isChosen(policy: VersionPolicy, count: number, number: number, index: number): boolean {
  switch (policy.kind) {
    case 'all':
      return true;
    case 'latest':
      return index >= count - policy.count;
    case 'specific':
      return policy.versions.includes(number);
  }
}
