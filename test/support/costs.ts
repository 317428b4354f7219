import { getOperationAST, parse, specifiedRules, validate } from 'graphql';
import type { Variables } from '../../src/graphql/cost/argument.js';
import { compilePlan } from '../../src/graphql/cost/compile.js';
import { type CostPlan, OPERATION_MS, type Price, type Prices } from '../../src/graphql/cost/plan.js';
import { buildGraph } from '../../src/graphql/schema.js';

export const graph = buildGraph();

/** Prices that are easy to tell apart, in ms a row: fraud 1, segmentation 10, recommendations 100; version 7 costs ten times as much. */
export const PRICES: Prices = {
  of: priceOf,
  selected: (model, selector) => ({
    rowMs: priceOf(model).rowMs * ((selector as { version?: number }).version === 7 ? 10 : 1),
  }),
};
function priceOf(model: string): Price {
  return { rowMs: { fraud: 1, segmentation: 10, recommendations: 100 }[model] ?? Number.NaN };
}

/** The plan of a document's operation, which must be valid. */
export function planOf(text: string, operationName?: string): CostPlan {
  const document = parse(text);
  const [problem] = validate(graph, document, specifiedRules);
  if (problem !== undefined) throw problem;
  return compilePlan(graph, document, getOperationAST(document, operationName)!, PRICES);
}

/** Milliseconds of models' time, to the whole one: what fields cost beside is a small fraction. */
export const modelMs = (text: string, variables: Variables = {}): number =>
  Math.round(Object.values(planOf(text).parts(variables).models).reduce((sum, { ms }) => sum + ms, 0));

/** All of it, without what every operation costs. */
export const costMs = (text: string, variables: Variables = {}): number =>
  planOf(text).predict(variables) - OPERATION_MS;
