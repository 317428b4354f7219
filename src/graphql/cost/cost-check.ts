import type { GraphQLSchema, OperationDefinitionNode } from 'graphql';
import type { Budgets } from '../../access/budgets.js';
import { ScoregraphError } from '../../core/errors.js';
import type { Applicant, Check } from '../admission.js';
import { NO_VARIABLES } from './argument.js';
import { Charge, rounded } from './charge.js';
import { compilePlan } from './compile.js';
import { type DocumentLimits, exceeded } from './document-limits.js';
import type { CostPlan, Prices } from './plan.js';
import { variableLists } from './variable-lists.js';

export interface CostCheckOptions {
  readonly schema: GraphQLSchema;
  readonly limits: DocumentLimits;
  readonly prices: Prices;
  readonly budgets: Budgets;
  /** Most that one operation may cost, ms of model time. */
  readonly maxOperationMs: number;
}

/** What is known of an operation of a document: found out once. */
interface Known {
  readonly refusal: ScoregraphError | null;
  readonly plan: CostPlan | null;
  readonly lists: ReturnType<typeof variableLists>;
}

/**
 * How much: refuses what no operation may have (the document's limits, and lists in variables that are too long), what costs more than one
 * operation may, and what its caller's budget does not hold. What passes is charged, and its context knows it.
 */
export function costCheck({ schema, limits, prices, budgets, maxOperationMs }: CostCheckOptions): Check {
  // Documents are kept by those who parse them; what is known of their operations goes with them.
  const operations = new WeakMap<OperationDefinitionNode, Known>();

  function look({ document, operation }: Applicant): Known {
    const over = exceeded(document, operation, limits);
    if (over !== null)
      return { refusal: tooCostly(`${over.message}.`, { limit: over.limit }), plan: null, lists: null };
    return {
      refusal: null,
      plan: compilePlan(schema, document, operation, prices),
      lists: variableLists(schema, operation),
    };
  }

  return (applicant) => {
    const { operation, context } = applicant;
    let known = operations.get(operation);
    if (known === undefined) {
      known = look(applicant);
      operations.set(operation, known);
    }
    const { plan, lists } = known;
    if (plan === null) return known.refusal;
    const variables = applicant.variables ?? NO_VARIABLES;
    const list = lists === null ? null : lists(variables, limits.listSize);
    if (list !== null)
      return tooCostly(`expected at most ${limits.listSize} items in ${list.place}, got ${list.length}.`, {
        limit: limits.listSize,
        field: list.place,
      });
    const ms = plan.predict(variables);
    const account = budgets.accountOf(context.call.principal);
    const most = account === null ? maxOperationMs : Math.min(maxOperationMs, account.limit);
    if (!(ms <= most)) return overMaximum(plan.parts(variables).dearest, ms, most);
    if (account !== null) {
      const retryAfterMs = account.take(ms);
      if (retryAfterMs > 0) return emptyBudget(ms, account.remaining(), retryAfterMs);
    }
    context.charge = new Charge(ms, account, plan, variables);
    return null;
  };
}

function overMaximum(dearest: { field: string; ms: number }, ms: number, limit: number): ScoregraphError {
  const share = `${dearest.field} is ${rounded(dearest.ms)} of it`;
  return tooCostly(
    `expected an operation of at most ${limit} ms of model time, this one takes ${rounded(ms)}; ${share}. Ask for fewer at once.`,
    { cost: rounded(ms), limit, field: dearest.field },
  );
}

function emptyBudget(ms: number, remaining: number, retryAfterMs: number): ScoregraphError {
  return new ScoregraphError(
    'RATE_LIMITED',
    `This operation costs ${rounded(ms)} ms of model time and you have ${rounded(remaining)} left; try again in ${retryAfterMs} ms.`,
    { cost: rounded(ms), remaining: rounded(remaining), retryAfterMs },
  );
}

function tooCostly(message: string, details: { cost?: number; limit?: number; field?: string }): ScoregraphError {
  return new ScoregraphError('QUERY_TOO_COSTLY', message, details);
}
