import { badInput } from '../../core/errors.js';
import type { RoutingPolicy } from '../../core/routing.js';
import { CANARY } from '../../flows/roll-out.js';
import { DEFAULT_GUARDS } from '../../flows/roll-out-guards.js';
import { armsOf } from '../../flows/step-outcomes.js';
import { CONTROL } from '../../inference/routing/book.js';
import type { Resolvers, RoutingPolicyInput } from '../__generated__/resolvers.js';
import type { GraphContext } from '../context.js';
import { check, payload } from './model-operations.js';
import { ruleOf } from './routing-rules.js';

function policyOf({ canary, split, shadow, champion }: RoutingPolicyInput): RoutingPolicy | null {
  const rule = ruleOf(canary?.rule ?? split?.rule ?? shadow?.rule ?? []);
  if (canary) {
    const { version, percent } = canary;
    return { kind: 'CANARY', arms: [{ name: CANARY, version, percent }], rule, shadow: null };
  }
  if (split) {
    const arms = split.arms.map(({ name, version, percent }) => ({ name, version, percent }));
    return { kind: 'SPLIT', arms, rule, shadow: null };
  }
  if (shadow) {
    const { version, percent = 100 } = shadow;
    return { kind: 'SHADOW', arms: [], rule, shadow: { version, percent } };
  }
  if (champion !== true) throw badInput('expected true, got false: name the policy that is to hold', 'policy.champion');
  return null;
}

export const rolloutResolvers: Pick<
  Resolvers<GraphContext>,
  'Mutation' | 'RoutingPolicy' | 'RollOut' | 'ArmFacts' | 'Shadow' | 'SideBySideAgreement'
> & {
  Model: Pick<NonNullable<Resolvers<GraphContext>['Model']>, 'policy' | 'rollOut' | 'sideBySide'>;
} = {
  Mutation: {
    async setRoutingPolicy(_root, { model, policy, reason }, { app, call }) {
      check({ model, reason });
      return payload(app, model, await app.rollOuts.setPolicy(model, policyOf(policy), reason, call.principal.id));
    },
    async startRollOut(_root, args, { app, call }) {
      check(args);
      const { model, version: candidate, steps, stepSeconds, guards, promote, reason } = args;
      const own = { ...DEFAULT_GUARDS, ...guards };
      const wish = { candidate, steps, stepMs: stepSeconds * 1_000, rule: ruleOf(args.rule), guards: own, promote };
      return payload(app, model, await app.rollOuts.start(model, wish, reason, call.principal.id));
    },
    async pauseRollOut(_root, { model, reason }, { app, call }) {
      check({ model, reason });
      return payload(app, model, await app.rollOuts.pause(model, reason, call.principal.id));
    },
    async resumeRollOut(_root, { model, reason }, { app, call }) {
      check({ model, reason });
      return payload(app, model, await app.rollOuts.resume(model, reason, call.principal.id));
    },
    async abortRollOut(_root, { model, reason }, { app, call }) {
      check({ model, reason });
      return payload(app, model, await app.rollOuts.abort(model, reason, call.principal.id));
    },
  },
  Model: {
    policy({ name }, _args, { app }) {
      const state = app.routing.state(name);
      return state === null || state.policy === null ? null : { ...state, model: name, policy: state.policy };
    },
    rollOut({ name }, _args, { app }) {
      const rollOut = app.routing.state(name)?.rollOut ?? null;
      return rollOut === null ? null : { ...rollOut, model: name };
    },
    sideBySide: ({ name }, _args, { app }) => app.sideBySide.facts(name),
  },
  RoutingPolicy: {
    kind: ({ policy }) => policy.kind,
    arms: ({ policy }) => [...policy.arms],
    rule: ({ policy }) => [...policy.rule],
    shadow: ({ model, policy }) => (policy.shadow === null ? null : { ...policy.shadow, model }),
    changedBy: ({ by }) => by,
  },
  Shadow: {
    rows: ({ model }, _args, { app }) => app.routing.shadow(model)?.rows ?? 0,
    agreement({ model }, _args, { app }) {
      const facts = app.routing.shadow(model);
      return facts === null || facts.rows === 0 ? null : facts.agreements / facts.rows;
    },
    meanDifference: ({ model }, _args, { app }) => app.routing.shadow(model)?.meanDifference ?? null,
    overlap: ({ model }, _args, { app }) => app.routing.shadow(model)?.meanOverlap ?? null,
    failed: ({ model }, _args, { app }) => app.routing.shadow(model)?.failed ?? 0,
    dropped: ({ model }, _args, { app }) => app.routing.shadow(model)?.dropped ?? 0,
  },
  SideBySideAgreement: {
    versions: ({ versions }) => [...versions],
    agreement: ({ rows, agreements }) => agreements / rows,
    overlap: ({ meanOverlap }) => meanOverlap,
  },
  RollOut: {
    version: ({ candidate }) => candidate,
    steps: ({ steps }) => [...steps],
    rule: ({ rule }) => [...rule],
    percent: ({ steps, step }) => steps[step]!,
    arms: (rollOut, _args, { app }) =>
      [CANARY, CONTROL].map((arm) => ({ rollOut, arm, ...app.routing.arm(rollOut.model, arm) })),
    psi: (rollOut, _args, { app }) => app.routing.scoreShift(rollOut.model),
  },
  ArmFacts: {
    async outcomes({ rollOut, arm }, _args, { app, row }) {
      const counts = await app.outcomes.counts(rollOut.model, rollOut.stepStartedAt, null, row);
      const { candidate, champion } = armsOf(counts, rollOut, CANARY);
      return arm === CANARY ? candidate : champion;
    },
  },
};
