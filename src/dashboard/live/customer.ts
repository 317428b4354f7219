import { signal } from '@preact/signals';
import {
  CustomerDocument,
  type CustomerQuery,
  CustomerScoresDocument,
  type CustomerScoresSubscription,
} from '../__generated__/graphql.js';
import { ask } from '../graph/query.js';
import { told } from '../graph/refusals.js';
import { subscribe } from '../graph/socket.js';
import { onSignedIn } from '../graph/token.js';
import type { Payment } from '../state/ticker.js';
import { lastNotice, onPayment, paymentOf } from './payments.js';

export type Scores = NonNullable<CustomerScoresSubscription['customerScores']>;
export type CustomerFacts = NonNullable<CustomerQuery['customer']>;

/** Whom the page watches; null until somebody was chosen. */
export const watched = signal<string | null>(null);
export const facts = signal<CustomerFacts | null>(null);
export const scores = signal<Scores | null>(null);
/** Their payments, newest first. */
export const payments = signal<readonly Payment[]>([]);
/** Why nothing is known; null when something is. */
export const customerProblem = signal<string | null>(null);
/** Why the models say nothing of them; null while they may. */
export const scoresProblem = signal<string | null>(null);

const PAYMENTS_KEPT = 8;
let leave: () => void = () => {};

function addPayment(payment: Payment): void {
  const others = payments.peek().filter(({ transactionId }) => transactionId !== payment.transactionId);
  payments.value = [payment, ...others]
    .sort((a, b) => (a.occurredAt < b.occurredAt ? 1 : a.occurredAt > b.occurredAt ? -1 : 0))
    .slice(0, PAYMENTS_KEPT);
}

/** What is recorded of the watched customer. */
async function readFacts(): Promise<void> {
  const id = watched.peek();
  if (id === null) return;
  const current = () => watched.peek() === id;
  try {
    const { data, errors } = await ask(CustomerDocument, { customerId: id }, 'Watching a customer');
    if (!current()) return;
    facts.value = data.customer ?? null;
    customerProblem.value =
      data.customer == null ? told(errors, 'Watching a customer', `There is no customer ${id}.`) : null;
    for (const payment of data.customer?.transactions.nodes ?? [])
      if (payment !== null) addPayment(paymentOf(payment, payment.fraud));
  } catch (error) {
    if (current()) customerProblem.value = (error as Error).message;
  }
}

/** Shows this customer from now on, live. */
export function watch(customerId: string): void {
  const id = customerId.trim();
  if (id === '' || id === watched.peek()) return;
  leave();
  watched.value = id;
  facts.value = null;
  scores.value = null;
  payments.value = [];
  customerProblem.value = null;
  scoresProblem.value = null;
  const current = () => watched.peek() === id;
  void readFacts();
  leave = subscribe(CustomerScoresDocument, () => ({ customerId: id }), {
    next({ customerScores }) {
      if (!current() || customerScores == null) return;
      scores.value = customerScores;
      scoresProblem.value = null;
    },
    refused(errors) {
      if (current()) scoresProblem.value = told(errors, 'What the models say of a customer', 'It cannot be watched.');
    },
  });
}

/** Keeps the watched customer's payments moving, with the stream of all. */
export function followWatched(): void {
  onPayment((payment) => {
    if (payment.customerId !== null && payment.customerId === watched.peek()) addPayment(payment);
  });
  // Where the stream has a gap, the payments are asked for again.
  lastNotice.subscribe((notice) => {
    if (notice?.kind === 'gap') void readFacts();
  });
  onSignedIn(() => void readFacts());
}
