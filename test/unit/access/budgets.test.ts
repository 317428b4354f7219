import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Budgets } from '../../../src/access/budgets.js';
import { LOCAL_PRINCIPAL } from '../../../src/access/principal.js';

const principal = (id: string) => ({ id }) as never;

describe('budgets', () => {
  it('never give more than was saved up and came back', () => {
    const step = fc.record({ wait: fc.nat({ max: 3_000 }), ms: fc.integer({ min: 1, max: 400 }), spend: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let now = 0;
        const account = new Budgets({ clock: { monotonic: () => now }, msPerSecond: 100, burstMs: 300 }).accountOf(
          principal('a'),
        )!;
        let taken = 0;
        for (const { wait, ms, spend } of steps) {
          now += wait;
          if (spend && account.waitMs() === 0) {
            account.spend(ms);
            taken += ms;
          } else if (account.take(ms) === 0) taken += ms;
          expect(taken).toBeLessThanOrEqual(300 + now / 10 + 400); // the last one may have been spent ahead
          expect(account.remaining()).toBeLessThanOrEqual(300);
        }
      }),
    );
  });

  it('say exactly when there is enough again', () => {
    let now = 0;
    const account = new Budgets({ clock: { monotonic: () => now }, msPerSecond: 100, burstMs: 300 }).accountOf(
      principal('a'),
    )!;
    account.spend(500);
    expect(account.remaining()).toBe(-200);
    expect(account.fullInMs()).toBe(5_000);
    const wait = account.waitMs();
    now += wait - 20;
    expect(account.waitMs()).toBeGreaterThan(0);
    now += 20;
    expect(account.waitMs()).toBe(0);
    now += account.take(250);
    expect(account.take(250)).toBe(0);
  });

  it('do not take somebody for the local caller by their name', () => {
    const budgets = new Budgets({ clock: { monotonic: () => 0 }, msPerSecond: null, burstMs: 100 });
    expect(budgets.accountOf(LOCAL_PRINCIPAL)).toBeNull();
    expect(budgets.accountOf({ ...LOCAL_PRINCIPAL })).not.toBeNull();
  });

  it('hold a bounded number of callers, and forget those first who owe nothing', () => {
    let now = 0;
    const budgets = new Budgets({ clock: { monotonic: () => now }, msPerSecond: 1, burstMs: 100, maxAccounts: 50 });
    budgets.accountOf(principal('in debt'))!.spend(90);
    for (let i = 0; i < 500; i++) budgets.accountOf(principal(`passer-by ${i}`));
    expect(budgets.size).toBeLessThanOrEqual(50);
    expect(budgets.accountOf(principal('in debt'))!.remaining()).toBe(10);
    for (let i = 0; i < 500; i++, now++) {
      budgets.accountOf(principal(`busy ${i}`))!.spend(50);
      expect(budgets.size).toBeLessThanOrEqual(50);
    }
    expect(budgets.accountOf(principal('busy 499'))!.remaining()).toBeLessThan(52);
  });
});
