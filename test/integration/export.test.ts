import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { exportPredictions } from '../../src/cli/export.js';
import { FRAUD_FEATURES } from '../../src/features/fraud-features.js';
import { fill, payment, RECORD, startTestServer, temporaryFolder } from '../support/server.js';

describe('export', () => {
  const folder = temporaryFolder();
  afterAll(() => folder.remove());

  it('writes every recorded prediction with the features the model saw then', async () => {
    const server = await startTestServer({ dataDir: join(folder.path, 'data'), env: { SCOREGRAPH_ENGINE: 'wasm' } });
    try {
      await fill(server);
      const at = Date.now() - 3_600_000;
      const transactions = Array.from({ length: 5 }, (_, i) =>
        payment(`x${i}`, 'c1', { occurredAt: new Date(at + i * 60_000).toISOString() }),
      );
      const { data } = await server.query(RECORD, { transactions });
      const told = data.recordTransactions.transactions;
      const { predictions } = server.running.data;
      const file = join(folder.path, 'fraud.ndjson');
      expect(await exportPredictions(predictions, 'fraud', file)).toBe(5);
      const lines = readFileSync(file, 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
      lines.forEach((line, i) => {
        const { transactionId, fraud } = told[i];
        expect(line).toMatchObject({
          predictionId: fraud.id,
          eventId: transactionId,
          model: 'fraud',
          version: 1,
          entity: 'c1',
        });
        expect(line.output.probability).toBe(fraud.probability);
        expect(Object.keys(line.features)).toEqual(FRAUD_FEATURES.features.map(({ name }) => name));
        // Point in time: the card's i-th payment knows of the i before it, and of nothing later.
        expect(line.features.log_payments).toBeCloseTo(Math.log1p(i), 6);
        expect(line.features.count_24h).toBeCloseTo(Math.log1p(i), 6);
      });
      const rest = join(folder.path, 'rest.ndjson');
      expect(await exportPredictions(predictions, 'fraud', rest, lines[2].position)).toBe(2);
      expect(await exportPredictions(predictions, 'segmentation', join(folder.path, 'none.ndjson'))).toBe(0);
    } finally {
      await server.stop();
    }
  });

  it('overwrites nothing, and says when it cannot write', async () => {
    const file = join(folder.path, 'precious');
    writeFileSync(file, 'kept');
    const log = { read: async () => [] };
    await expect(exportPredictions(log, 'fraud', file)).rejects.toThrow(/EEXIST/);
    expect(readFileSync(file, 'utf8')).toBe('kept');
    await expect(exportPredictions(log, 'fraud', join(folder.path, 'no', 'such'))).rejects.toThrow(/ENOENT/);
  });
});
