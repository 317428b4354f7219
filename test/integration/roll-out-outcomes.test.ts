import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rollOutServer } from '../support/roll-outs.js';
import { RECORD } from '../support/server.js';
import { decidingAt } from '../support/versions.js';

const CUSTOMERS = 200;
const FIGURES = 'outcomes truePositives falsePositives trueNegatives falseNegatives recall { value }';
const REPORT = `mutation ($outcomes: [OutcomeInput!]!) { reportOutcomes(outcomes: $outcomes) { acceptedCount userErrors { message } } }`;

/** The champion declines everything, the candidate approves everything: same scores, and one of them finds no fraud. */
describe('a canary that loses recall', () => {
  const world = rollOutServer();
  const { ask } = world;
  const startRollOut = async (guards: string) =>
    (
      await ask(`mutation { startRollOut(model: "fraud", version: 2, steps: [50, 100], stepSeconds: 600, reason: "try", guards: {${guards}}) {
        userErrors { code message } } }`)
    ).startRollOut.userErrors;
  const rollOut = async () =>
    (await ask(`{ model(name: "fraud") { rollOut { status reason arms { arm outcomes { ${FIGURES} } } } } }`)).model
      .rollOut;
  const pay = async (): Promise<string[]> => {
    const { recordTransactions } = await ask(RECORD, { transactions: world.payments() });
    return recordTransactions.transactions.map(({ transactionId }: { transactionId: string }) => transactionId);
  };
  /** Every fourth payment was fraud. */
  const report = async (ids: readonly string[]) => {
    const observedAt = new Date().toISOString();
    const outcomes = ids.map((transactionId, i) => ({ subject: { transactionId }, fraud: i % 4 === 0, observedAt }));
    expect((await ask(REPORT, { outcomes })).reportOutcomes).toEqual({ acceptedCount: ids.length, userErrors: [] });
  };

  beforeAll(() =>
    world.begin({
      customers: CUSTOMERS,
      aliases: { champion: 3 },
      versions: [
        [2, decidingAt(1)],
        [3, decidingAt(0)],
      ],
    }),
  );
  afterAll(world.end);

  it('refuses guards that cannot be', async () => {
    for (const guards of ['minRecall: 1.5', 'maxPrecisionDrop: -0.1', 'minOutcomes: 0', 'minOutcomes: 100001'])
      expect((await startRollOut(guards))[0]?.code).toBe('POLICY_INVALID');
    const { startRollOut: other } = await ask(
      'mutation { startRollOut(model: "segmentation", version: 1, reason: "r", guards: {minRecall: 0.5}) { userErrors { code message } } }',
    );
    expect(other.userErrors).toEqual([
      {
        code: 'POLICY_INVALID',
        message: 'expected no guard of precision or recall: outcomes are of fraud, not of segmentation',
      },
    ]);
  });

  it('is rolled back because outcomes say so, though a restart lies between prediction and outcome', async () => {
    await report(await pay()); // before the roll-out: of no step
    expect(await startRollOut('maxRecallDrop: 0.1, minOutcomes: 20')).toEqual([]);
    const ids = await pay();
    await world.restart();
    expect((await rollOut()).status).toBe('RUNNING');
    await report(ids);
    await expect.poll(async () => (await rollOut()).status, { timeout: 20_000 }).toBe('ROLLED_BACK');
    const { reason, arms } = await rollOut();
    expect(reason).toMatch(/^recall: 0\.000 \(0\.000 to 0\.\d+\) over \d+ outcomes against the champion's 1\.000/);
    const [canary, champion] = arms.map(({ outcomes }: { outcomes: { outcomes: number } }) => outcomes);
    expect(canary.outcomes + champion.outcomes).toBe(CUSTOMERS);
    expect(canary).toMatchObject({ truePositives: 0, falsePositives: 0, recall: { value: 0 } });
    expect(champion).toMatchObject({ trueNegatives: 0, falseNegatives: 0, recall: { value: 1 } });
  }, 60_000);

  it('goes by when nobody guards against it', async () => {
    expect(await startRollOut('')).toEqual([]);
    await report(await pay());
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect((await rollOut()).status).toBe('RUNNING');
    await ask('mutation { abortRollOut(model: "fraud", reason: "over") { userErrors { message } } }');
  }, 60_000);

  it('is seen in the shadow, before anybody is answered by it', async () => {
    await ask(
      'mutation { setRoutingPolicy(model: "fraud", policy: {shadow: {version: 2}}, reason: "look") { userErrors { message } } }',
    );
    const from = new Date().toISOString();
    const ids = await pay();
    await report(ids); // some before their shadows are there
    const arms = async () =>
      (await ask(`{ model(name: "fraud") { outcomes(from: "${from}") { version arm figures { ${FIGURES} } } } }`)).model
        .outcomes;
    await expect
      .poll(async () => (await arms()).map((one: { figures: { outcomes: number } }) => one.figures.outcomes), {
        timeout: 20_000,
      })
      .toEqual([CUSTOMERS, CUSTOMERS]);
    const [champion, shadow] = await arms();
    expect([champion.version, shadow.version, shadow.arm]).toEqual([3, 2, 'shadow']);
    expect(champion.figures).toMatchObject({ truePositives: 50, falsePositives: 150, recall: { value: 1 } });
    expect(shadow.figures).toMatchObject({ falseNegatives: 50, trueNegatives: 150, recall: { value: 0 } });
  }, 60_000);
});
