// `ws` and nothing else: the same bytes to every socket, encoded once. No protocol, no subscription.
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';
import { driveFanOut } from './fan-driver.mjs';
import { scoredPayment } from './fan-payments.mjs';

const topics = Number(process.argv[2]);
const http = createServer();
const server = new WebSocketServer({ server: http, path: '/graphql' });
const rooms = Array.from({ length: topics }, () => new Set());
server.on('connection', (socket, request) => {
  const room = rooms[Number(new URL(request.url, 'http://bench').searchParams.get('topic')) % topics];
  room.add(socket);
  socket.on('close', () => room.delete(socket));
});
await new Promise((done) => http.listen(0, '127.0.0.1', done));
await driveFanOut({
  port: http.address().port,
  publish(n) {
    const { event, prediction } = scoredPayment(n, n % topics);
    const { merchant, category, amount } = event.payload;
    const message = {
      id: '00000000-0000-4000-8000-000000000000',
      type: 'next',
      payload: {
        data: {
          transactionScored: {
            __typename: 'TransactionScored',
            cursor: Buffer.from(`scored:${n}`).toString('base64url'),
            fraud: prediction.output,
            transaction: {
              merchant,
              category,
              amount: { amount: (amount.minor / 100).toFixed(2), currency: amount.currency },
              transactionId: event.id,
            },
          },
        },
      },
    };
    const bytes = Buffer.from(JSON.stringify(message));
    for (const socket of rooms[n % topics]) socket.send(bytes, { binary: false });
  },
});
