import { connection } from '../graph/socket.js';
import { simulation } from '../live/stats.js';
import { Hint } from '../parts/panel.js';

const FIRST_PAYMENT = `curl -s ${location.origin}/graphql -H 'content-type: application/json' -d '{"query":
  "mutation { upsertCustomers(customers: [{customerId: \\"c-1\\"}]) { acceptedCount }
   recordTransactions(transactions: [{transactionId: \\"t-1\\", customerId: \\"c-1\\",
     merchant: \\"Corner shop\\", category: \\"grocery_pos\\", occurredAt: \\"${new Date().toISOString()}\\",
     amount: {amount: \\"12.50\\", currency: \\"USD\\"}}]) { acceptedCount userErrors { message } } }"}'`.replaceAll(
  /\n\s*/g,
  ' ',
);

/** No payment has come yet: what to do. */
export function EmptySystem() {
  if (connection.value !== 'open') return <Hint>Connecting to the server …</Hint>;
  if (simulation.value != null)
    return <Hint>The simulated world is being founded; its payments come in a moment.</Hint>;
  return (
    <Hint>
      <p>
        <b>Nothing was paid since this page was opened.</b> Payments appear here as they are recorded. Send the first
        one:
      </p>
      <pre>
        <code>{FIRST_PAYMENT}</code>
      </pre>
      <p>
        Or try it in <a href="/graphiql">GraphiQL</a>. To see a simulated world instead, start the server with{' '}
        <code>SCOREGRAPH_DEMO=on</code>.
      </p>
    </Hint>
  );
}
