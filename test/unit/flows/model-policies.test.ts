import { describe, expect, it } from 'vitest';
import { type Clock, systemClock } from '../../../src/core/clock.js';
import type { ModelPolicyPayload } from '../../../src/core/events.js';
import { silentLogger } from '../../../src/core/logger.js';
import { ModelPolicies } from '../../../src/flows/model-policies.js';
import { AliasBook } from '../../../src/inference/aliases.js';
import { RoutingBook } from '../../../src/inference/routing/book.js';
import { roomOfEach } from '../../support/data-room.js';

const canary = (percent: number, version = 2): ModelPolicyPayload => ({
  policy: { kind: 'CANARY', arms: [{ name: 'canary', version, percent }], rule: [], shadow: null },
  rollOut: null,
  reason: 'because',
  by: 'anna',
});

describe('policies that outlive the server', () => {
  const room = roomOfEach();
  const open = async (log = room.data.events, clock: Pick<Clock, 'now'> = systemClock) => {
    const aliases = new AliasBook();
    const policies = await ModelPolicies.open({
      book: new RoutingBook(),
      aliases,
      log,
      snapshots: room.data.snapshots,
      append: room.append,
      clock: { ...systemClock, ...clock },
      logger: silentLogger,
    });
    return { policies, aliases };
  };

  it('hold at once, and are as the log left them', async () => {
    const { policies, aliases } = await open();
    await policies.change('fraud', canary(5));
    await policies.change('fraud', canary(25, 3));
    expect(policies.book.get('fraud')).toEqual(canary(25, 3).policy);
    expect(aliases.aliased('fraud')).toEqual(new Set([3]));
    const again = await open();
    expect(again.policies.get('fraud')).toMatchObject(canary(25, 3));
    expect(again.policies.book.get('fraud')).toEqual(canary(25, 3).policy);
    expect(again.aliases.aliased('fraud')).toEqual(new Set([3]));
  });

  it('are kept when the events are not', async () => {
    const { policies } = await open();
    await policies.change('fraud', canary(5));
    policies.see(room.appended);
    await policies.close();
    expect((await open(room.withoutEvents())).policies.get('fraud')).toEqual(policies.get('fraud'));
  });

  it('do not go back when the log is handed out behind a newer change', async () => {
    const { policies } = await open();
    await policies.change('fraud', canary(5));
    const late = room.appended.slice();
    await new Promise((done) => setTimeout(done, 5));
    await policies.change('fraud', { ...canary(5), policy: null });
    policies.see(late);
    expect(policies.book.get('fraud')).toBeNull();
  });

  it('hold whatever the clock says: within one millisecond, and when it was set back', async () => {
    let now = 1_700_000_000_000;
    const { policies } = await open(room.data.events, { now: () => now });
    for (let percent = 1; percent <= 20; percent++) {
      await policies.change('fraud', canary(percent));
      expect(policies.book.get('fraud')!.arms[0]!.percent).toBe(percent);
    }
    now -= 3_600_000;
    await policies.change('fraud', canary(50));
    expect(policies.get('fraud')).toMatchObject({ ...canary(50), changedAt: now });
    policies.see(room.appended);
    expect((await open()).policies.get('fraud')).toMatchObject({ ...canary(50), changedAt: now });
  });

  it('do not change when the disk does not take it', async () => {
    const { policies } = await open();
    await policies.change('fraud', canary(5));
    await room.data.close();
    await expect(policies.change('fraud', canary(50))).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
    expect(policies.book.get('fraud')).toEqual(canary(5).policy);
  });
});
