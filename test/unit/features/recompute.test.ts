import { describe, expect, it } from 'vitest';
import type { StoredEvent } from '../../../src/core/events.js';
import { customerReducer, emptyCustomer } from '../../../src/features/customer-state.js';
import { FRAUD_FEATURES, fraudVector } from '../../../src/features/fraud-features.js';

/**
 * The card features once more, written apart from `src/features`: plain, slow, from the raw rows each time. Payments are looked at
 * in log order; `rows` are those before the one in question.
 */
interface Row {
  readonly card: string;
  readonly category: string;
  readonly cents: number;
  readonly at: number;
}
const KNOWN = [
  'entertainment',
  'food_dining',
  'gas_transport',
  'grocery_net',
  'grocery_pos',
  'health_fitness',
  'home',
  'kids_pets',
  'misc_net',
  'misc_pos',
  'personal_care',
  'shopping_net',
  'shopping_pos',
  'travel',
];
const DAY = 24 * 3600 * 1000;

function plainFeatures(rows: readonly Row[], row: Row, birth: string | null): number[] {
  const mine = rows.filter((r) => r.card === row.card);
  const mean = (list: readonly Row[]) => list.reduce((sum, r) => sum + r.cents, 0) / list.length / 100;
  const dollars = row.cents / 100;
  const date = new Date(row.at);
  const hour =
    date.getUTCHours() +
    date.getUTCMinutes() / 60 +
    date.getUTCSeconds() / 3600 +
    date.getUTCMilliseconds() / 3_600_000;
  const newest = Math.max(...mine.map((r) => r.at), Number.NEGATIVE_INFINITY);
  const until = Math.max(newest, row.at);
  // A payment that came more than a day late never entered the window.
  const entered = mine.filter((r, i) => r.at > Math.max(...mine.slice(0, i + 1).map((q) => q.at)) - DAY);
  const day = entered.filter((r) => r.at > until - DAY);
  const kind = (c: string) => (KNOWN.includes(c) ? c : 'other');
  const same = mine.filter((r) => kind(r.category) === kind(row.category));
  const own = mine.length > 0 ? mean(mine) : dollars;
  const ownCategory = same.length > 0 ? mean(same) : own;
  const gap = mine.length > 0 ? Math.min(720, Math.max(0, row.at - newest) / 3_600_000) : 720;
  const daySum = day.reduce((sum, r) => sum + r.cents, 0) / 100;
  const age = birth === null ? 45 : Math.min(120, Math.max(0, (row.at - Date.parse(birth)) / (365.25 * DAY)));
  return [
    Math.log1p(dollars),
    Math.sin((hour / 24) * 2 * Math.PI),
    Math.cos((hour / 24) * 2 * Math.PI),
    hour >= 22 || hour < 4 ? 1 : 0,
    date.getUTCDay() % 6 === 0 ? 1 : 0,
    age,
    mine.length > 0 ? 1 : 0,
    Math.log1p(gap),
    Math.log1p(day.length),
    Math.log1p(daySum),
    Math.log1p(day.length > 0 ? daySum / day.length : own) - Math.log1p(own),
    Math.log1p(dollars) - Math.log1p(ownCategory),
    Math.log1p(dollars) - Math.log1p(own),
    Math.log1p(same.length),
    Math.log1p(mine.length),
    ...KNOWN.map((category) => (category === row.category ? 1 : 0)),
  ];
}

describe('fraud features', () => {
  it('equal an independent recomputation of 6,000 payments, late ones and a restart included', () => {
    let state32 = 12345;
    const random = () => {
      state32 = (Math.imul(state32, 1664525) + 1013904223) >>> 0;
      return state32 / 2 ** 32;
    };
    const births = new Map(
      Array.from({ length: 40 }, (_, i) => [`card-${i}`, i % 5 === 0 ? null : `19${40 + i}-03-1${i % 10}`]),
    );
    let states = new Map(
      [...births].map(([card, birth]) => {
        const state = emptyCustomer();
        if (birth !== null)
          customerReducer.apply(state, {
            type: 'customer.upserted',
            source: 'api',
            payload: { birthDate: birth },
          } as StoredEvent);
        return [card, state] as const;
      }),
    );
    const byCard = new Map<string, Row[]>([...births.keys()].map((card) => [card, []]));
    let clock = Date.UTC(2026, 0, 1);
    let late = 0;
    const out = new Float32Array(FRAUD_FEATURES.features.length);
    for (let n = 0; n < 6_000; n++) {
      clock += Math.floor(random() * 20 * 60_000);
      const isLate = random() < 0.05;
      if (isLate) late++;
      const row: Row = {
        card: `card-${Math.floor(random() * 40)}`,
        category: random() < 0.02 ? 'lottery' : KNOWN[Math.floor(random() * KNOWN.length)]!,
        cents: 1 + Math.floor(Math.exp(random() * 11)),
        at: isLate ? clock - Math.floor(random() * 3 * DAY) : clock,
      };
      const state = states.get(row.card)!;
      fraudVector(
        state,
        { merchant: 'm', category: row.category, amountMinor: row.cents, currency: 'USD', occurredAt: row.at },
        out,
        0,
      );
      const expected = plainFeatures(byCard.get(row.card)!, row, births.get(row.card)!);
      expected.forEach((value, i) => {
        expect(out[i]!, `payment ${n}, ${FRAUD_FEATURES.features[i]!.name}`).toBeCloseTo(value, 4);
      });
      customerReducer.apply(state, {
        type: 'payment.recorded',
        source: 'api',
        entity: row.card,
        occurredAt: row.at,
        payload: { merchant: 'm', category: row.category, amount: { minor: row.cents, currency: 'USD' } },
      } as StoredEvent);
      byCard.get(row.card)!.push(row);
      if (n === 3_000)
        states = new Map(
          [...states].map(([card, s]) => [card, customerReducer.decode(card, customerReducer.encode(s))]),
        );
    }
    expect(late).toBeGreaterThan(200);
  });
});
