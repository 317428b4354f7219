import { concatAST, extendSchema, type GraphQLSchema } from 'graphql';
import { expectFree, type ModelPlan } from './plan.js';
import { attach } from './resolvers.js';
import { documentOf } from './sdl.js';

const PLANS = 'scoregraphModels';

/**
 * The written schema and what these models bring, executable. The written one is not changed.
 * @throws GraphRefusal when two bring the same.
 */
export function merged(written: GraphQLSchema, plans: readonly ModelPlan[]): GraphQLSchema {
  if (plans.length === 0) return written;
  const schema = extendSchema(written, concatAST(plans.map(documentOf)));
  for (const plan of plans) attach(plan, schema);
  schema.extensions = { ...schema.extensions, [PLANS]: new Map(plans.map((plan) => [plan.manifest.name, plan])) };
  return schema;
}

/**
 * The same with one model more.
 * @throws GraphRefusal when what it brings is there already.
 */
export function mergedWith(written: GraphQLSchema, plans: readonly ModelPlan[], plan: ModelPlan): GraphQLSchema {
  expectFree(plan, merged(written, plans));
  return merged(written, [...plans, plan]);
}

/** The models whose part of a schema was generated, by name. */
export const plansOf = (schema: GraphQLSchema): ReadonlyMap<string, ModelPlan> =>
  (schema.extensions[PLANS] as ReadonlyMap<string, ModelPlan> | undefined) ?? NONE;
const NONE: ReadonlyMap<string, ModelPlan> = new Map();
