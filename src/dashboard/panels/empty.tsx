import { connection } from '../graph/socket.js';
import { token } from '../graph/token.js';
import { newestRead, paymentsProblem } from '../live/payments.js';
import { simulation } from '../live/stats.js';
import { Hint } from '../parts/panel.js';

/** A call that can be pasted into a shell: a customer, and a payment of theirs. */
function firstPayment(): string {
  const query = `mutation {
    upsertCustomers(customers: [{customerId: "c-1", birthDate: "1980-05-17"}]) { acceptedCount }
    recordTransactions(transactions: [{transactionId: "t-${Date.now()}", customerId: "c-1", merchant: "Corner shop",
      category: "grocery_pos", amount: {amount: "12.50", currency: "USD"}, occurredAt: "${new Date().toISOString()}"}])
    { acceptedCount userErrors { message } } }`.replaceAll(/\s+/g, ' ');
  const who = token.value === null ? '' : ` -H "authorization: Bearer $TOKEN"`;
  return `curl -s ${location.origin}/graphql${who} -H 'content-type: application/json' -d '${JSON.stringify({ query })}'`;
}

/** No payment has come yet: what to do. */
export function EmptySystem() {
  if (paymentsProblem.value !== null) return null;
  if (connection.value !== 'open' || !newestRead.value) return <Hint>Connecting to the server …</Hint>;
  if (simulation.value != null)
    return <Hint>The simulated world is being founded; its payments come in a moment.</Hint>;
  return (
    <Hint>
      <p>
        <b>No payment has come yet.</b> Each shows up here as it is recorded. To send one:
      </p>
      <pre>
        <code>{firstPayment()}</code>
      </pre>
      <p>
        Or write it in <a href="/graphiql">GraphiQL</a>. To see a simulated world instead, start the server with{' '}
        <code>SCOREGRAPH_DEMO=on</code>.
      </p>
    </Hint>
  );
}
