import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Decision, type Payment, Ticker } from '../../../src/dashboard/state/ticker.js';

let made = 0;
const payment = (decision: Decision | null = 'APPROVE', more: Partial<Payment> = {}): Payment => ({
  transactionId: `t-${++made}`,
  customerId: 'c-1',
  merchant: 'Stark Inc',
  category: 'grocery_pos',
  amount: '12.50',
  currency: 'USD',
  occurredAt: '2026-03-01T12:00:00Z',
  scoredAt: 0,
  simulated: false,
  probability: 0.01,
  decision,
  ...more,
});
const fill = (ticker: Ticker, n: number, decision: Decision = 'APPROVE') => {
  for (let i = 0; i < n; i++) ticker.add(payment(decision));
};
const numbers = (ticker: Ticker, limit = 10_000) => ticker.list(limit).map(({ number }) => number);

describe('the list of payments', () => {
  it('shows the newest first and keeps so many of each decision: the rare ones are not pushed out', () => {
    const ticker = new Ticker(10);
    fill(ticker, 2, 'DECLINE');
    fill(ticker, 100);
    expect(numbers(ticker)).toEqual([102, 101, 100, 99, 98, 97, 96, 95, 94, 93, 2, 1]);
    expect(numbers(ticker, 3)).toEqual([102, 101, 100]);
    expect(ticker.total).toBe(102);
  });

  it('puts what was paid before the page was opened below everything, each payment once', () => {
    const ticker = new Ticker(10);
    expect(ticker.empty).toBe(true);
    const [scored, unscored] = [payment('DECLINE'), payment(null, { probability: null })];
    fill(ticker, 2); // while the older ones were asked for
    const came = payment();
    ticker.add(came);
    const older = payment('REVIEW');
    expect(ticker.addBefore([came, unscored, scored, older])).toEqual([unscored, scored, older]);
    const ids = () => ticker.list(10).map(({ transactionId }) => transactionId);
    expect(ids().slice(2)).toEqual([
      expect.any(String),
      unscored.transactionId,
      scored.transactionId,
      older.transactionId,
    ]);
    expect([ticker.total, ticker.empty]).toEqual([3, false]);
    // It was being scored meanwhile: it comes by the stream as well.
    expect(ticker.add(scored)).toBe(false);
    expect(ids()).toHaveLength(6);
    // One that had no score yet is shown anew, with it.
    expect(ticker.add({ ...unscored, probability: 0.02, decision: 'APPROVE' })).toBe(true);
    expect(ids()).toHaveLength(6);
    expect(ids()[0]).toBe(unscored.transactionId);
    expect(ticker.total).toBe(4);
    ticker.pause();
    fill(ticker, 3);
    expect(ids()).toHaveLength(6);
    ticker.resume();
    expect(ticker.list(20).filter((row) => ticker.wasMissed(row))).toHaveLength(3);
    fill(ticker, 50);
    expect(ticker.list(100)).toHaveLength(12); // ten approved, and the flagged two
  });

  it('holds still while paused and shows everything that was missed afterwards, marked', () => {
    const ticker = new Ticker(10, 500);
    fill(ticker, 5);
    ticker.pause();
    fill(ticker, 214);
    expect(numbers(ticker)).toEqual([5, 4, 3, 2, 1]);
    expect([ticker.paused, ticker.waiting]).toEqual([true, 214]);
    expect(ticker.resume()).toBe(214);
    const rows = ticker.list(10_000);
    expect(rows).toHaveLength(219);
    expect(rows.filter((row) => ticker.wasMissed(row)).map(({ number }) => number)).toEqual(
      Array.from({ length: 214 }, (_, i) => 219 - i),
    );
    expect([ticker.paused, ticker.waiting, ticker.shed]).toEqual([false, 0, 0]);
  });

  it('gives what a pause piled up back little by little, not at once', () => {
    const ticker = new Ticker(10, 500);
    ticker.pause();
    fill(ticker, 100);
    ticker.resume();
    fill(ticker, 5);
    expect(ticker.list(10_000)).toHaveLength(95);
    fill(ticker, 200);
    expect(ticker.list(10_000)).toHaveLength(10);
  });

  it('says how many of a very long pause it could not keep', () => {
    const ticker = new Ticker(10, 50);
    fill(ticker, 10);
    ticker.pause();
    fill(ticker, 80);
    expect(ticker.resume()).toBe(80);
    expect(ticker.shed).toBe(30);
    expect(ticker.list(10_000)).toHaveLength(50);
  });

  it('filters what is kept, so that a filter brings back what came before it', () => {
    const ticker = new Ticker();
    ticker.add(payment('APPROVE', { customerId: 'c-7' }));
    ticker.add(payment('DECLINE', { merchant: 'Corner Shop' }));
    ticker.add(payment('REVIEW', { category: 'travel' }));
    ticker.add(payment(null, { customerId: null }));
    const found = (filter: Parameters<Ticker['list']>[1]) => ticker.list(10, filter).map(({ number }) => number);
    expect(found({ decisions: new Set<Decision>(['DECLINE', 'REVIEW']) })).toEqual([3, 2]);
    expect(found({ text: ' corner' })).toEqual([2]);
    expect(found({ text: 'c-7' })).toEqual([1]);
    expect(found({ text: 'TRAVEL', decisions: new Set<Decision>(['REVIEW']) })).toEqual([3]);
    expect(found({ decisions: new Set() })).toEqual([]);
    expect(found({})).toEqual([4, 3, 2, 1]);
  });

  it('never keeps more than it may, is always in order, and counts all', () => {
    const step = fc.constantFrom<Decision | 'pause' | 'resume'>('APPROVE', 'REVIEW', 'DECLINE', 'pause', 'resume');
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const ticker = new Ticker(5, 20);
        let added = 0;
        for (const what of steps) {
          if (what === 'pause') ticker.pause();
          else if (what === 'resume') ticker.resume();
          else {
            ticker.add(payment(what));
            added++;
          }
        }
        const shown = numbers(ticker);
        expect(ticker.total).toBe(added);
        expect(shown.length).toBeLessThanOrEqual(3 * 20);
        expect(shown).toEqual([...new Set(shown)].sort((a, b) => b - a));
      }),
    );
  });
});
