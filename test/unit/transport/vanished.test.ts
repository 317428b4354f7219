import { execFile, spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../../..');
/** Linux, with leave to make a network namespace. */
const MAY = spawnSync('unshare', ['-rn', 'sh', '-c', 'ip link set lo up && test -r /proc/self/net/tcp6']).status === 0;

describe('clients whose machine is gone', () => {
  it.skipIf(!MAY)(
    'are cut off though TCP goes on sending, over IPv4 and IPv6; nobody is as long as he is there',
    async () => {
      const pingMs = 800;
      const { stdout } = await promisify(execFile)(
        'unshare',
        ['-rn', process.execPath, resolve(ROOT, 'test/support/vanished.mjs'), String(pingMs)],
        { cwd: ROOT, timeout: 25_000 },
      );
      const { before, after } = JSON.parse(stdout) as { before: number; after: { address: string; ms: number }[] };
      expect(before).toBe(3);
      expect(after.map(({ address }) => address)).toEqual(['127.0.0.1', '::ffff:127.0.0.1', '::1']);
      for (const { ms } of after) {
        expect(ms).toBeGreaterThan(pingMs);
        expect(ms).toBeLessThan(2.5 * pingMs + 1_500); // the busy machine's part
      }
    },
  );
});
