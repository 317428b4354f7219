/** What Apollo's suite takes from jest, from vitest: the two agree on everything it uses, but for a hook that takes a `done`. */
import { vi, afterEach as vitestAfterEach } from 'vitest';

export { afterAll, beforeAll, beforeEach, describe, expect, it, test } from 'vitest';
export const jest = vi;

export function afterEach(run) {
  vitestAfterEach(() => (run.length === 0 ? run() : new Promise((resolve) => run(resolve))));
}
