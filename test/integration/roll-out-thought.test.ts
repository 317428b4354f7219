import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RollOutServer, rollOutServer } from '../support/roll-outs.js';

/** So many scores of each arm are the fewest that distributions are compared of. */
const LEAST_SCORES = 200;
const ASKED = 40;

describe('payments that are thought up while a version is rolled out', () => {
  let world: RollOutServer;
  beforeAll(async () => {
    world = rollOutServer();
    await world.begin({ customers: 12, aliases: { champion: 1 }, versions: [[2]] });
    await world.ask(
      'mutation { startRollOut(model: "fraud", version: 2, steps: [50, 100], stepSeconds: 600, reason: "r") { userErrors { message } } }',
    );
  }, 60_000);
  afterAll(() => world.end());

  const assess = (amount: number) =>
    `assessTransaction(transaction: { merchant: "Stark Inc", category: "grocery_pos", amount: { amount: "${amount}.50", currency: "USD" } }) { arm }`;
  /** One operation that tries so many amounts for a customer. @returns the arm that answered. */
  const curve = async (customerId: string, amounts: number): Promise<string> => {
    const fields = Array.from({ length: amounts }, (_, i) => `a${i}: ${assess(1 + 20 * i)}`).join(' ');
    const { customer } = await world.ask(`{ customer(customerId: "${customerId}") { ${fields} } }`);
    return customer.a0.arm;
  };

  it('count as rows, but as one score of an operation and a customer', async () => {
    const rows = { canary: 0, champion: 0 } as Record<string, number>;
    while (Math.min(...Object.values(rows)) <= LEAST_SCORES)
      for (const customer of world.customers) {
        const arm = await curve(customer, ASKED);
        rows[arm]! += ASKED;
      }
    const { rollOut } = (await world.ask('{ model(name: "fraud") { rollOut { status psi arms { arm rows } } } }'))
      .model;
    expect(rollOut).toMatchObject({ status: 'RUNNING', psi: null });
    expect(Object.fromEntries(rollOut.arms.map(({ arm, rows }: { arm: string; rows: number }) => [arm, rows]))).toEqual(
      rows,
    );
  });

  it('are samples of what a version is asked where each is an operation of its own', async () => {
    for (let i = 0; i < 2 * LEAST_SCORES; i++)
      for (const customer of world.customers.slice(0, 6)) await curve(customer, 1);
    const { rollOut } = (await world.ask('{ model(name: "fraud") { rollOut { status psi } } }')).model;
    expect(rollOut.psi).not.toBeNull();
  }, 60_000);
});
