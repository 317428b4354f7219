import { badInput } from '../../core/errors.js';

/** What happens when a subscriber does not read as fast as messages come. */
export type DeliveryPolicy = 'CONFLATE' | 'DROP_OLDEST' | 'DISCONNECT';

export interface Delivery {
  readonly policy: DeliveryPolicy;
  /** Messages kept for a subscriber that does not keep up. */
  readonly capacity: number;
  /** Shortest time between two messages, ms; 0: none. */
  readonly intervalMs: number;
}

const DELIVERY_LIMITS = { capacity: 10_000, minRate: 0.01, maxRate: 1_000 } as const;

const DEFAULT: Delivery = { policy: 'DROP_OLDEST', capacity: 1_000, intervalMs: 0 };

/** The graph's `DeliveryInput`. */
export interface DeliveryInput {
  readonly policy?: DeliveryPolicy | null;
  readonly capacity?: number | null;
  readonly maxRate?: number | null;
}

/**
 * What a client may choose, within limits; absent parts take their defaults (drop the oldest beyond 1,000, no throttle).
 * @throws ScoregraphError BAD_USER_INPUT naming the part and its limits.
 */
export function deliveryOf(input: DeliveryInput | null | undefined): Delivery {
  if (input == null) return DEFAULT;
  const { policy, capacity, maxRate } = input;
  const { capacity: maxCapacity, minRate, maxRate: highest } = DELIVERY_LIMITS;
  if (capacity != null && !(capacity >= 1 && capacity <= maxCapacity))
    throw badInput(`expected a capacity from 1 to ${maxCapacity}, got ${capacity}`, 'delivery.capacity');
  if (maxRate != null && !(maxRate >= minRate && maxRate <= highest))
    throw badInput(`expected from ${minRate} to ${highest} messages a second, got ${maxRate}`, 'delivery.maxRate');
  return {
    policy: policy ?? DEFAULT.policy,
    capacity: capacity ?? DEFAULT.capacity,
    intervalMs: maxRate == null ? 0 : 1_000 / maxRate,
  };
}
