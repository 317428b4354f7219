import type { EventType, InteractionKind, StoredEvent } from '../core/events.js';
import { CATEGORIES } from './categories.js';
import { DayWindow } from './day-window.js';

/** Interactions kept for the recommender. */
export const RECENT_ITEMS = 64;
/** Distinct bought items kept; beyond it the longest-unbought go. */
export const PURCHASED_ITEMS = 4_096;
/** Other categories than the known ones share one running mean. */
const OTHER = CATEGORIES.length;
/** Orders remembered to tell a further line from a further order; lines of more orders than this may not be interleaved. */
const RECENT_ORDERS = 16;
/** Amounts of purchases are added up in this currency, that of `rfm@1`; a price in another counts as not told. */
export const PURCHASE_CURRENCY = 'GBP';
/** Shape of an encoded state. 1 remembered one order only (`lastOrder`). */
const SHAPE = 2;

/** One remembered interaction, newest last. */
export interface RecentItem {
  readonly itemId: string;
  readonly kind: InteractionKind;
  readonly at: number;
}

/**
 * Everything the features know of one customer, brought up to date event by event in log order. The same code runs
 * when a model is trained and when it is served. Amounts are integer minor units; times ms UTC.
 */
export interface CustomerState {
  country: string | null;
  birthDate: string | null;
  /** Birth date as ms UTC; NaN without one. */
  birthMs: number;
  simulated: boolean;
  segment: string | null;
  /** `occurredAt` of the newest event seen; 0 before the first. */
  asOf: number;
  /** Card payments: newest time, overall count and sum, count and sum per category, the last 24 hours. */
  lastPayment: number;
  payments: number;
  paymentSum: number;
  readonly categoryCounts: Float64Array;
  readonly categorySums: Float64Array;
  readonly day: DayWindow;
  /** The shop: what was looked at and bought. */
  readonly recent: RecentItem[];
  /** Counts the interactions seen: changes whenever `recent` does. */
  recentVersion: number;
  readonly purchased: Map<string, number>;
  orders: number;
  /** The newest orders, so that lines of one order may come between those of another. */
  readonly recentOrders: string[];
  /** Sum of quantity × unit price over purchases that told a price, pence. */
  monetary: number;
  pricedPurchases: number;
  lastPurchase: number;
}

/** A customer nothing is known of. */
export function emptyCustomer(): CustomerState {
  return {
    country: null,
    birthDate: null,
    birthMs: Number.NaN,
    simulated: false,
    segment: null,
    asOf: 0,
    lastPayment: 0,
    payments: 0,
    paymentSum: 0,
    categoryCounts: new Float64Array(OTHER + 1),
    categorySums: new Float64Array(OTHER + 1),
    day: new DayWindow(),
    recent: [],
    recentVersion: 0,
    purchased: new Map(),
    orders: 0,
    recentOrders: [],
    monetary: 0,
    pricedPurchases: 0,
    lastPurchase: 0,
  };
}

const CATEGORY_INDEX: ReadonlyMap<string, number> = new Map(CATEGORIES.map((category, index) => [category, index]));

/** The category's place among the known ones, or the shared place of all others. */
export const categoryIndex = (category: string): number => CATEGORY_INDEX.get(category) ?? OTHER;
/** Whether the fraud features know this category. */
export const isKnownCategory = (category: string): boolean => CATEGORY_INDEX.has(category);

/** A payment that happened before one already seen: it counts, but never makes a negative interval. */
export const isLate = (state: CustomerState, occurredAt: number): boolean => occurredAt < state.lastPayment;

/** How events become customer state; changes `state` in place. A StateReducer of the feature store. */
export const customerReducer = {
  types: new Set<EventType>([
    'customer.upserted',
    'payment.recorded',
    'interaction.recorded',
    'segment.changed',
  ]) as ReadonlySet<EventType>,
  empty: emptyCustomer,

  apply(state: CustomerState, event: StoredEvent): void {
    if (event.source === 'simulator') state.simulated = true;
    switch (event.type) {
      case 'customer.upserted':
        if (event.payload.country != null) state.country = event.payload.country;
        if (event.payload.birthDate != null) setBirthDate(state, event.payload.birthDate);
        return;
      case 'payment.recorded':
        applyPayment(state, event.payload.category, event.payload.amount.minor, event.occurredAt);
        break;
      case 'interaction.recorded': {
        const { itemId, kind, quantity, unitPrice, orderId } = event.payload;
        applyInteraction(state, itemId, kind, event.occurredAt);
        if (kind === 'PURCHASE') {
          const order = orderId ?? `@${event.occurredAt}`;
          const priced = unitPrice != null && unitPrice.currency === PURCHASE_CURRENCY;
          applyPurchase(state, itemId, order, priced ? unitPrice.minor * quantity : null, event.occurredAt);
        }
        break;
      }
      case 'segment.changed':
        state.segment = event.payload.current;
        return;
      default:
        return;
    }
    if (event.occurredAt > state.asOf) state.asOf = event.occurredAt;
  },

  encode(state: CustomerState): string {
    const { categoryCounts, categorySums, day, purchased, recent, birthMs: _birthMs, ...plain } = state;
    return JSON.stringify({
      shape: SHAPE,
      ...plain,
      categoryCounts: [...categoryCounts],
      categorySums: [...categorySums],
      day: day.toJSON(),
      recent: recent.map(({ itemId, kind, at }) => [itemId, kind, at]),
      purchased: [...purchased],
    });
  },

  decode(entity: string, body: string): CustomerState {
    const { shape, categoryCounts, categorySums, day, recent, purchased, lastOrder, ...plain } = JSON.parse(body);
    if (shape === 1) plain.recentOrders = lastOrder === null ? [] : [lastOrder];
    else if (shape !== SHAPE) throw new Error(`customer state of ${entity}: expected shape ${SHAPE}, got ${shape}`);
    const state: CustomerState = {
      ...emptyCustomer(),
      ...plain,
      categoryCounts: Float64Array.from(categoryCounts),
      categorySums: Float64Array.from(categorySums),
      day: DayWindow.from(day, plain.lastPayment),
      recent: recent.map(([itemId, kind, at]: [string, InteractionKind, number]) => ({ itemId, kind, at })),
      purchased: new Map(purchased),
    };
    if (state.birthDate !== null) setBirthDate(state, state.birthDate);
    return state;
  },
};

/** Counts one card payment. */
export function applyPayment(state: CustomerState, category: string, minor: number, at: number): void {
  const index = categoryIndex(category);
  state.payments++;
  state.paymentSum += minor;
  state.categoryCounts[index]! += 1;
  state.categorySums[index]! += minor;
  state.day.add(at, minor);
  if (at > state.lastPayment) state.lastPayment = at;
}

/** Remembers one interaction; the oldest beyond RECENT_ITEMS is forgotten. */
export function applyInteraction(state: CustomerState, itemId: string, kind: InteractionKind, at: number): void {
  state.recent.push({ itemId, kind, at });
  state.recentVersion++;
  if (state.recent.length > RECENT_ITEMS) state.recent.shift();
}

/** Counts one purchased line. `minor`: what was paid for it in pence, null when nobody told. */
export function applyPurchase(
  state: CustomerState,
  itemId: string,
  order: string,
  minor: number | null,
  at: number,
): void {
  const times = state.purchased.get(itemId) ?? 0;
  state.purchased.delete(itemId); // re-inserted at the end: the map's order is recency
  state.purchased.set(itemId, times + 1);
  if (state.purchased.size > PURCHASED_ITEMS) {
    for (const oldest of state.purchased.keys()) {
      state.purchased.delete(oldest);
      break;
    }
  }
  if (!state.recentOrders.includes(order)) {
    state.orders++;
    state.recentOrders.push(order);
    if (state.recentOrders.length > RECENT_ORDERS) state.recentOrders.shift();
  }
  if (minor !== null) {
    state.monetary += minor;
    state.pricedPurchases++;
  }
  if (at > state.lastPurchase) state.lastPurchase = at;
}

/** Sets the birth date (`YYYY-MM-DD`). */
export function setBirthDate(state: CustomerState, birthDate: string): void {
  state.birthDate = birthDate;
  state.birthMs = Date.parse(`${birthDate}T00:00:00Z`);
}
