import type { InteractionPayload, StoredEvent } from '../../../src/core/events.js';

let seq = 0;
const envelope = (occurredAt: number) => ({
  id: `event-${++seq}`,
  schemaVersion: 1,
  entity: 'somebody',
  occurredAt,
  source: 'api',
  seq,
  recordedAt: occurredAt,
});

/** A recorded card payment in USD. */
export const payment = (occurredAt: number, minor: number, category = 'home', source = 'api') =>
  ({
    ...envelope(occurredAt),
    source,
    type: 'payment.recorded',
    payload: { merchant: 'm', category, amount: { minor, currency: 'USD' } },
  }) as StoredEvent;

/** A recorded interaction with an item. */
export const interaction = (occurredAt: number, itemId: string, more: Partial<InteractionPayload> = {}) =>
  ({
    ...envelope(occurredAt),
    type: 'interaction.recorded',
    payload: { itemId, kind: 'VIEW', quantity: 1, ...more },
  }) as StoredEvent;

/** A purchase of one unit at a price in pence. */
export const purchase = (occurredAt: number, itemId: string, pence: number, orderId: string | null = null) =>
  interaction(occurredAt, itemId, { kind: 'PURCHASE', unitPrice: { minor: pence, currency: 'GBP' }, orderId });

/** A customer's facts. */
export const facts = (payload: object) =>
  ({ ...envelope(0), type: 'customer.upserted', payload }) as unknown as StoredEvent;
