// Subscribers of a process of their own, speaking the protocol on raw sockets: they count messages and look at the first bytes only.
// Over the process channel: {port, count, customers} → {watching}; 'count' → {messages, lagged}.
import { WebSocket } from 'ws';
import { customerId } from './event-lines.mjs';

const QUERY = `subscription Watch($filter: TransactionScoredFilter) { transactionScored(filter: $filter) {
  __typename ... on Lagged { missed } ... on TransactionScored { cursor transaction { transactionId } fraud { probability decision } } } }`;
let messages = 0;
let lagged = 0;

/** Nine of ten watch 30 customers each, of 10,000: 45,000 messages a second at 16,667 payments. The others a category with a high probability. */
const filterOf = (n, customers) =>
  n % 10 === 9
    ? { categories: [['travel', 'shopping_net', 'home'][n % 3]], minProbability: 0.995 }
    : { customerIds: Array.from({ length: 30 }, (_, i) => customerId((n * 30 + i * 7) % customers)) };

function watch(port, n, customers) {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/graphql`, 'graphql-transport-ws', {
      perMessageDeflate: false,
    });
    socket.on('error', reject);
    socket.on('open', () => socket.send('{"type":"connection_init"}'));
    socket.on('close', (code) => process.exitCode === undefined && reject(new Error(`closed with ${code}`)));
    socket.on('message', (data) => {
      if (data.includes('"TransactionScored"')) messages++;
      else if (data.includes('"connection_ack"'))
        socket.send(
          JSON.stringify({
            id: '1',
            type: 'subscribe',
            payload: { query: QUERY, variables: { filter: filterOf(n, customers) } },
          }),
        );
      else if (data.includes('"CaughtUp"')) resolve();
      else if (data.includes('"Lagged"')) lagged += JSON.parse(String(data)).payload.data.transactionScored.missed ?? 1;
      else if (data.includes('"ping"')) socket.send('{"type":"pong"}');
      else reject(new Error(String(data).slice(0, 300)));
    });
  });
}

process.on('message', async (message) => {
  if (message === 'count') return void process.send({ counts: { messages, lagged } });
  try {
    for (let n = 0; n < message.count; n += 50) {
      const some = Math.min(50, message.count - n);
      await Promise.all(Array.from({ length: some }, (_, i) => watch(message.port, n + i, message.customers)));
    }
    process.send({ watching: message.count });
  } catch (error) {
    process.send({ failed: String(error) });
  }
});
process.send({ ready: true });
