import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApiKey } from '../../src/access/api-keys.js';
import type { Role } from '../../src/core/roles.js';
import { fill, payment, RECORD, startTestServer, type TestServer, temporaryFolder } from '../support/server.js';

const REPORT = `mutation ($outcomes: [OutcomeInput!]!) { reportOutcomes(outcomes: $outcomes) {
  acceptedCount durableThrough userErrors { code field message } } }`;
const OUTCOME = 'outcome { fraud observedAt reportedAt simulated }';
const at = (secondsAgo: number) => new Date(Date.now() - secondsAgo * 1_000).toISOString();

describe('reportOutcomes', () => {
  const folder = temporaryFolder();
  let server: TestServer;
  let predictions: string[];
  const start = async () => {
    server = await startTestServer({ dataDir: join(folder.path, 'data') });
  };
  const report = async (outcomes: object[]) => {
    const { data, errors } = await server.query(REPORT, { outcomes });
    if (errors !== undefined) throw new Error(JSON.stringify(errors));
    return data.reportOutcomes;
  };
  const accepted = async (outcomes: object[]) =>
    expect(await report(outcomes)).toMatchObject({ acceptedCount: outcomes.length, userErrors: [] });
  const codes = async (outcomes: object[]) =>
    (await report(outcomes)).userErrors.map(({ code, field }: { code: string; field: string[] }) => [
      code,
      field.join('.'),
    ]);
  const transaction = async (id: string) => {
    const { data } = await server.query(`{ transaction(transactionId: "${id}") { ${OUTCOME} fraud { ${OUTCOME} } } }`);
    return data.transaction;
  };
  const figures = async (args = '') => {
    const { data, errors } = await server.query(
      `{ model(name: "fraud") { outcomes${args} { version arm figures { outcomes truePositives falsePositives trueNegatives falseNegatives
        precision { value } recall { value low high } } } } }`,
    );
    expect(errors).toBeUndefined();
    return data.model.outcomes;
  };

  beforeAll(async () => {
    await start();
    const customers = await fill(server, 3);
    const transactions = Array.from({ length: 6 }, (_, i) => payment(`t${i + 1}`, customers[i % 3]!));
    const { data } = await server.query(RECORD, { transactions });
    predictions = data.recordTransactions.transactions.map((one: { fraud: { id: string } }) => one.fraud.id);
  });
  afterAll(async () => {
    await server.stop();
    folder.remove();
  });

  it('shows what is known where it belongs, and after a restart', async () => {
    expect(await transaction('t1')).toEqual({ outcome: null, fraud: { outcome: null } });
    const observedAt = at(60);
    await accepted([{ subject: { transactionId: 't1' }, fraud: true, observedAt }]);
    const known = { fraud: true, observedAt, reportedAt: expect.any(String), simulated: false };
    expect(await transaction('t1')).toEqual({ outcome: known, fraud: { outcome: known } });
    // The prediction that the payment caused is about the payment.
    const later = at(30);
    await accepted([{ subject: { predictionId: predictions[0] }, fraud: false, observedAt: later }]);
    expect((await transaction('t1')).outcome).toMatchObject({ fraud: false, observedAt: later });
    await server.stop();
    await start();
    expect((await transaction('t1')).fraud.outcome).toMatchObject({ fraud: false, observedAt: later });
  });

  it('knows a word it has heard, and refuses two about one moment', async () => {
    const outcome = { subject: { transactionId: 't2' }, fraud: true, observedAt: at(60) };
    await accepted([outcome, outcome]);
    const head = server.running.data.events.head();
    await accepted([outcome, { ...outcome, subject: { predictionId: predictions[1] } }]);
    expect(server.running.data.events.head()).toBe(head);
    expect(await codes([{ ...outcome, fraud: false }])).toEqual([
      ['DUPLICATE_WITH_OTHER_CONTENT', 'outcomes.0.observedAt'],
    ]);
    // What was observed before changes nothing, though it is told later.
    await accepted([{ ...outcome, fraud: false, observedAt: at(120) }]);
    expect((await transaction('t2')).outcome).toMatchObject({ fraud: true });
  });

  it('refuses each row that is not as it must be, and takes the others', async () => {
    const { data } = await server.query('{ customer(customerId: "c1") { segment { id } } }');
    const observedAt = at(10);
    const about = (subject: object, more: object = {}) => ({ subject, fraud: false, observedAt, ...more });
    expect(
      await codes([
        about({ transactionId: 'nobody-paid-this' }),
        about({ predictionId: 'nobody-said-this' }),
        about({ predictionId: data.customer.segment.id }),
        about({ transactionId: 't3' }, { observedAt: new Date(Date.now() + 3_600_000).toISOString() }),
        about({ transactionId: 't3' }, { observedAt: '1999-12-31T00:00:00Z' }),
        about({ transactionId: '' }),
        about({ transactionId: 'x'.repeat(129) }),
        about({ transactionId: 't3' }),
      ]),
    ).toEqual([
      ['UNKNOWN_TRANSACTION', 'outcomes.0.subject.transactionId'],
      ['UNKNOWN_PREDICTION', 'outcomes.1.subject.predictionId'],
      ['INVALID', 'outcomes.2.subject.predictionId'],
      ['IN_FUTURE', 'outcomes.3.observedAt'],
      ['TOO_OLD', 'outcomes.4.observedAt'],
      ['INVALID', 'outcomes.5.subject.transactionId'],
      ['INVALID', 'outcomes.6.subject.transactionId'],
    ]);
    expect((await transaction('t3')).outcome).toMatchObject({ fraud: false });
    for (const subject of [{}, { transactionId: 't3', predictionId: predictions[2] }, { transactionId: null }]) {
      const { data, errors } = await server.query(REPORT, { outcomes: [about(subject)] });
      expect(errors?.[0]?.extensions.code ?? data.reportOutcomes.userErrors[0].code).toMatch(/BAD_USER_INPUT|INVALID/);
    }
    const many = Array.from({ length: 1_001 }, () => about({ transactionId: 't3' }));
    expect((await server.query(REPORT, { outcomes: many })).errors?.[0]?.extensions.code).toBe('QUERY_TOO_COSTLY');
  });

  it('refuses two subjects and none in documents that were compiled, too', async () => {
    for (let i = 0; i < 20; i++) await report([{ subject: { transactionId: 't3' }, fraud: false, observedAt: at(10) }]);
    const both = { transactionId: 't3', predictionId: predictions[2] };
    const { data, errors } = await server.query(REPORT, {
      outcomes: [{ subject: both, fraud: true, observedAt: at(9) }],
    });
    expect(errors?.[0]?.extensions.code ?? data.reportOutcomes.userErrors[0].code).toMatch(/BAD_USER_INPUT|INVALID/);
    expect((await transaction('t3')).outcome).toMatchObject({ fraud: false });
  });

  it('counts by version and arm, with intervals', async () => {
    const before = Date.now();
    await accepted([
      { subject: { transactionId: 't4' }, fraud: true, observedAt: at(5) },
      { subject: { transactionId: 't5' }, fraud: false, observedAt: at(5) },
    ]);
    const [{ version, arm, figures: counted }, ...rest] = await figures();
    expect([version, arm, rest]).toEqual([
      server.running.inference.aliases.get('fraud', 'champion')!.version,
      null,
      [],
    ]);
    expect(counted).toMatchObject({
      outcomes: 5,
      truePositives: 0,
      falsePositives: 0,
      trueNegatives: 3,
      falseNegatives: 2,
    });
    expect(counted.precision).toBeNull(); // nothing was flagged
    expect(counted.recall.value).toBe(0);
    expect(counted.recall.high).toBeCloseTo(0.6576, 3);
    expect(await figures(`(from: "${new Date(before).toISOString()}")`)).toEqual([]);
    const { data } = await server.query('{ model(name: "segmentation") { outcomes { version } } }');
    expect(data.model.outcomes).toEqual([]);
  });

  it('takes lines of events, a payment and its outcome together', async () => {
    const lines = [
      { type: 'outcome', subject: { transactionId: 'n1' }, fraud: true, observedAt: at(1) },
      { type: 'transaction', ...payment('n1', 'c1') },
      { type: 'transaction', ...payment('n2', 'nobody') },
      { type: 'outcome', subject: { transactionId: 'n2' }, fraud: true, observedAt: at(1) },
      { type: 'outcome', subject: { predictionId: predictions[5] }, fraud: true, observedAt: at(1) },
      { type: 'outcome', subject: 't1', fraud: true, observedAt: at(1) },
      { type: 'outcome', subject: { transactionId: 't1', predictionId: 'p' }, fraud: true, observedAt: at(1) },
      { type: 'outcome', subject: { transactionId: 't1' }, fraud: 'yes', observedAt: at(1) },
      { type: 'outcome', subject: { transactionId: 't1' }, observedAt: at(1) },
      { type: 'outcome', subject: { transactionId: 't1' }, fraud: true, observedAt: at(1), note: 'chargeback' },
    ];
    const response = await fetch(`${server.url}/v1/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body: lines.map((line) => JSON.stringify(line)).join('\n'),
    });
    const answer = (await response.text())
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(answer.flatMap(({ line, code, field }) => (line === undefined ? [] : [[line, code, field]]))).toEqual([
      [3, 'UNKNOWN_CUSTOMER', 'customerId'],
      [4, 'UNKNOWN_TRANSACTION', 'subject.transactionId'],
      [6, 'INVALID', 'subject'],
      [7, 'INVALID', 'subject'],
      [8, 'INVALID', 'fraud'],
      [9, 'INVALID', 'fraud'],
      [10, 'INVALID', 'note'],
    ]);
    expect(answer.at(-1).summary).toMatchObject({ accepted: 3, repeated: 0, refused: 7 });
    expect((await transaction('n1')).outcome).toMatchObject({ fraud: true });
    expect((await transaction('t6')).outcome).toMatchObject({ fraud: true });
  });

  it('is shown to the customer, and erased with them', async () => {
    await accepted([{ subject: { transactionId: 't2' }, fraud: true, observedAt: at(0) }]); // c2's
    const records = 'query ($id: ID!) { customerRecords(customerId: $id, first: 100) { nodes { content } } }';
    const { data, errors } = await server.query(records, { id: 'c2' });
    expect(errors).toBeUndefined();
    const contents = data.customerRecords.nodes.map(({ content }: { content: string }) => JSON.parse(content));
    expect(contents.filter(({ type }: { type?: string }) => type === 'outcome.reported').at(-1).payload).toMatchObject({
      transactionId: 't2',
      fraud: true,
    });
    const [{ figures: before }] = await figures();
    const erased = await server.query(
      'mutation { eraseCustomer(customerId: "c2", reason: "asked") { userErrors { code } } }',
    );
    expect(erased.errors).toBeUndefined();
    expect(await codes([{ subject: { transactionId: 't2' }, fraud: true, observedAt: at(0) }])).toEqual([
      ['UNKNOWN_TRANSACTION', 'outcomes.0.subject.transactionId'],
    ]);
    const [{ figures: after }] = await figures();
    expect(after.outcomes).toBe(before.outcomes - 2); // t2 and t5
  });
});

describe('who may report outcomes', () => {
  const folder = temporaryFolder();
  let server: TestServer;
  afterAll(async () => {
    await server.stop();
    folder.remove();
  });

  it('is bound by role and by customers, and learns nothing about others', async () => {
    const key = (roles: Role[], customers: string[] | null = null) =>
      createApiKey(join(folder.path, 'api-keys.json'), { name: 'test', roles, customers, expiresAt: null }, Date.now());
    const keys = {
      admin: key(['admin']),
      viewer: key(['viewer']),
      bound: key(['ingester'], ['mine']),
      boundViewer: key(['viewer'], ['mine']),
    };
    server = await startTestServer({ dataDir: folder.path, env: { SCOREGRAPH_API_KEYS: 'on' } });
    const as = (name: keyof typeof keys) => ({ authorization: `Bearer ${keys[name].key}` });
    const customers = ['mine', 'theirs'].map((customerId) => ({ customerId }));
    await server.query(
      'mutation ($c: [CustomerInput!]!) { upsertCustomers(customers: $c) { acceptedCount } }',
      { c: customers },
      as('admin'),
    );
    const transactions = [payment('t1', 'mine'), payment('t2', 'theirs')];
    const recorded = await server.query(RECORD, { transactions }, as('admin'));
    const [mine, theirs] = recorded.data.recordTransactions.transactions.map(
      (one: { fraud: { id: string } }) => one.fraud.id,
    );
    const outcomes = [
      { transactionId: 't1' },
      { transactionId: 't2' },
      { predictionId: mine },
      { predictionId: theirs },
      { transactionId: 't3' },
    ].map((subject) => ({ subject, fraud: true, observedAt: at(1) }));
    expect((await server.query(REPORT, { outcomes }, as('viewer'))).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    const { data } = await server.query(REPORT, { outcomes }, as('bound'));
    const { acceptedCount, userErrors } = data.reportOutcomes;
    expect(acceptedCount).toBe(2);
    const told = userErrors.map(({ code, message }: { code: string; message: string }) => `${code}: ${message}`);
    expect(told[0]).toBe(told[2]); // another's payment, and one that nobody knows
    expect(userErrors.map(({ code }: { code: string }) => code)).toEqual([
      'UNKNOWN_TRANSACTION',
      'UNKNOWN_PREDICTION',
      'UNKNOWN_TRANSACTION',
    ]);
    const refused = await server.query('{ model(name: "fraud") { outcomes { version } } }', {}, as('boundViewer'));
    expect(refused.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    const shown = await server.query(
      '{ transaction(transactionId: "t1") { outcome { fraud } } }',
      {},
      as('boundViewer'),
    );
    expect(shown.data.transaction.outcome).toEqual({ fraud: true });
    // What a role may not report, no line reports either.
    const lines = await fetch(`${server.url}/v1/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson', ...as('bound') },
      body: JSON.stringify({ type: 'outcome', subject: { transactionId: 't2' }, fraud: false, observedAt: at(1) }),
    });
    expect(JSON.parse((await lines.text()).split('\n')[0]!)).toMatchObject({ code: 'UNKNOWN_TRANSACTION' });
  });
});
