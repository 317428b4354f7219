import util from 'node:util';

/**
 * Puts back two functions that Node 23 removed from `node:util` and that tfjs-node's kernels still call. To be called before
 * TensorFlow computes anything; does nothing where they are there.
 */
export function restoreLegacyUtil(): void {
  const legacy = util as unknown as Record<string, unknown>;
  legacy.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
  legacy.isArray ??= Array.isArray;
}
