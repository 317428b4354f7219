import { beforeEach, describe, expect, it } from 'vitest';
import type { ModelPolicyPayload } from '../../../src/core/events.js';
import { silentLogger } from '../../../src/core/logger.js';
import { noMetrics } from '../../../src/core/metrics.js';
import type { RollOut } from '../../../src/core/routing.js';
import type { ArmOutcomeCounts } from '../../../src/data/outcomes.js';
import type { ModelPolicies, ModelPolicyState } from '../../../src/flows/model-policies.js';
import { CANARY, policyOf, RollOuts } from '../../../src/flows/roll-out.js';
import { DEFAULT_GUARDS } from '../../../src/flows/roll-out-guards.js';
import { AliasBook, type AliasMove } from '../../../src/inference/aliases.js';
import { ArmStats } from '../../../src/inference/routing/arm-stats.js';
import { CONTROL } from '../../../src/inference/routing/book.js';

const MINUTE = 60_000;

describe('a roll-out over time', () => {
  let now: number;
  let arms: ArmStats;
  let aliases: AliasBook;
  let accepting: boolean;
  let changes: ModelPolicyPayload[];
  let refuse: Error | null;
  let counts: (from: number | null) => Promise<ArmOutcomeCounts[]>;
  let rollOuts: RollOuts;
  const state = (): ModelPolicyState => ({ ...changes.at(-1)!, changedAt: now });
  const rollOut = () => changes.at(-1)!.rollOut!;
  const answer = (arm: string, rows: number, score = (i: number) => (i % 100) / 100) => {
    for (let i = 0; i < rows; i++)
      arms.answered('fraud', arm, { ms: 2, rows: 1 }, { probability: Float32Array.of(score(i)) });
  };
  const minutes = async (n: number) => {
    for (let i = 0; i < n; i++) {
      now += MINUTE;
      await rollOuts.tick();
    }
  };
  const begin = (more: Partial<RollOut> = {}) => {
    const own: RollOut = {
      ...{ candidate: 2, status: 'RUNNING', steps: [1, 5, 25, 100], step: 0, stepMs: 10 * MINUTE, stepStartedAt: now },
      ...{ rule: [], guards: DEFAULT_GUARDS, promote: true, reason: 'r', ...more },
    };
    changes.push({ policy: policyOf(own), rollOut: own, reason: 'r', by: 'anna' });
  };

  beforeEach(() => {
    now = 1_000_000;
    arms = new ArmStats(noMetrics);
    aliases = new AliasBook();
    aliases.set('fraud', 'champion', { version: 1, history: [], highest: 1, reason: null, by: 'system', changedAt: 0 });
    accepting = true;
    refuse = null;
    counts = async () => [];
    changes = [];
    const policies = {
      get: () => (changes.length === 0 ? null : state()),
      running: () => (rollOut().status === 'RUNNING' ? ['fraud'] : []),
      async change(_model: string, payload: ModelPolicyPayload) {
        if (refuse !== null) throw refuse;
        changes.push(payload);
      },
    } as unknown as ModelPolicies;
    rollOuts = new RollOuts({
      policies,
      inference: {
        registry: { version: () => ({ accepting, state: accepting ? 'AVAILABLE' : 'END' }), get: () => null },
        lifecycle: { exclusively: (_model: string, work: () => Promise<unknown>) => work() },
        aliases,
        arms,
      } as never,
      aliases: {
        async move(move: AliasMove, by: string) {
          aliases.set(move.model, move.alias, aliases.moved(move, by, now));
        },
      },
      outcomes: { counts: (_model, from) => counts(from) },
      clock: { now: () => now, monotonic: () => now },
      logger: silentLogger,
    });
  });

  it('takes a step when it has held its time and has been asked enough, and makes the candidate the champion after the last', async () => {
    begin();
    answer(CONTROL, 1_000);
    answer(CANARY, 199);
    await minutes(60);
    expect(rollOut().step).toBe(0); // one row is missing
    answer(CANARY, 1);
    await minutes(1);
    expect(rollOut()).toMatchObject({ step: 1, reason: '1 % held' });
    expect(changes.at(-1)).toMatchObject({ by: 'system', policy: { arms: [{ percent: 5, version: 2 }] } });
    answer(CANARY, 500);
    await minutes(9);
    expect(rollOut().step).toBe(1); // ten minutes have not passed
    await minutes(1);
    expect(rollOut().step).toBe(2);
    for (const step of [3, 3]) {
      answer(CANARY, 500);
      await minutes(10);
      expect(rollOut().step).toBe(step);
    }
    expect(rollOut()).toMatchObject({ status: 'COMPLETED', reason: 'roll-out: 100 % held' });
    expect(changes.at(-1)!.policy).toBeNull();
    expect(aliases.get('fraud', 'champion')).toMatchObject({ version: 2, by: 'system' });
  });

  it('goes on as a canary at the end where nobody asked for promotion', async () => {
    begin({ steps: [25], promote: false });
    answer(CONTROL, 1_000);
    answer(CANARY, 1_000);
    await minutes(10);
    expect(changes.at(-1)).toMatchObject({ policy: { arms: [{ percent: 25 }] }, rollOut: { status: 'COMPLETED' } });
    expect(aliases.get('fraud', 'champion')?.version).toBe(1);
  });

  it('is taken back at once when a guard is broken, whatever time it had', async () => {
    begin();
    arms.failed('fraud', CANARY, 20);
    await rollOuts.tick();
    expect(changes.at(-1)).toMatchObject({ policy: null, by: 'system', rollOut: { status: 'ROLLED_BACK' } });
    expect(rollOut().reason).toMatch(/^error rate: 20 of 20/);
    expect(aliases.get('fraud', 'champion')?.version).toBe(1);
  });

  it('is taken back when the candidate leaves', async () => {
    begin();
    accepting = false;
    await rollOuts.tick();
    expect(rollOut()).toMatchObject({ status: 'ROLLED_BACK', reason: 'the candidate is END' });
  });

  it('is over when somebody made the candidate the champion', async () => {
    begin();
    aliases.set('fraud', 'champion', { ...aliases.get('fraud', 'champion')!, version: 2 });
    await rollOuts.tick();
    expect(rollOut()).toMatchObject({ status: 'COMPLETED', reason: '2 is the champion' });
  });

  it('does nothing while it is paused', async () => {
    begin({ status: 'PAUSED' });
    arms.failed('fraud', CANARY, 20);
    await minutes(60);
    expect(changes).toHaveLength(1);
  });

  it('tries again when the disk does not take a decision', async () => {
    begin();
    arms.failed('fraud', CANARY, 20);
    refuse = new Error('disk full');
    await rollOuts.tick();
    expect(rollOut().status).toBe('RUNNING');
    refuse = null;
    await rollOuts.tick();
    expect(rollOut().status).toBe('ROLLED_BACK');
  });

  describe('with guards of precision and recall', () => {
    const guards = { ...DEFAULT_GUARDS, maxRecallDrop: 0.05 };
    const told = (arm: string, version: number, truePositives: number, falseNegatives: number): ArmOutcomeCounts => ({
      ...{ arm, version, truePositives, falseNegatives, falsePositives: 0, trueNegatives: 100 },
    });

    it('waits for outcomes before it goes on', async () => {
      begin({ guards });
      answer(CONTROL, 1_000);
      answer(CANARY, 1_000);
      await minutes(60);
      expect(rollOut()).toMatchObject({ status: 'RUNNING', step: 0 });
      counts = async () => [told(CANARY, 2, 40, 0), told(CONTROL, 1, 38, 2)];
      await minutes(1);
      expect(rollOut()).toMatchObject({ status: 'RUNNING', step: 1 });
    });

    it('is taken back when the candidate misses fraud that the champion finds', async () => {
      begin({ guards });
      counts = async () => [told(CANARY, 2, 10, 30), told(CONTROL, 1, 38, 2)];
      await rollOuts.tick();
      expect(rollOut().status).toBe('ROLLED_BACK');
      expect(rollOut().reason).toMatch(/^recall: 0\.250 .* over 140 outcomes against the champion's 0\.950/);
    });

    it('judges each step by what was predicted in it, by the candidate and the champion beside it', async () => {
      begin({ guards });
      answer(CONTROL, 1_000);
      answer(CANARY, 1_000);
      const asked: (number | null)[] = [];
      counts = async (from) => {
        asked.push(from);
        // Of an earlier candidate, of a shadow, and of nobody's policy.
        return [told(CANARY, 3, 0, 500), told('shadow', 2, 0, 500), { ...told('', 2, 0, 500), arm: null }];
      };
      await minutes(1);
      expect(rollOut()).toMatchObject({ status: 'RUNNING', step: 0 });
      expect(asked).toEqual([rollOut().stepStartedAt]);
    });

    it('stays where it is while outcomes cannot be read', async () => {
      begin({ guards });
      answer(CONTROL, 1_000);
      answer(CANARY, 1_000);
      counts = async () => {
        throw new Error('the reader is busy');
      };
      await minutes(60);
      expect(rollOut()).toMatchObject({ status: 'RUNNING', step: 0 });
    });

    it('does not read outcomes that no guard asks for', async () => {
      begin();
      counts = async () => {
        throw new Error('nobody asked');
      };
      answer(CONTROL, 1_000);
      answer(CANARY, 1_000);
      await minutes(10);
      expect(rollOut().step).toBe(1);
    });
  });
});
