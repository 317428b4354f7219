import { CHAMPION } from '../../inference/aliases.js';
import { CONTROL } from '../../inference/routing/book.js';
import type { Resolvers } from '../__generated__/resolvers.js';
import type { App, ModelFacts } from '../app.js';
import type { GraphContext } from '../context.js';
import type { ArmNode } from '../mappers.js';

/** The arms of the policy that holds, the champion's rest last; empty where no policy splits the customers. */
function armsOf(app: App, { name: model, aliases }: ModelFacts): ArmNode[] {
  const arms = app.routing.state(model)?.policy?.arms ?? [];
  if (arms.length === 0) return [];
  const rest = 100 - arms.reduce((sum, { percent }) => sum + percent, 0);
  const champion = aliases.find(({ name }) => name === CHAMPION)?.version ?? null;
  // Percentages are decimal fractions: what is left of a split that makes 100 is no arm.
  const all = rest > 1e-6 ? [...arms, { name: CONTROL, version: champion, percent: rest }] : arms;
  return all.map(({ name, version, percent }) => ({ arm: name, version, percent, ...app.routing.arm(model, name) }));
}

function changedAt(app: App, { name, aliases }: ModelFacts): number | null {
  const moves = aliases.map((alias) => app.trust.alias(name, alias.name)?.changedAt ?? 0);
  const newest = Math.max(0, app.routing.state(name)?.changedAt ?? 0, ...moves);
  return newest === 0 ? null : newest;
}

export const trafficResolvers: Pick<Resolvers<GraphContext>, 'LiveStats' | 'RollOut'> = {
  LiveStats: {
    traffic: (_stats, _args, { app }) =>
      app.models
        .list()
        .map((model) => ({ model: model.name, changedAt: changedAt(app, model), arms: armsOf(app, model) })),
  },
  RollOut: {
    stepSeconds: ({ stepMs }) => stepMs / 1_000,
  },
};
