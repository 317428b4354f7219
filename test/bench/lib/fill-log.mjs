// Fills a data folder with scored payments of 1,000 customers, through the ingest flow of a whole server, and closes it properly.
import { compose } from '../../../dist/compose.js';
import { readConfig } from '../../../dist/config/config.js';

const [dataDir, count] = process.argv.slice(2);
const silent = { debug() {}, info() {}, warn: console.error, error: console.error, child: () => silent };
const running = await compose(readConfig({ PORT: '0', SCOREGRAPH_DATA_DIR: dataDir }), silent);
const { ingest, scorer } = running.app;
const customers = Array.from({ length: 1000 }, (_, i) => `long-${i}`);
await ingest.upsertCustomers(
  customers.map((customerId) => ({ customerId, birthDate: '1980-01-01' })),
  'api',
);
const categories = ['travel', 'home', 'grocery_pos'];
const first = Date.now() - 30 * 86_400_000;
let next = 0;
async function write() {
  while (next < Number(count)) {
    const from = next;
    next += 500;
    const payments = Array.from({ length: 500 }, (_, i) => ({
      transactionId: `long-${from + i}`,
      customerId: customers[(from + i) % customers.length],
      merchant: 'Acme',
      category: categories[(from + i) % 3],
      amount: { minor: 100 + (((from + i) * 7919) % 20_000), currency: 'USD' },
      occurredAt: first + Math.floor((from + i) * 2.5),
    }));
    const { errors } = await ingest.recordTransactions(payments, 'api');
    if (errors.length > 0) throw new Error(errors[0].message);
  }
}
await Promise.all([write(), write(), write(), write()]);
await scorer.settled(running.data.events.head(), 600_000);
process.on('message', (what) => what === 'stop' && running.close().then(() => process.exit(0)));
process.send({ port: 1 });
