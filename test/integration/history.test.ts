import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fill, payment, RECORD, startTestServer, type TestServer, temporaryFolder } from '../support/server.js';

const PAGE = `query ($filter: PredictionFilter, $first: Int, $after: Cursor, $last: Int, $before: Cursor) {
  predictions(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
    edges { cursor node { id } }
    nodes { __typename id predictedAt recorded modelVersion { model { name } } ... on FraudAssessment { probability decision } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`;
const SERIES = `query ($filter: PredictionFilter, $from: DateTime!, $to: DateTime!, $bucketSeconds: PositiveInt!) {
  predictionSeries(filter: $filter, from: $from, to: $to, bucketSeconds: $bucketSeconds) {
    start count meanScore decisions { approve review decline }
  }
}`;

describe('the history of predictions', () => {
  const folder = temporaryFolder();
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({ dataDir: folder.path, env: { SCOREGRAPH_ENGINE: 'wasm' } });
    await fill(server);
    const transactions = Array.from({ length: 60 }, (_, i) => payment(`t${i}`, `c${(i % 3) + 1}`));
    await server.query(RECORD, { transactions });
  });
  afterAll(async () => {
    await server.stop();
    folder.remove();
  });
  const page = async (variables: object) => (await server.query(PAGE, variables)).data.predictions;
  // biome-ignore lint/suspicious/noExplicitAny: an answer has whatever shape the query gave it
  const ids = ({ nodes }: any): string[] => nodes.map(({ id }: { id: string }) => id);

  it('goes through pages forwards and back, and every prediction is there once', async () => {
    const seen: string[] = [];
    let after: string | null = null;
    for (;;) {
      const got: Awaited<ReturnType<typeof page>> = await page({ first: 25, after, filter: { model: 'fraud' } });
      expect(got.pageInfo.hasPreviousPage).toBe(after !== null);
      seen.push(...ids(got));
      after = got.pageInfo.endCursor;
      if (!got.pageInfo.hasNextPage) break;
    }
    expect(new Set(seen).size).toBe(60);
    expect(seen).toHaveLength(60);
    const oldest = await page({ last: 10, filter: { model: 'fraud' } });
    expect(ids(oldest)).toEqual(seen.slice(-10));
    const newer = await page({ last: 10, before: oldest.pageInfo.startCursor, filter: { model: 'fraud' } });
    expect(ids(newer)).toEqual(seen.slice(-20, -10));
    const first = (await page({ first: 1 })).nodes[0];
    expect(first).toMatchObject({ __typename: 'FraudAssessment', recorded: true });
    expect(ids(await page({}))).toEqual(seen.slice(0, 20));
  });

  it('is filtered by customer, time, probability and decision', async () => {
    const all = await page({ first: 100 });
    const of = await page({ first: 100, filter: { customerIds: ['c1', 'nobody'] } });
    expect(of.nodes).toHaveLength(20);
    const least = [...all.nodes].sort((a, b) => b.probability - a.probability)[9]!.probability;
    const likely = await page({ first: 100, filter: { minProbability: least } });
    expect(likely.nodes.length).toBe(all.nodes.filter((n: { probability: number }) => n.probability >= least).length);
    const approved = all.nodes.filter((n: { decision: string }) => n.decision === 'APPROVE').length;
    expect((await page({ first: 100, filter: { decisions: ['APPROVE'] } })).nodes).toHaveLength(approved);
    expect((await page({ filter: { to: '2020-01-01T00:00:00Z' } })).nodes).toEqual([]);
    expect((await page({ filter: { customerIds: [] } })).nodes).toEqual([]);
    expect((await page({ filter: { model: 'segmentation' } })).pageInfo).toMatchObject({ startCursor: null });
  });

  it('is a series of buckets, the empty ones too', async () => {
    const now = Date.now();
    const variables = {
      from: new Date(now - 3_600_000).toISOString(),
      to: new Date(now + 3_600_000).toISOString(),
      bucketSeconds: 600,
    };
    const series = (await server.query(SERIES, variables)).data.predictionSeries;
    expect(series).toHaveLength(12);
    expect(series[0]).toMatchObject({ start: new Date(now - 3_600_000).toISOString(), count: 0, meanScore: null });
    const busy = series.filter(({ count }: { count: number }) => count > 0);
    expect(busy.reduce((sum: number, { count }: { count: number }) => sum + count, 0)).toBe(60);
    expect(busy[0].meanScore).toBeGreaterThan(0);
    expect(busy[0].decisions.approve + busy[0].decisions.review + busy[0].decisions.decline).toBe(busy[0].count);
    const none = (await server.query(SERIES, { ...variables, filter: { decisions: [] } })).data.predictionSeries;
    expect(none.map(({ count }: { count: number }) => count)).toEqual(series.map(() => 0));
  });

  it('refuses what makes no sense, and says what it expected', async () => {
    const range = { from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z', bucketSeconds: 60 };
    const foreign = Buffer.from('scored:3').toString('base64url');
    const refusals: [string, object, RegExp][] = [
      [PAGE, { first: 101 }, /from 1 to 100, got 101/],
      [PAGE, { first: 5, last: 5 }, /first or last/],
      [PAGE, { after: 'x' }, /expected a cursor/],
      [PAGE, { after: foreign }, /"scored", not of "predictions"/],
      [PAGE, { filter: { model: 'nothing' } }, /expected one of fraud, recommendations, segmentation/],
      [PAGE, { filter: { customerIds: Array.from({ length: 101 }, (_, i) => `c${i}`) } }, /at most 100/],
      [PAGE, { filter: { minProbability: 1.5 } }, /from 0 to 1, got 1.5/],
      [PAGE, { filter: { minProbability: 'NaN' } }, /Float cannot represent/],
      [PAGE, { filter: { model: 'segmentation', minProbability: 0.5 } }, /model fraud only, got segmentation/],
      [PAGE, { filter: { from: range.to, to: range.from } }, /from to lie before to/],
      [SERIES, { ...range, bucketSeconds: 1 }, /at most 1000 buckets, the range has 86400/],
      [SERIES, { ...range, bucketSeconds: 0 }, /expected|PositiveInt/],
      [SERIES, { ...range, bucketSeconds: 2_700_000 }, /31 days/],
      [SERIES, { ...range, to: range.from }, /from to lie before to/],
      [SERIES, { ...range, filter: { from: range.from } }, /not in its filter/],
    ];
    for (const [query, variables, message] of refusals) {
      const { errors } = await server.query(query, variables);
      expect(errors![0]).toMatchObject({
        message: expect.stringMatching(message),
        extensions: { code: 'BAD_USER_INPUT' },
      });
    }
  });
});
