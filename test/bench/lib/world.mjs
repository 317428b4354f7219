// The bench world: customers with histories, through the server's own ingest flow; and what the runtime itself says about each.

import { vocabularyOf } from '../../../dist/domains/recommendations/vocabulary.js';
import { recentItems } from '../../../dist/features/basket-features.js';
import { FRAUD_FEATURES, fraudVector } from '../../../dist/features/fraud-features.js';
import { rfmVector } from '../../../dist/features/rfm-features.js';
import { seeded } from '../../../dist/training/random.js';
import { PAYMENT } from './query.mjs';

const CATEGORIES = ['grocery_pos', 'travel', 'home', 'shopping_net', 'gas_transport', 'food_dining'];

export async function fillWorld({ app }, customers) {
  const random = seeded(7);
  const items = app.recommendations.items();
  const now = Date.now();
  const ids = Array.from({ length: customers }, (_, i) => `bench-${i}`);
  const inBulk = async (list, act) => {
    for (let i = 0; i < list.length; i += 1000) {
      const { errors } = await act(list.slice(i, i + 1000));
      if (errors.length > 0) throw new Error(errors[0].message);
    }
  };
  await inBulk(
    ids.map((customerId) => ({ customerId, country: 'United Kingdom', birthDate: '1975-04-09' })),
    (list) => app.ingest.upsertCustomers(list, 'api'),
  );
  const interactions = ids.flatMap((customerId, c) =>
    Array.from({ length: 4 + (c % 9) }, (_, i) => ({
      interactionId: `bi-${c}-${i}`,
      customerId,
      itemId: items[Math.floor(items.length * random() ** 2)].id,
      kind: 'PURCHASE',
      occurredAt: now - Math.floor((1 + random() * 300) * 86_400_000),
      quantity: 1 + (i % 5),
      unitPrice: { minor: 295, currency: 'GBP' },
      orderId: `bo-${c}-${i >> 1}`,
    })),
  );
  await inBulk(interactions, (list) => app.ingest.recordInteractions(list, 'api'));
  const start = Date.UTC(2026, 4, 1);
  const payments = ids.flatMap((customerId, c) =>
    Array.from({ length: 8 }, (_, i) => ({
      transactionId: `bt-${c}-${i}`,
      customerId,
      merchant: 'Moen LLC',
      category: CATEGORIES[(c + i) % CATEGORIES.length],
      amount: { minor: 300 + Math.floor(random() * 20_000), currency: 'USD' },
      occurredAt: start + i * 86_400_000 + c * 1000,
    })),
  );
  await inBulk(payments, (list) => app.ingest.recordTransactions(list, 'api'));
  return ids;
}

/** Expected answers: features from the state, models run one row at a time by the runtime, no batcher and no graph in between. */
export async function expectations({ app, inference }, runtime, ids) {
  const loaded = {};
  for (const model of ['fraud', 'segmentation', 'recommendations']) {
    const { info } = inference.registry.get(model).versions[0];
    const { inputs, outputs } = info.manifest;
    loaded[model] = await runtime.load({
      model,
      version: info.version,
      folder: info.folder,
      format: info.card.format,
      signature: { inputs, outputs },
      sha256: `bench-${model}`.padEnd(64, '0'),
    });
  }
  const vocabulary = vocabularyOf(inference.registry.get('recommendations').versions[0].info);
  const run = async (model, inputs) => {
    const tensors = Object.fromEntries(
      Object.entries(inputs).map(([name, data]) => [
        name,
        { datatype: data instanceof Int32Array ? 'INT32' : 'FP32', shape: [1, data.length], data },
      ]),
    );
    return Object.values(await loaded[model].run(tensors)).map(({ data }) => data);
  };
  const now = Date.now();
  const expected = [];
  for (const id of ids) {
    const state = app.customers.peek(id);
    const fraud = new Float32Array(FRAUD_FEATURES.features.length);
    fraudVector(
      state,
      {
        merchant: PAYMENT.merchant,
        category: PAYMENT.category,
        amountMinor: 12_000,
        currency: 'USD',
        occurredAt: Date.parse(PAYMENT.occurredAt),
      },
      fraud,
      0,
    );
    const rfm = new Float32Array(3);
    rfmVector(state, now, rfm, 0);
    const recent = recentItems(state, vocabulary.indexOf);
    const probability = (await run('fraud', { features: fraud }))[0][0];
    const confidence = Math.max(...(await run('segmentation', { features: rfm }))[0]);
    const [scores, repeats] = await run('recommendations', {
      items: recent.ids,
      weights: recent.weights,
      shares: recent.shares,
    });
    for (let i = 0; i < recent.count; i++) scores[recent.ids[i] - 1] += repeats[i];
    const top = [...scores.keys()].sort((a, b) => scores[b] - scores[a] || a - b).slice(0, 5);
    expected.push({
      id,
      probability,
      confidence,
      scores: top.map((i) => scores[i]),
      fraud: [...fraud],
      rfm: [...rfm],
      items: [...recent.ids],
      weights: [...recent.weights],
      shares: [...recent.shares],
    });
  }
  return expected;
}
