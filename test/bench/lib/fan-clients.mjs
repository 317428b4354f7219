// Thousands of clients in one process, as cheap as they can be: bare TCP sockets that read into one buffer and count frames. Each
// message's number is checked against the one before.
import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { now } from './fan-driver.mjs';
import { customerOf, DIGITS, FAN_QUERY } from './fan-payments.mjs';

const SHARED = Buffer.allocUnsafe(256 * 1024);
const MASK = Buffer.alloc(4);
/** What follows the number: its quote and five braces. */
const AFTER = 6;
const clients = [];
let wrong = [];
let received = 0;
let untold = 0;
let base = 0;
let latest = new Float64Array(0);
let missed = 0;
let control = null;
let reading = 0;

function frame(opcode, payload) {
  const head = payload.length < 126 ? Buffer.alloc(2) : Buffer.alloc(4);
  head[0] = 0x80 | opcode;
  if (payload.length < 126) head[1] = 0x80 | payload.length;
  else {
    head[1] = 0x80 | 126;
    head.writeUInt16BE(payload.length, 2);
  }
  return Buffer.concat([head, MASK, payload]);
}
const text = (message) => frame(1, Buffer.from(JSON.stringify(message)));

/** Tells the driver how many messages came since it was last told. */
function tell() {
  const count = Buffer.alloc(4);
  count.writeUInt32LE(untold);
  untold = 0;
  control.write(count);
}

class Client {
  rest = null;
  upgraded = false;
  last = -1;
  constructor({ port, topic, topics, raw, onReady }) {
    this.topic = topic;
    this.topics = topics;
    this.raw = raw;
    this.onReady = onReady;
    this.socket = connect({
      host: '127.0.0.1',
      port,
      onread: { buffer: SHARED, callback: (size, buffer) => this.take(buffer.subarray(0, size)) },
    });
    this.socket.setNoDelay();
    this.socket.on('error', (error) => wrong.push(error.message));
    this.socket.write(
      `GET /graphql?topic=${topic} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${Buffer.alloc(16).toString('base64')}\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n`,
    );
  }

  take(chunk) {
    reading = now();
    let bytes = this.rest === null ? chunk : Buffer.concat([this.rest, chunk]);
    this.rest = null;
    if (!this.upgraded) {
      const end = bytes.indexOf('\r\n\r\n');
      if (end < 0) return this.keep(bytes);
      if (!bytes.subarray(0, 12).equals(Buffer.from('HTTP/1.1 101'))) wrong.push(bytes.toString('latin1', 0, 200));
      this.upgraded = true;
      bytes = bytes.subarray(end + 4);
      if (this.raw) this.onReady();
      else this.socket.write(text({ type: 'connection_init' }));
    }
    let at = 0;
    while (bytes.length - at >= 2) {
      let length = bytes[at + 1];
      let start = at + 2;
      if (length === 126) {
        if (bytes.length - at < 4) break;
        length = bytes.readUInt16BE(at + 2);
        start = at + 4;
      } else if (length === 127) throw new Error('a frame of more than 64 KiB');
      if (bytes.length - start < length) break;
      at = start + length;
      const opcode = bytes[start - (length >= 126 ? 4 : 2)] & 15;
      if (opcode === 1) this.message(bytes, start, at);
      else if (opcode === 9) this.socket.write(frame(10, Buffer.from(bytes.subarray(start, at))));
      else wrong.push(`frame with opcode ${opcode}`);
    }
    if (at < bytes.length) this.keep(bytes.subarray(at));
    return true;
  }

  keep(bytes) {
    this.rest = Buffer.from(bytes);
    return true;
  }

  message(bytes, start, end) {
    let n = 0;
    for (let at = end - AFTER - DIGITS; at < end - AFTER; at++) {
      const digit = bytes[at] - 48;
      if (digit < 0 || digit > 9) return this.other(JSON.parse(bytes.toString('utf8', start, end)));
      n = n * 10 + digit;
    }
    if (n % this.topics !== this.topic || (this.last >= 0 && n !== this.last + this.topics)) {
      if (wrong.length < 5) wrong.push(`${n} came after ${this.last} on topic ${this.topic} of ${this.topics}`);
    }
    this.last = n;
    received++;
    if (n >= base && n - base < latest.length) latest[n - base] = reading;
    if (untold++ === 0) setImmediate(tell);
  }

  other(message) {
    if (message.type === 'connection_ack') {
      const variables = { customers: this.topics === 1 ? null : [customerOf(this.topic)] };
      this.socket.write(text({ id: randomUUID(), type: 'subscribe', payload: { query: FAN_QUERY, variables } }));
      return;
    }
    const { __typename: type, missed: count } = message.payload?.data?.transactionScored ?? {};
    if (type === 'CaughtUp') this.onReady();
    else if (type === 'Lagged') {
      missed += count;
      this.last += count * this.topics;
    } else wrong.push(JSON.stringify(message).slice(0, 300));
  }
}

async function open({ port, controlPort, sockets, topics, raw }) {
  if (control === null) {
    control = connect(controlPort, '127.0.0.1');
    await new Promise((done) => control.once('connect', done));
  }
  const first = clients.length;
  let next = 0;
  await Promise.all(
    Array.from({ length: 50 }, async () => {
      while (next < sockets) {
        const topic = (first + next++) % topics;
        await new Promise((onReady) => clients.push(new Client({ port, topic, topics, raw, onReady })));
      }
    }),
  );
}

process.on('message', async (message) => {
  if (message.open) {
    await open(message.open);
    process.send({ opened: clients.length });
  }
  if (message.begin) {
    base = message.begin.first;
    latest = new Float64Array(message.begin.events);
    received = 0;
    missed = 0;
    process.send({ began: true });
  }
  if (message.pause) {
    for (const client of clients.slice(0, message.pause)) client.socket.pause();
    process.send({ paused: true });
  }
  if (message === 'resume') {
    for (const { socket } of clients) socket.resume();
    process.send({ resumed: true });
  }
  if (message === 'report')
    process.send({ report: { received, missed, wrong, latest: [...latest], last: clients.map(({ last }) => last) } });
  if (message === 'close') {
    for (const { socket } of clients.splice(0)) socket.destroy();
    wrong = [];
    setTimeout(() => process.send({ closed: true }), 300);
  }
  if (message === 'stop') process.exit(0);
});
process.send({ port: -1 });
