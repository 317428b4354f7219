import { describe, expect, it } from 'vitest';
import { comeBackMs, type GraphError, hasCode, isBusy, told } from '../../../src/dashboard/graph/refusals.js';

const error = (code: string, message = 'As the server says.', more: object = {}): GraphError => ({
  message,
  extensions: { code, ...more },
});

describe('a refusal, for people', () => {
  it('says what role is lacking, and what is about everybody', () => {
    expect(
      told([error('FORBIDDEN', 'Customer.assessTransaction needs the role scorer.')], 'Trying a payment', ''),
    ).toBe('Trying a payment needs the role scorer, which your token does not have.');
    expect(
      told(
        [error('FORBIDDEN', 'Subscription.liveStats is about all customers; this caller is bound to some.')],
        'How the server is doing',
        '',
      ),
    ).toBe('How the server is doing is about all customers; your token is for some of them.');
    expect(told([error('FORBIDDEN', 'Introspection is not open to this caller.')], 'It', '')).toBe(
      'Introspection is not open to this caller.',
    );
  });
  it('says that the server is busy without its figures, and everything else as the server does', () => {
    expect(told([error('RATE_LIMITED', 'This operation costs 12.3 ms …')], 'It', '')).toMatch(/share .* a few seconds/);
    expect(told([error('QUEUE_FULL')], 'It', '')).toMatch(/more to do than it can/);
    expect(told([error('NOT_FOUND')], 'It', '')).toBe('As the server says.');
    expect(told([{ message: 'No code at all.' }], 'It', '')).toBe('No code at all.');
    expect(told([], 'It', 'The server answered 502.')).toBe('The server answered 502.');
  });
  it('knows what passes, and when', () => {
    const limited = [error('RATE_LIMITED', '', { retryAfterMs: 300 }), error('QUEUE_FULL', '', { retryAfterMs: 900 })];
    expect([isBusy(limited), comeBackMs(limited)]).toEqual([true, 900]);
    expect([isBusy([error('FORBIDDEN')]), comeBackMs([error('QUEUE_FULL')]), comeBackMs([])]).toEqual([
      false,
      null,
      null,
    ]);
    expect(hasCode([{ message: 'none' }], 'FORBIDDEN')).toBe(false);
  });
});
