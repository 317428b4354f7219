import { signal } from '@preact/signals';
import { ModelTrafficDocument, type ModelTrafficSubscription } from '../__generated__/graphql.js';
import { told } from '../graph/refusals.js';
import { subscribe } from '../graph/socket.js';
import { SplitWindow } from '../state/split-window.js';
import { VersionFigures } from '../state/version-figures.js';
import { list, refresh } from './model-pages.js';

type Stats = ModelTrafficSubscription['liveStats'];
export type Traffic = Stats['traffic'][number];

/** Who answered, for every model. */
export const split = new SplitWindow();
/** How each version does. */
export const versionFigures = new VersionFigures();
/** Grows with every word on the traffic; `serverNow` is as of then. */
export const trafficTold = signal(0);
/** The server's clock at the latest word, ms. */
export let toldAt = 0;
export const latest = signal<Stats | null>(null);
/** Why there is no picture; null where there is one. */
export const trafficProblem = signal<string | null>(null);

/** What the champion answers where no policy counts arms: the rows of its version. Others were asked for by name. */
function answered({ models, windowSeconds }: Stats, model: string) {
  const facts = list.peek()?.find(({ name }) => name === model);
  const champion = facts?.aliases.find(({ name }) => name === 'champion')?.version.number ?? null;
  return models
    .filter((one) => one.model === model && (one.version === champion || facts?.policy?.kind !== 'SHADOW'))
    .map(({ version, rowsPerSecond }) => ({
      ...{ arm: version === champion ? 'champion' : 'asked by name', version, errors: 0 },
      rows: Math.round(rowsPerSecond * windowSeconds),
    }));
}

export function followTraffic(): void {
  const changed = new Map<string, string | null>();
  subscribe(ModelTrafficDocument, () => ({}), {
    next({ liveStats }) {
      toldAt = new Date(liveStats.at).getTime();
      trafficProblem.value = null;
      for (const { model, changedAt = null, arms } of liveStats.traffic) {
        if (arms.length > 0)
          split.counted(
            toldAt,
            model,
            changedAt,
            arms.map((arm) => ({ ...arm, version: arm.version ?? null })),
          );
        else split.answered(toldAt, model, changedAt, answered(liveStats, model));
        // Somebody else changed something: it shows without anybody asking all the time.
        if (changed.has(model) && changed.get(model) !== changedAt) refresh();
        changed.set(model, changedAt);
      }
      versionFigures.take(liveStats.models);
      latest.value = liveStats;
      trafficTold.value++;
    },
    refused(errors) {
      latest.value = null;
      trafficProblem.value = told(errors, 'Who answers, live,', 'There is no picture of the traffic.');
    },
  });
}
