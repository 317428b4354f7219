import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatMinor, parseMoney } from '../../../src/core/money.js';

describe('money', () => {
  it('is exact both ways', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -1e12, max: 1e12 }),
        fc.constantFrom('USD', 'GBP', 'JPY', 'KWD'),
        (minor, currency) => {
          const text = formatMinor({ minor, currency });
          expect(parseMoney(text, currency)).toEqual({ minor: minor === 0 ? 0 : minor, currency });
        },
      ),
    );
  });
  it('reads what people write', () => {
    expect(parseMoney('12.5', 'USD').minor).toBe(1250);
    expect(parseMoney('12', 'JPY').minor).toBe(12);
    expect(parseMoney('0.100', 'USD').minor).toBe(10);
    expect(formatMinor({ minor: -5, currency: 'USD' })).toBe('-0.05');
  });
  it.each(['1e3', '12.345', '', '1,000.00', ' 1', '.5', '9'.repeat(16)])('refuses %j', (text) => {
    expect(() => parseMoney(text, 'USD')).toThrow(/expected|too large/);
  });
});
