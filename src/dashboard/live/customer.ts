import { signal } from '@preact/signals';
import {
  CustomerDocument,
  type CustomerPaymentFragment,
  type CustomerQuery,
  CustomerScoresDocument,
  type CustomerScoresSubscription,
} from '../__generated__/graphql.js';
import { ask } from '../graph/query.js';
import { subscribe } from '../graph/socket.js';

export type Scores = NonNullable<CustomerScoresSubscription['customerScores']>;
export type CustomerFacts = NonNullable<CustomerQuery['customer']>;

/** Whom the page watches; null until somebody was chosen. */
export const watched = signal<string | null>(null);
export const facts = signal<CustomerFacts | null>(null);
export const scores = signal<Scores | null>(null);
/** Their payments, newest first. */
export const payments = signal<readonly CustomerPaymentFragment[]>([]);
/** Why nothing is known; null when something is. */
export const customerProblem = signal<string | null>(null);

const PAYMENTS_KEPT = 8;
let leave: () => void = () => {};

function addPayment(payment: CustomerPaymentFragment): void {
  const others = payments.peek().filter(({ transactionId }) => transactionId !== payment.transactionId);
  payments.value = [payment, ...others]
    .sort((a, b) => (a.occurredAt < b.occurredAt ? 1 : a.occurredAt > b.occurredAt ? -1 : 0))
    .slice(0, PAYMENTS_KEPT);
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
  const current = () => watched.peek() === id;
  ask(CustomerDocument, { customerId: id }).then(
    ({ data, errors }) => {
      if (!current()) return;
      if (data.customer == null) {
        customerProblem.value = errors[0]?.message ?? `There is no customer ${id}.`;
        return;
      }
      facts.value = data.customer;
      for (const payment of data.customer.transactions.nodes ?? []) if (payment !== null) addPayment(payment);
    },
    (error: Error) => {
      if (current()) customerProblem.value = error.message;
    },
  );
  leave = subscribe(CustomerScoresDocument, () => ({ customerId: id }), {
    next({ customerScores }) {
      if (!current() || customerScores == null) return;
      scores.value = customerScores;
      if (customerScores.transaction != null) addPayment(customerScores.transaction);
    },
    refused(errors) {
      if (current()) customerProblem.value = errors[0]?.message ?? 'The customer cannot be watched.';
    },
  });
}
