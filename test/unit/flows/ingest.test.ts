import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/core/clock.js';
import type { NewEvent } from '../../../src/core/events.js';
import type { EventLog } from '../../../src/data/ports.js';
import { Ingest, type IngestItem } from '../../../src/flows/ingest.js';

/** A flow over a log in memory, whose world sees the log only when the test says so. */
function setUp() {
  const events: NewEvent[] = [];
  const seen = { position: 0 };
  const upserted = (type: NewEvent['type'], entity: string) =>
    events.slice(0, seen.position).some((event) => event.type === type && event.entity === entity);
  const ingest = new Ingest({
    log: {
      append: async (some: readonly NewEvent[]) =>
        some.map((event) => ({ status: 'appended', seq: events.push(event), recordedAt: 1 }) as const),
    } as Partial<EventLog> as EventLog,
    world: {
      knownCustomer: (id) => upserted('customer.upserted', id),
      leaving: () => false,
      knownItem: (id) => upserted('item.upserted', id),
      seen: () => seen.position,
      leftLately: () => false,
      predictions: async (ids) => ids.map(() => null),
      paymentCurrency: () => 'USD',
    },
    clock: systemClock,
    onAppended: () => {},
  });
  return { ingest, events, seen };
}
const payment = (transactionId: string, customerId: string): IngestItem => ({
  type: 'transaction',
  input: {
    transactionId,
    customerId,
    merchant: 'm',
    category: 'travel',
    amount: { minor: 100, currency: 'USD' },
    occurredAt: Date.now(),
  },
});
const customer = (customerId: string): IngestItem => ({ type: 'customer', input: { customerId } });
const bought = (itemId: string): IngestItem => ({
  type: 'interaction',
  input: { interactionId: `i-${itemId}`, customerId: 'c', itemId, kind: 'VIEW', occurredAt: Date.now() },
});

describe('Ingest', () => {
  it('knows customers and items that are on disk, though the features have not seen them yet', async () => {
    const { ingest, events, seen } = setUp();
    await ingest.upsertCustomers([{ customerId: 'c' }], 'api');
    await ingest.upsertItems([{ itemId: 'lamp', title: 'A lamp', available: true }], 'api');
    for (let round = 0; round < 2; round++) {
      const { errors } = await ingest.record([payment(`t${round}`, 'c'), bought('lamp')], 'api');
      expect(errors).toEqual([]);
      seen.position = events.length; // from now on the world itself knows them
    }
    const { errors } = await ingest.record([payment('t2', 'nobody'), bought('chair')], 'api');
    expect(errors.map(({ index, code }) => [index, code])).toEqual([
      [0, 'UNKNOWN_CUSTOMER'],
      [1, 'UNKNOWN_ITEM'],
    ]);
  });

  it('takes a payment after its customer in the same call, not before', async () => {
    const { ingest, events } = setUp();
    const { errors } = await ingest.record([payment('early', 'c'), customer('c'), payment('t', 'c')], 'api');
    expect(errors.map(({ index, code }) => [index, code])).toEqual([[0, 'UNKNOWN_CUSTOMER']]);
    expect(events.map(({ type }) => type)).toEqual(['customer.upserted', 'payment.recorded']);
  });
});
