import { describe, expect, it } from 'vitest';
import { AlertList, type ListedAlert } from '../../../src/dashboard/state/alert-list.js';
import { FigureWindow } from '../../../src/dashboard/state/figure-window.js';
import * as format from '../../../src/dashboard/state/format.js';
import { nextTheme, themeOf } from '../../../src/dashboard/state/theme.js';
import {
  AMOUNT_STEPS,
  AMOUNTS,
  amountOfStep,
  curves,
  hourText,
  hypothetical,
  nextAt,
  stepOfAmount,
} from '../../../src/dashboard/state/trial.js';

describe('a payment that is tried', () => {
  const trial = { customerId: 'c-1', merchant: 'Shop', category: 'travel', amount: 40, hour: 3.5 };
  const noon = Date.UTC(2026, 2, 1, 12);

  it('has an amount on a slider of equal factors, which says the same both ways', () => {
    expect([amountOfStep(0), amountOfStep(AMOUNT_STEPS)]).toEqual([AMOUNTS.least, AMOUNTS.largest]);
    for (let step = 0; step < AMOUNT_STEPS; step++)
      expect(amountOfStep(step + 1)).toBeGreaterThanOrEqual(amountOfStep(step));
    for (const amount of [1, 12, 310, 5_000]) expect(amountOfStep(stepOfAmount(amount)) / amount).toBeCloseTo(1, 0);
    expect([stepOfAmount(0.2), stepOfAmount(1e9)]).toEqual([0, AMOUNT_STEPS]);
  });

  it('happens the next time it is that hour', () => {
    expect(new Date(nextAt(13, noon)).toISOString()).toBe('2026-03-01T13:00:00.000Z');
    expect(new Date(nextAt(3.5, noon)).toISOString()).toBe('2026-03-02T03:30:00.000Z');
    expect(nextAt(24, noon)).toBeLessThan(noon + 12 * 3_600_000);
  });

  it('is told as the graph takes it, and its curves with it', () => {
    expect(hypothetical(trial, 'USD', noon)).toEqual({
      merchant: 'Shop',
      category: 'travel',
      amount: { amount: '40.00', currency: 'USD' },
      occurredAt: '2026-03-02T03:30:00.000Z',
    });
    const { amounts, hours } = curves(trial, 'USD', noon);
    expect([amounts[0]!.amount.amount, amounts.at(-1)!.amount.amount]).toEqual(['1.00', '5000.00']);
    expect(new Set(hours.map(({ amount }) => amount.amount))).toEqual(new Set(['40.00']));
    expect(amounts.length + hours.length).toBeLessThan(100);
    expect([hourText(0), hourText(3.5), hourText(24)]).toEqual(['00:00', '03:30', '00:00']);
  });
});

describe('a list of alerts', () => {
  const alert = (alertId: string, state: ListedAlert['state'], minute = 0): ListedAlert => ({
    alertId,
    state,
    raisedAt: `2026-03-01T12:${String(minute).padStart(2, '0')}:00Z`,
  });
  const ids = (list: AlertList<ListedAlert>) => list.list().map(({ alertId }) => alertId);

  it('has the open ones first, the newest of them first', () => {
    const list = new AlertList();
    list.put(alert('cleared', 'CLEARED', 9));
    list.put(alert('old', 'OPEN', 1));
    list.put(alert('seen', 'ACKNOWLEDGED', 5));
    list.put(alert('new', 'OPEN', 3));
    expect(ids(list)).toEqual(['new', 'old', 'seen', 'cleared']);
    expect(list.open).toBe(2);
  });

  it('takes no older word on an alert: a page may be older than the stream beside it', () => {
    const list = new AlertList();
    list.put(alert('a', 'CLEARED'));
    list.put(alert('a', 'OPEN'));
    expect(list.list()[0]!.state).toBe('CLEARED');
  });

  it('is bounded: the oldest of what is over go first', () => {
    const list = new AlertList();
    for (let i = 0; i < 50; i++) list.put(alert(`c-${i}`, 'CLEARED', i));
    list.put(alert('open', 'OPEN'));
    expect(ids(list)).toHaveLength(21);
    expect(ids(list)[1]).toBe('c-49');
    for (let i = 0; i < 1_000; i++) list.put(alert(`o-${i}`, 'OPEN'));
    expect(ids(list).length).toBeLessThanOrEqual(500);
  });
});

describe('the figures of the last minute', () => {
  const sample = (payments: number, p50Ms: number | null = 4) => ({
    windowSeconds: 1,
    transactionsPerSecond: payments,
    predictionsPerSecond: 2 * payments,
    decisions: { approve: payments, review: 1, decline: 0 },
    scoringLatency: { p50Ms, p99Ms: null },
  });

  it('are nothing before the first message', () => {
    expect(new FigureWindow().figures()).toEqual({
      transactionsPerSecond: null,
      predictionsPerSecond: null,
      decisions: { APPROVE: 0, REVIEW: 0, DECLINE: 0 },
      seconds: 0,
      rates: [],
      p50Ms: null,
      p99Ms: null,
    });
  });

  it('count a minute, calm the rate over some seconds, and keep the last latency there was', () => {
    const window = new FigureWindow();
    for (let i = 0; i < 100; i++) window.add(sample(10));
    window.add(sample(20, null));
    const figures = window.figures();
    expect([figures.seconds, figures.decisions]).toEqual([60, { APPROVE: 610, REVIEW: 60, DECLINE: 0 }]);
    expect([figures.transactionsPerSecond, figures.predictionsPerSecond, figures.p50Ms]).toEqual([12, 24, 4]);
    expect(figures.rates).toHaveLength(60);
  });
});

describe('figures in words', () => {
  it('never round a probability to none or to certain', () => {
    expect(format.percent(1e-30)).toBe('<0.1 %');
    expect(format.percent(0.99999)).toBe('>99.9 %');
    expect([format.percent(0), format.percent(1)]).toEqual(['0.0 %', '100.0 %']);
    expect(format.percent(0.024)).toBe('2.4 %');
  });
  it('have units that fit', () => {
    expect([format.duration(0.84), format.duration(340), format.duration(1_234), format.duration(null)]).toEqual([
      '0.8 ms',
      '340 ms',
      '1.2 s',
      '–',
    ]);
    expect([format.plural(1, 'score'), format.plural(214, 'score')]).toEqual(['1 score', '214 scores']);
    expect(format.money('12.50', 'USD')).toContain('12.50');
    expect(format.money('12.50', 'nonsense')).toBe('12.50 nonsense');
    expect([format.category('shopping_net'), format.category('misc_pos'), format.category('home')]).toEqual([
      'shopping, online',
      'misc, in store',
      'home',
    ]);
    const now = Date.UTC(2026, 2, 1, 12);
    expect([5_000, 180_000, 7_200_000].map((ms) => format.ago(now - ms, now))).toEqual([
      '5 s ago',
      '3 min ago',
      '2 h ago',
    ]);
  });
  it('have the day with the time where it was another', () => {
    const now = new Date(2026, 2, 2, 12).getTime();
    expect(format.moment(new Date(2026, 2, 2, 9, 30, 5).getTime(), now)).toBe('09:30:05');
    expect(format.moment(new Date(2026, 2, 1, 9, 30).getTime(), now)).toMatch(/1.*09:30$|09:30.*1/);
  });
  it('know three themes', () => {
    expect([themeOf(null), themeOf('dark'), themeOf('x')]).toEqual(['system', 'dark', 'system']);
    expect([nextTheme('system'), nextTheme('light'), nextTheme('dark')]).toEqual(['light', 'dark', 'system']);
  });
});
