import { request } from 'node:http';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fill, payment, startTestServer, type TestServer, temporaryFolder } from '../support/server.js';

interface Told {
  readonly status: number;
  readonly progress: number[];
  readonly refusals: { line: number; code: string; field: string | null; message: string }[];
  // biome-ignore lint/suspicious/noExplicitAny: the summary as it came
  readonly summary: any;
}

function told(status: number, text: string): Told {
  const lines = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
  return {
    status,
    progress: lines.filter((line) => 'durableThroughLine' in line).map((line) => line.durableThroughLine),
    refusals: lines.filter((line) => 'line' in line),
    summary: lines.find((line) => 'summary' in line)?.summary,
  };
}

it('ends a stream when the server stops, after what was read is on disk', async () => {
  const folder = temporaryFolder();
  const server = await startTestServer({ dataDir: folder.path });
  const sending = request(`${server.url}/v1/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
  });
  let heard = '';
  const ended = new Promise<void>((done) =>
    sending.on('response', (response) => response.on('data', (chunk) => (heard += chunk)).on('end', () => done())),
  );
  sending.write('{"type":"customer","customerId":"a"}\n{"type":"customer","customerId":"b"}\n{"type":"cust');
  await expect.poll(() => heard).toContain('{"durableThroughLine":2}');
  await server.stop();
  await ended;
  expect(told(200, heard).summary).toMatchObject({
    accepted: 2,
    durableThroughLine: 2,
    error: { code: 'STORAGE_UNAVAILABLE', reason: 'SHUTTING_DOWN', retryAfterMs: expect.any(Number) },
  });
  sending.destroy();
  folder.remove();
});

describe('POST /v1/events', () => {
  const folder = temporaryFolder();
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({ dataDir: folder.path });
    await fill(server);
  });
  afterAll(async () => {
    await server.stop();
    folder.remove();
  });

  const post = async (body: string | Uint8Array, headers: Record<string, string> = {}) => {
    const response = await fetch(`${server.url}/v1/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson', ...headers },
      body: body as never,
    });
    return { ...told(response.status, await response.text()), headers: response.headers };
  };
  const line = (id: string, more: object = {}) =>
    JSON.stringify({ type: 'transaction', ...payment(id, 'c1', { occurredAt: '2026-01-01T12:00:00Z', ...more }) });
  const summary = (lines: number, more: object = {}) => ({
    lines,
    accepted: lines,
    repeated: 0,
    refused: 0,
    durableThroughLine: lines,
    durableThrough: lines > 0 ? expect.any(String) : null,
    refusedUntold: 0,
    error: null,
    ...more,
  });
  const head = () => server.running.data.events.head();

  it('records what mutations record, of every kind, in the order of the lines', async () => {
    const lines = [
      { type: 'customer', customerId: 'new-1', country: 'France', birthDate: '1970-02-03' },
      { type: 'transaction', ...payment('n-1', 'new-1') },
      { type: 'item', itemId: 'own-1', title: 'A lamp' },
      {
        type: 'interaction',
        interactionId: 'i-1',
        customerId: 'new-1',
        itemId: 'own-1',
        kind: 'PURCHASE',
        occurredAt: '2026-03-01T10:00:00+01:00',
        quantity: 2,
        unitPrice: { amount: '9.95', currency: 'GBP' },
      },
    ];
    const answer = await post(lines.map((one) => JSON.stringify(one)).join('\n'));
    expect(answer).toMatchObject({ status: 200, refusals: [], summary: summary(4) });
    expect(answer.headers.get('content-type')).toBe('application/x-ndjson; charset=utf-8');
    const stored = await server.running.data.events.read(head() - 4, 10);
    expect(stored.map(({ type }) => type)).toEqual([
      'customer.upserted',
      'payment.recorded',
      'item.upserted',
      'interaction.recorded',
    ]);
    expect(stored[3]).toMatchObject({
      occurredAt: Date.UTC(2026, 2, 1, 9),
      payload: { quantity: 2, unitPrice: { minor: 995, currency: 'GBP' }, orderId: null },
    });
    const { data } = await server.query(
      '{ customer(customerId: "new-1") { transactions(first: 1) { nodes { transactionId fraud { recorded } } } } }',
    );
    expect(data.customer.transactions.nodes).toEqual([{ transactionId: 'n-1', fraud: { recorded: true } }]);
  });

  it('says of each refused line which it was and what is wrong, and records the others', async () => {
    const lines = [
      line('r-1'),
      'no JSON',
      '[1]',
      '{}',
      '{"type":"constructor"}',
      line('r-2', { customerId: 'nobody' }),
      line('r-3', { amount: { amount: '1.234', currency: 'USD' } }),
      line('r-4', { amount: { amount: 12.5, currency: 'USD' } }),
      line('r-5', { amount: '12.50' }),
      line('r-6', { occurredAt: '2026-02-30T12:00:00Z' }),
      line('r-7', { occurredAt: '1999-01-01T00:00:00Z' }),
      line('r-8', { merchant: null }),
      line('r-9', { mechant: 'x' }),
      line('r-10').replace('{"type"', '{"__proto__":{"merchant":"x"},"type"'),
      line('r-11', { category: '' }),
      line('r-12', { merchant: { $gt: '' } }),
      line('r-1', { merchant: 'Another' }),
      line('r-13', { amount: { amount: '5', currency: 'EUR' } }),
      line('r-14'),
      line('r-15').replace('Stark', '\\ud83d'),
    ];
    const answer = await post(`${lines.join('\n')}\n`);
    expect(answer.refusals.map(({ line, code, field }) => [line, code, field])).toEqual([
      [2, 'INVALID', null],
      [3, 'INVALID', null],
      [4, 'INVALID', 'type'],
      [5, 'INVALID', 'type'],
      [6, 'UNKNOWN_CUSTOMER', 'customerId'],
      [7, 'INVALID', 'amount.amount'],
      [8, 'INVALID', 'amount.amount'],
      [9, 'INVALID', 'amount'],
      [10, 'INVALID', 'occurredAt'],
      [11, 'TOO_OLD', 'occurredAt'],
      [12, 'INVALID', 'merchant'],
      [13, 'INVALID', 'mechant'],
      [14, 'INVALID', '__proto__'],
      [15, 'INVALID', 'category'],
      [16, 'INVALID', 'merchant'],
      [17, 'DUPLICATE_WITH_OTHER_CONTENT', 'transactionId'],
      [18, 'INVALID', 'amount.currency'],
      [20, 'INVALID', 'merchant'],
    ]);
    for (const { message } of answer.refusals) expect(message.length).toBeGreaterThan(10);
    expect(answer.summary).toEqual(summary(20, { accepted: 2, refused: 18 }));
  });

  it('counts a repeated line as accepted and records it once', async () => {
    const body = Array.from({ length: 2_500 }, (_, i) => line(`once-${i}`)).join('\n');
    expect((await post(body)).summary).toEqual(summary(2_500));
    const before = head();
    expect((await post(`${body}\n${line('once-new')}`)).summary).toEqual(summary(2_501, { repeated: 2_500 }));
    expect(head()).toBe(before + 1);
  });

  it('takes blank lines, CRLF, a byte order mark, and a last line without newline', async () => {
    const body = `\ufeff${line('w-1')}\r\n\r\n   \n${line('w-2', { merchant: 'Łódź Käse 🧀' })}\n\n${line('w-3')}`;
    expect(await post(body)).toMatchObject({ refusals: [], summary: summary(6, { accepted: 3 }) });
  });

  it('refuses only the lines that are no UTF-8 or too long', async () => {
    const wrong = Buffer.from(line('u-2', { merchant: '@@' }));
    wrong.fill(0xff, wrong.indexOf('@@'), wrong.indexOf('@@') + 2);
    const body = Buffer.concat([
      Buffer.from(`${line('u-1', { merchant: 'Käse' })}\n`),
      wrong,
      Buffer.from(`\n${line('u-3', { merchant: 'x'.repeat(10_000_000) })}\n`),
      Buffer.from(`${line('u-4')}\n${line('u-5', { merchant: 'x'.repeat(70_000) })}\n${line('u-6')}`),
    ]);
    const answer = await post(body);
    expect(answer.refusals.map(({ line, message }) => [line, message])).toEqual([
      [2, 'expected UTF-8, got bytes that are none'],
      [3, 'expected a line of at most 65536 bytes'],
      [5, 'expected a line of at most 65536 bytes'],
    ]);
    expect(answer.summary).toEqual(summary(6, { accepted: 3, refused: 3 }));
  });

  it('answers an empty body with nothing done', async () => {
    expect(await post('')).toMatchObject({ status: 200, progress: [], summary: summary(0) });
    expect((await post('\n\n')).summary).toEqual(summary(2, { accepted: 0, durableThrough: null }));
  });

  it('takes gzip, also in several members', async () => {
    const body = Buffer.concat([gzipSync(`${line('z-1')}\n${line('z-')}`.slice(0, -20)), gzipSync('')]);
    const whole = Buffer.concat([gzipSync(`${line('z-1')}\n`), gzipSync(line('z-2'))]);
    expect(await post(whole, { 'content-encoding': 'gzip' })).toMatchObject({ summary: summary(2) });
    expect((await post(body, { 'content-encoding': 'gzip' })).refusals).toMatchObject([{ line: 2 }]);
  });

  it('says what is wrong with a broken, cut or bursting gzip, and how far it got', async () => {
    const gzip = { 'content-encoding': 'gzip' };
    expect(await post('plain', gzip)).toMatchObject({
      status: 400,
      summary: summary(0, { error: { code: 'BAD_REQUEST', message: expect.stringContaining('expected gzip') } }),
    });
    const cut = gzipSync(Array.from({ length: 5_000 }, (_, i) => line(`cut-${i}-${Math.random()}`)).join('\n'));
    const answer = await post(cut.subarray(0, cut.length - 100), gzip);
    expect(answer.summary.error.message).toMatch(/^expected gzip: unexpected end/);
    expect(answer.summary.accepted).toBe(answer.summary.durableThroughLine);
    expect(answer.summary.accepted).toBeGreaterThan(1_000);
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024, '\n'));
    expect((await post(bomb, gzip)).summary.error.message).toMatch(/grows at most 200 times/);
  });

  it('tells of a bounded number of refusals and counts the others', async () => {
    const answer = await post('nothing\n'.repeat(3_000));
    expect(answer.refusals).toHaveLength(1_000);
    expect(answer.summary).toMatchObject({ lines: 3_000, refused: 3_000, refusedUntold: 2_000, accepted: 0 });
  });

  it('wants a content type that browsers ask for first, and POST', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', '']) {
      expect((await fetch(`${server.url}/v1/events`, send(type))).status, type).toBe(415);
    }
    for (const type of ['application/jsonl', 'application/ndjson; charset=UTF-8', 'application/json'])
      expect((await fetch(`${server.url}/v1/events`, send(type))).status, type).toBe(200);
    expect((await fetch(`${server.url}/v1/events`, send('application/json; charset=utf-16'))).status).toBe(415);
    expect(
      (await fetch(`${server.url}/v1/events`, send('application/x-ndjson', { 'content-encoding': 'br' }))).status,
    ).toBe(415);
    const get = await fetch(`${server.url}/v1/events`);
    expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST']);
    function send(type: string, more: Record<string, string> = {}) {
      return { method: 'POST', headers: { 'content-type': type, ...more }, body: new Uint8Array([10]) };
    }
  });

  it('acknowledges lines while the body still comes, and goes on where it stopped when the client went away', async () => {
    const sending = request(`${server.url}/v1/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
    });
    sending.on('error', () => {});
    const heard: string[] = [];
    const firstProgress = new Promise<void>((done) => {
      sending.on('response', (response) =>
        response
          .on('error', () => {})
          .on('data', (chunk) => {
            heard.push(String(chunk));
            done();
          }),
      );
    });
    sending.write(`${line('s-1')}\n${line('s-2')}\n${line('s-3').slice(0, 40)}`);
    await firstProgress;
    expect(told(200, heard.join('')).progress).toEqual([2]);
    sending.write('broken off');
    sending.destroy();
    await expect
      .poll(async () => (await (await fetch(`${server.url}/metrics`)).text()).match(/event_streams_open (\d+)/)?.[1])
      .toBe('0');
    const again = await post(`${line('s-1')}\n${line('s-2')}\n${line('s-3')}`);
    expect(again.summary).toEqual(summary(3, { repeated: 2 }));
  });

  it('scores every payment once when the engine dies under it, and tells the client nothing of it', async () => {
    await server.running.app.scorer.settled(head(), 10_000);
    const before = server.running.data.predictions.head();
    const lines = Array.from({ length: 6_000 }, (_, i) => line(`engine-${i}`, { customerId: `c${1 + (i % 3)}` }));
    const sending = post(lines.join('\n'));
    await expect.poll(() => server.running.data.predictions.head(), { timeout: 10_000 }).toBeGreaterThan(before);
    await server.running.engineThreads[0]!.kill();
    expect((await sending).summary).toEqual(summary(6_000));
    await server.running.app.scorer.settled(head(), 20_000);
    const scored = await server.running.data.predictions.byEvents(
      'fraud',
      lines.map((_, i) => `engine-${i}`),
    );
    expect(scored.filter((prediction) => prediction === null)).toEqual([]);
    expect(server.running.data.predictions.head()).toBe(before + 6_000);
  }, 40_000);

  it('waits for a client that sends a byte at a time, and keeps answering others', async () => {
    const { port } = new URL(server.url);
    const socket = connect(Number(port), '127.0.0.1');
    let heard = '';
    socket.on('data', (chunk) => (heard += chunk));
    const body = `${line('slow-1')}\n`;
    socket.write(
      `POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\nContent-Length: ${body.length}\r\n\r\n`,
    );
    for (const byte of body) {
      socket.write(byte);
      await new Promise(setImmediate);
    }
    await expect.poll(() => heard).toContain('"accepted":1');
    socket.destroy();
  });
});
