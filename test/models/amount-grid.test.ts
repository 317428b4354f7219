import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CATEGORIES } from '../../src/features/categories.js';
import { AMOUNT_GRID, fallsOf, MOST_FALLS } from '../../src/training/amount-falls.js';
import { type AmountGrid, gridRows } from '../../src/training/amount-grid.js';
import { ENGINES } from '../support/engines.js';
import { runnerOn, shippedVersions } from '../support/models.js';
import { MODELS } from '../support/server.js';

const versions = shippedVersions().filter(({ model }) => model === 'fraud');

describe.each(versions)('$model $version', ({ model, version }) => {
  const read = (...path: string[]) => JSON.parse(readFileSync(join(MODELS, model, version, ...path), 'utf8'));
  const grid: AmountGrid = read('assets', 'amount-grid.json');
  const rows = gridRows(grid);

  it('is looked at with payments of all kinds', () => {
    for (const category of CATEGORIES) {
      for (const night of [true, false]) {
        for (const newCard of [true, false]) {
          for (const fraud of [true, false])
            expect(
              rows.contexts.filter(
                (c) => c.category === category && c.night === night && c.newCard === newCard && c.fraud === fraud,
              ).length,
              `${category}, night ${night}, new card ${newCard}, fraud ${fraud}`,
            ).toBeGreaterThanOrEqual(2);
        }
      }
    }
  });

  it.each(ENGINES)('hardly ever sees less risk in a larger amount, on %s', async (engine) => {
    const { probability } = await (await runnerOn(engine, model, version))({ features: rows.x });
    const { share, pairs } = fallsOf(grid, rows, probability!);
    expect(pairs).toBeGreaterThan(10_000);
    expect(share).toBeLessThanOrEqual(MOST_FALLS);
    const { metrics } = read('version.json');
    const recorded = metrics.find(
      (m: { name: string; dataset: string }) => m.name === 'amountFalls' && m.dataset.endsWith(`, ${AMOUNT_GRID}`),
    );
    expect(share).toBeCloseTo(recorded.value, 3);
  });
});
