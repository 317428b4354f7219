import { type CustomerScope, inScope } from '../../access/principal.js';
import { badInput } from '../../core/errors.js';
import { formatMinor } from '../../core/money.js';
import type { AssessedPayment } from '../../domains/fraud/fraud.js';
import { MAX_RECOMMENDATIONS } from '../../domains/recommendations/recommendations.js';
import type { Resolvers } from '../__generated__/resolvers.js';
import type { GraphContext } from '../context.js';
import type { TransactionNode } from '../loaders.js';
import { encodeNodeId } from '../node-id.js';
import { transactionPage, transactionsPage } from '../pages.js';
import { noteReading } from '../readings.js';
import { checkCount, checkListSize, customerOrNotFound, moneyOf, notFound, selectorOf } from './shared.js';

/** Longest list of customers one query may name. */
export const MAX_CUSTOMERS = 500;
/** Longest list of customers whose payments are asked for together: each is a walk of its own. */
const MAX_FILTER = 100;
/** Longest list of hypothetical payments one field may assess. */
const MAX_ASSESSMENTS = 1_000;

interface HypotheticalInput {
  readonly merchant: string;
  readonly category: string;
  readonly amount: { amount: string; currency: string };
  readonly occurredAt?: number | null;
}

const hypothetical = (input: HypotheticalInput, now: number): AssessedPayment => ({
  merchant: input.merchant,
  category: input.category,
  amount: checkedAmount(input),
  occurredAt: input.occurredAt ?? now,
});

function checkedAmount(input: HypotheticalInput) {
  const amount = moneyOf(input.amount, 'transaction.amount');
  if (amount.minor <= 0) throw badInput(`expected an amount above 0, got ${formatMinor(amount)}`, 'transaction.amount');
  return amount;
}

/** Whose rows are asked for: of those that are named (absent: all) the ones the caller may see, each once. */
function within(asked: readonly string[] | null | undefined, scope: CustomerScope): readonly string[] | 'all' {
  if (asked != null) return [...new Set(asked)].filter((customerId) => inScope(scope, customerId));
  return scope === 'all' ? scope : [...scope];
}

export const customerResolvers: Pick<Resolvers<GraphContext>, 'Query' | 'Customer' | 'Transaction'> = {
  Query: {
    customer(_root, { customerId }, context) {
      const customer = context.loaders.customer(customerId);
      if (customer instanceof Promise) return customerOrNotFound(context, customerId);
      if (customer === null) throw notFound('customer', customerId);
      return customer;
    },
    customers(_root, { customerIds }, context) {
      checkListSize(customerIds, MAX_CUSTOMERS, 'customerIds');
      return customerIds.map((id) => customerOrNotFound(context, id));
    },
    async transaction(_root, { transactionId }, { loaders }) {
      const transaction = await loaders.transactions.load(transactionId);
      if (transaction === null) throw notFound('transaction', transactionId);
      return transaction;
    },
    transactions(_root, args, { app, customers }) {
      const asked = args.filter?.customerIds;
      if (asked != null) checkListSize(asked, MAX_FILTER, 'filter.customerIds');
      return transactionsPage(app.events, within(asked, customers), args);
    },
  },
  Customer: {
    id: (customer) => encodeNodeId('Customer', customer.customerId),
    country: (customer) => customer.state.country,
    birthDate: (customer) => customer.state.birthDate,
    simulated: (customer) => customer.state.simulated,
    async segment(customer, args, { app, loaders }) {
      const selector = selectorOf(args.model);
      const assignment = await loaders.segment(selector).load(customer);
      if (selector === undefined) app.segmentWatch.notice(customer.customerId, assignment);
      return assignment;
    },
    recommendations(customer, args, { loaders }) {
      const first = checkCount(args.first, MAX_RECOMMENDATIONS, 'first');
      return loaders.recommendations(first, args.excludePurchased, selectorOf(args.model)).load(customer);
    },
    transactions: (customer, args, { app }) => transactionPage(app.events, customer.customerId, args),
    assessTransaction: (customer, args, { app, row }) =>
      app.fraud.assess(
        customer.customerId,
        customer.state,
        hypothetical(args.transaction, app.clock.now()),
        row,
        selectorOf(args.model),
      ),
    assessTransactions(customer, args, { app, row }) {
      checkListSize(args.transactions, MAX_ASSESSMENTS, 'transactions');
      const now = app.clock.now();
      const selector = selectorOf(args.model);
      return args.transactions.map(async (transaction) =>
        app.fraud.assess(customer.customerId, customer.state, hypothetical(transaction, now), row, selector),
      );
    },
  },
  Transaction: {
    id: (transaction) => encodeNodeId('Transaction', transaction.id),
    transactionId: (transaction) => transaction.id,
    customer: (transaction, _args, context) => customerOrNotFound(context, transaction.entity),
    merchant: (transaction) => transaction.payload.merchant,
    category: (transaction) => transaction.payload.category,
    amount: (transaction) => ({
      amount: formatMinor(transaction.payload.amount),
      currency: transaction.payload.amount.currency,
    }),
    simulated: (transaction) => transaction.source === 'simulator',
    fraud: (transaction, args, context) => fraudOf(transaction, selectorOf(args.model), context),
  },
};

/** The vector of a payment says all that was asked. */
const NOTHING_BESIDES = Object.freeze({});

/** The assessment made on arrival (waited for, if it is still under way), or another version's word on the same vector. */
async function fraudOf(transaction: TransactionNode, selector: ReturnType<typeof selectorOf>, context: GraphContext) {
  const { app, loaders, row } = context;
  await app.scorer.settled(transaction.seq, row.deadline - app.clock.monotonic());
  const arrival = await loaders.arrivalAssessments.load(transaction.id);
  if (arrival === null) return null;
  if (selector === undefined) {
    app.sideBySide.saw(arrival, NOTHING_BESIDES, row); // no recorder hears of it: it was made before
    noteReading(app, row, arrival);
    return arrival;
  }
  return app.fraud.assessVector(
    transaction.entity,
    {
      vector: arrival.features as Float32Array<ArrayBuffer>,
      defaulted: arrival.defaulted,
      featuresAsOf: arrival.featuresAsOf,
    },
    row,
    selector,
  );
}
