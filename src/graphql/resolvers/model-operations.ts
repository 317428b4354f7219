import { badInput } from '../../core/errors.js';
import type { ModelRefusal } from '../../flows/model-operations.js';
import type { Resolvers } from '../__generated__/resolvers.js';
import type { App } from '../app.js';
import type { GraphContext } from '../context.js';

const MAX_REASON = 500;
/** Longer names cannot exist. */
const MAX_NAME = 64;

/** The payload of each: the model as it is now, and why nothing was done, if nothing was. */
export const payload = (app: App, model: string, refusal: ModelRefusal | null) => ({
  model: app.models.get(model),
  userErrors: refusal === null ? [] : [{ ...refusal, field: [refusal.field] }],
});

/** Refuses names and reasons that are too long to be any. */
export function check(args: { model: string; alias?: string; reason?: string }): void {
  const limits = [
    ['model', MAX_NAME],
    ['alias', MAX_NAME],
    ['reason', MAX_REASON],
  ] as const;
  for (const [field, most] of limits) {
    const length = args[field]?.length ?? 0;
    if (length > most) throw badInput(`expected at most ${most} characters, got ${length}`, field);
  }
}

export const modelOperationResolvers: Pick<Resolvers<GraphContext>, 'Query' | 'Mutation'> = {
  Query: {
    modelProblems: (_root, _args, { app }) => [...app.models.problems()],
  },
  Mutation: {
    async loadModelVersion(_root, args, { app }) {
      check(args);
      return payload(app, args.model, await app.modelOperations.loadVersion(args));
    },
    async unloadModelVersion(_root, args, { app }) {
      check(args);
      return payload(app, args.model, await app.modelOperations.unloadVersion(args));
    },
    async setModelAlias(_root, { reason, ...at }, { app, call }) {
      check({ ...at, reason });
      return payload(app, at.model, await app.modelOperations.setAlias(at, reason, call.principal.id));
    },
    async rollBackModel(_root, { reason, ...at }, { app, call }) {
      check({ ...at, reason });
      return payload(app, at.model, await app.modelOperations.rollBack(at, reason, call.principal.id));
    },
  },
};
