import type { InteractionKind, MinorAmount } from '../core/events.js';

/** The ingest door as the simulator uses it: the same as anybody's. Whoever hands it in marks what comes through as simulated. */
export interface IngestDoor {
  upsertCustomers(list: readonly SimulatedCustomer[]): Promise<void>;
  recordTransactions(list: readonly SimulatedPayment[]): Promise<void>;
  recordInteractions(list: readonly SimulatedInteraction[]): Promise<void>;
  reportOutcomes(list: readonly SimulatedOutcome[]): Promise<void>;
}
export interface SimulatedCustomer {
  readonly customerId: string;
  readonly country: string;
  readonly birthDate: string;
}
export interface SimulatedPayment {
  readonly transactionId: string;
  readonly customerId: string;
  readonly merchant: string;
  readonly category: string;
  readonly amount: MinorAmount;
  readonly occurredAt: number;
}
export interface SimulatedInteraction {
  readonly interactionId: string;
  readonly customerId: string;
  readonly itemId: string;
  readonly kind: InteractionKind;
  readonly occurredAt: number;
  readonly quantity: number;
  readonly unitPrice: MinorAmount | null;
  readonly orderId: string | null;
}
export interface SimulatedOutcome {
  readonly subject: { readonly transactionId: string };
  readonly fraud: boolean;
  readonly observedAt: number;
}
/** What is sold: the recommender's vocabulary. */
export interface ShopItem {
  readonly id: string;
  readonly title: string;
  /** GBP. */
  readonly price: number;
}
