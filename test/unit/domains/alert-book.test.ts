import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FraudAlert } from '../../../src/core/events.js';
import { AlertBook, alertIdOf, alertThresholds } from '../../../src/domains/fraud/alert-book.js';
import { fraudPrediction } from '../../support/predictions.js';

const rule = () => ({ raise: 0.9, clear: 0.4 });

describe('the alert book', () => {
  it('has at most one standing alert a customer, and raises and clears in turns', () => {
    const payments = fc.array(
      fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.constantFrom(0, 0.1, 0.39, 0.4, 0.6, 0.89, 0.9, 1)),
      { maxLength: 80 },
    );
    fc.assert(
      fc.property(payments, (sequence) => {
        const book = new AlertBook(rule);
        const last = new Map<string, { kind: string; alert: FraudAlert }>();
        sequence.forEach(([customer, probability], i) => {
          const changes = book.observe(fraudPrediction(`t${i}`, customer, probability), i + 1, i) ?? [];
          expect(changes.length).toBeLessThanOrEqual(1);
          for (const change of changes) {
            const before = last.get(customer);
            expect(change.kind).toBe(before?.kind === 'RAISED' ? 'CLEARED' : 'RAISED');
            if (change.kind === 'RAISED') expect(probability).toBeGreaterThanOrEqual(0.9);
            else {
              expect(probability).toBeLessThan(0.4);
              expect(change.alert.alertId).toBe(before!.alert.alertId);
            }
            last.set(customer, change);
          }
          const standing = [...book.standing()].map((alert) => alert.customerId);
          expect(new Set(standing).size).toBe(standing.length);
          expect(book.of(customer) !== undefined).toBe(last.get(customer)?.kind === 'RAISED');
        });
      }),
    );
  });

  it('is the same after a rebuild from its own changes, wherever the rebuild begins', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom('a', 'b'), fc.double({ min: 0, max: 1, noNaN: true }))),
        (sequence) => {
          const book = new AlertBook(rule);
          const changes = sequence.flatMap(
            ([who, p], i) => book.observe(fraudPrediction(`t${i}`, who, p), i + 1, i) ?? [],
          );
          // A saved state may be newer than the place where the replay begins: replaying must not undo it.
          for (const from of [0, changes.length >> 1]) {
            const rebuilt = new AlertBook(rule);
            for (const { alert } of changes) rebuilt.put(alert);
            for (const { alert } of changes.slice(from)) rebuilt.put(alert);
            expect([...rebuilt.standing()].sort(byCustomer)).toEqual([...book.standing()].sort(byCustomer));
          }
        },
      ),
    );
  });

  it('is not moved by what lies between the thresholds, and takes the alert at its own clear threshold', () => {
    let clear = 0.4;
    const book = new AlertBook(() => ({ raise: 0.9, clear }));
    expect(book.observe(fraudPrediction('t1', 'a', 0.9), 1, 10)).toMatchObject([
      { kind: 'RAISED', alert: { alertId: alertIdOf('t1'), transactionId: 't1', clearThreshold: 0.4, raisedAt: 10 } },
    ]);
    clear = 0.8; // another version serves now
    expect(book.observe(fraudPrediction('t2', 'a', 0.5), 2, 20)).toBeNull();
    expect(book.observe(fraudPrediction('t3', 'a', 0.95), 3, 30)).toBeNull();
    expect(book.observe(fraudPrediction('t4', 'a', 0.39), 4, 40)).toMatchObject([
      { kind: 'CLEARED', alert: { cleared: { at: 40, reason: 'PAYMENT_BELOW_THRESHOLD', position: 4 } } },
    ]);
  });

  it('is not cleared by a payment that came before the one that raised it', () => {
    const book = new AlertBook(rule);
    book.observe(fraudPrediction('t9', 'a', 1), 9, 1);
    expect(book.observe(fraudPrediction('t3', 'a', 0), 3, 1)).toBeNull();
    expect(book.size).toBe(1);
  });

  it('is bounded: the oldest alert makes room, and says so', () => {
    const book = new AlertBook(rule, 2);
    book.observe(fraudPrediction('t1', 'a', 1), 1, 1);
    book.observe(fraudPrediction('t2', 'b', 1), 2, 2);
    const changes = book.observe(fraudPrediction('t3', 'c', 1), 3, 3)!;
    expect(changes.map(({ kind, alert }) => [kind, alert.customerId, alert.cleared?.reason])).toEqual([
      ['CLEARED', 'a', 'DISPLACED'],
      ['RAISED', 'c', undefined],
    ]);
    expect([...book.standing()].map((alert) => alert.customerId)).toEqual(['b', 'c']);
  });

  it('takes thresholds from the configuration, else from the version, and never clears above what it raises', () => {
    const version = { review: 0.5, decline: 0.9 };
    const none = { raise: null, clear: null };
    expect(alertThresholds(none, version)).toEqual({ raise: 0.9, clear: 0.5 });
    expect(alertThresholds({ raise: 0.3, clear: null }, version)).toEqual({ raise: 0.3, clear: 0.3 });
    expect(alertThresholds({ raise: 0.8, clear: 0.1 }, null)).toEqual({ raise: 0.8, clear: 0.1 });
    expect(alertThresholds(none, null)).toBeNull();
  });
});

const byCustomer = (a: FraudAlert, b: FraudAlert) => (a.customerId < b.customerId ? -1 : 1);
