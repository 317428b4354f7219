import { quote } from '../core/money.js';
import type { RollOut, RollOutGuards, RoutingPolicy } from '../core/routing.js';
import { FRAUD_MODEL } from '../domains/fraud/fraud.js';
import { CHAMPION } from '../inference/aliases.js';
import type { RegisteredModel } from '../inference/registry.js';
import { CONTROL, versionsOf } from '../inference/routing/book.js';
import type { InferenceService } from '../inference/service.js';
import { because, type ModelOperations, type ModelRefusal } from './model-operations.js';
import type { ModelPolicies } from './model-policies.js';
import { asksForOutcomes } from './outcome-guards.js';
import { policyOf } from './roll-out.js';
import { checkRule } from './routing-rules.js';

/** What a roll-out is asked to be. */
export type RollOutWish = Pick<RollOut, 'candidate' | 'steps' | 'stepMs' | 'rule' | 'guards' | 'promote'>;

const MAX_ARMS = 10;
const MAX_OUTCOMES = 100_000;
const MAX_STEPS = 20;
const MAX_STEP_MS = 7 * 86_400_000;
const ARM_NAME = /^[a-z][a-z0-9-]{0,31}$/;
/** How far percentages may be from 100 together: they are given as decimal fractions. */
const ROUNDING = 1e-6;

/** What people do about who answers. One thing at a time for each model, as ModelOperations has it. Each answers null when it was done. */
export class RollOutOperations {
  readonly #operations: ModelOperations;
  readonly #inference: InferenceService;
  readonly #policies: ModelPolicies;
  readonly #segments: () => readonly string[];

  /** `segments`: those there are; throws where that is not known. */
  constructor(options: {
    readonly operations: ModelOperations;
    readonly inference: InferenceService;
    readonly policies: ModelPolicies;
    readonly segments: () => readonly string[];
  }) {
    this.#operations = options.operations;
    this.#inference = options.inference;
    this.#policies = options.policies;
    this.#segments = options.segments;
  }

  /** Lets a policy hold; null: the champion answers everybody. */
  setPolicy(model: string, policy: RoutingPolicy | null, reason: string, by: string): Promise<ModelRefusal | null> {
    return this.#operations.onModel('setRoutingPolicy', model, async (registered) => {
      const refusal = this.#underWay(model) ?? (policy === null ? null : this.#checkPolicy(registered, policy));
      if (refusal !== null) return refusal;
      const rollOut = this.#policies.get(model)?.rollOut ?? null;
      await this.#policies.change(model, { policy, rollOut, reason, by });
      this.#inference.arms.forget(model);
      await this.#inference.lifecycle.settle(registered);
      return null;
    });
  }

  /** Starts giving a version more and more customers, in place of the policy that holds. */
  start(model: string, wish: RollOutWish, reason: string, by: string): Promise<ModelRefusal | null> {
    return this.#operations.onModel('startRollOut', model, async (registered) => {
      const rollOut: RollOut = {
        ...wish,
        ...{ status: 'RUNNING', step: 0, stepStartedAt: this.#inference.clock.now(), reason },
      };
      const refusal =
        this.#underWay(model) ??
        checkSteps(wish) ??
        checkGuards(wish.guards) ??
        checkOutcomes(model, wish.guards) ??
        inArguments(this.#checkPolicy(registered, policyOf(rollOut))) ??
        this.#checkCandidate(model, wish.candidate);
      if (refusal !== null) return refusal;
      await this.#policies.change(model, { policy: policyOf(rollOut), rollOut, reason, by });
      this.#inference.arms.forget(model);
      return null;
    });
  }

  /** Stays at the step that holds, without judging it, until it is resumed. */
  pause(model: string, reason: string, by: string): Promise<ModelRefusal | null> {
    return this.#change('pauseRollOut', model, ['RUNNING'], reason, by, (rollOut) => ({
      ...rollOut,
      status: 'PAUSED',
    }));
  }
  /** Goes on; the step that was paused begins anew. */
  resume(model: string, reason: string, by: string): Promise<ModelRefusal | null> {
    const stepStartedAt = this.#inference.clock.now();
    return this.#change('resumeRollOut', model, ['PAUSED'], reason, by, (rollOut) => {
      this.#inference.arms.forget(model);
      return { ...rollOut, status: 'RUNNING', stepStartedAt };
    });
  }
  /** Gives everybody back to the champion. */
  abort(model: string, reason: string, by: string): Promise<ModelRefusal | null> {
    return this.#change('abortRollOut', model, ['RUNNING', 'PAUSED'], reason, by, (rollOut) => ({
      ...rollOut,
      status: 'ABORTED',
    }));
  }

  #change(
    what: string,
    model: string,
    from: readonly RollOut['status'][],
    reason: string,
    by: string,
    to: (rollOut: RollOut) => RollOut,
  ): Promise<ModelRefusal | null> {
    return this.#operations.onModel(what, model, async (registered) => {
      const state = this.#policies.get(model);
      if (!state?.rollOut || !from.includes(state.rollOut.status))
        return {
          code: 'NO_ROLL_OUT',
          message: `expected a roll-out that is ${from.join(' or ')}, ${model} has ${state?.rollOut ? `one that is ${state.rollOut.status}` : 'none'}`,
          field: 'model',
        };
      const rollOut = { ...to(state.rollOut), reason };
      const policy = rollOut.status === 'ABORTED' ? null : state.policy;
      await this.#policies.change(model, { policy, rollOut, reason, by });
      if (policy === null) await this.#inference.lifecycle.settle(registered);
      return null;
    });
  }

  #underWay(model: string): ModelRefusal | null {
    const rollOut = this.#policies.get(model)?.rollOut;
    return rollOut?.status === 'RUNNING' || rollOut?.status === 'PAUSED'
      ? {
          code: 'ROLL_OUT_UNDER_WAY',
          message: `a roll-out of ${model} ${rollOut.candidate} is ${rollOut.status}: abort it first`,
          field: 'model',
        }
      : null;
  }

  #checkCandidate(model: string, candidate: number): ModelRefusal | null {
    return this.#inference.aliases.get(model, CHAMPION)?.version === candidate
      ? invalid(`expected another version than the champion, ${model} ${candidate} is the champion`, 'version')
      : null;
  }

  #checkPolicy(model: RegisteredModel, policy: RoutingPolicy): ModelRefusal | null {
    const { arms, rule, shadow, kind } = policy;
    if (arms.length > MAX_ARMS) return invalid(`expected at most ${MAX_ARMS} arms, got ${arms.length}`, 'policy');
    for (const { name, percent } of arms) {
      if (!ARM_NAME.test(name) || name === CONTROL || name === 'shadow')
        return invalid(
          `expected an arm's name of lower-case letters, digits and hyphens, at most 32, not champion and not shadow, got ${quote(name)}`,
          'policy',
        );
      if (!(percent >= 0 && percent <= 100)) return invalid(`expected 0 to 100 percent, got ${percent}`, 'policy');
    }
    if (new Set(arms.map(({ name }) => name)).size !== arms.length)
      return invalid('expected arms with names of their own', 'policy');
    const sum = arms.reduce((total, { percent }) => total + percent, 0);
    if (kind === 'SPLIT' && Math.abs(sum - 100) > ROUNDING)
      return invalid(`expected percentages that add up to 100, got ${sum}`, 'policy');
    if (shadow !== null && !(shadow.percent > 0 && shadow.percent <= 100))
      return invalid(`expected more than 0 and at most 100 percent, got ${shadow.percent}`, 'policy');
    return checkRule(rule, model.manifest, this.#segments) ?? this.#checkVersions(model, versionsOf(policy));
  }

  #checkVersions(model: RegisteredModel, numbers: readonly number[]): ModelRefusal | null {
    for (const number of numbers) {
      const version = model.versions.find((candidate) => candidate.number === number);
      if (version === undefined)
        return { code: 'NOT_FOUND', message: `There is no version ${number} of ${model.name}.`, field: 'policy' };
      if (version.state !== 'AVAILABLE')
        return {
          code: 'NOT_AVAILABLE',
          message: `expected versions that can answer, ${model.name} ${number} is ${version.state}${because(version)}`,
          field: 'policy',
        };
    }
    return null;
  }
}

/** What is wrong with the policy of a roll-out, as its arguments call it. */
function inArguments(refusal: ModelRefusal | null): ModelRefusal | null {
  if (refusal === null) return null;
  const ofVersion = refusal.code === 'NOT_FOUND' || refusal.code === 'NOT_AVAILABLE';
  return { ...refusal, field: ofVersion ? 'version' : 'rule' };
}

const invalid = (message: string, field: string): ModelRefusal => ({ code: 'POLICY_INVALID', message, field });

function checkSteps({ steps, stepMs }: RollOutWish): ModelRefusal | null {
  if (steps.length === 0 || steps.length > MAX_STEPS)
    return invalid(`expected 1 to ${MAX_STEPS} steps, got ${steps.length}`, 'steps');
  const growing = steps.every((percent, i) => percent > (steps[i - 1] ?? 0) && percent <= 100);
  if (!growing) return invalid(`expected percentages that grow, up to 100, got ${steps.join(', ')}`, 'steps');
  return stepMs > 0 && stepMs <= MAX_STEP_MS
    ? null
    : invalid(`expected 1 to ${MAX_STEP_MS / 1_000} seconds, got ${stepMs / 1_000}`, 'stepSeconds');
}

function checkGuards({ minRows, maxErrorRate, maxLatencyRatio, maxPsi }: RollOutGuards): ModelRefusal | null {
  if (!(minRows >= 1 && minRows <= 1_000)) return invalid(`expected minRows of 1 to 1000, got ${minRows}`, 'guards');
  if (!(maxErrorRate >= 0 && maxErrorRate <= 1))
    return invalid(`expected maxErrorRate of 0 to 1, got ${maxErrorRate}`, 'guards');
  if (!(maxLatencyRatio >= 1))
    return invalid(`expected maxLatencyRatio of at least 1, got ${maxLatencyRatio}`, 'guards');
  return maxPsi > 0 ? null : invalid(`expected maxPsi above 0, got ${maxPsi}`, 'guards');
}

function checkOutcomes(model: string, guards: RollOutGuards): ModelRefusal | null {
  const { minOutcomes, minPrecision, minRecall, maxPrecisionDrop, maxRecallDrop } = guards;
  if (!(minOutcomes >= 1 && minOutcomes <= MAX_OUTCOMES))
    return invalid(`expected minOutcomes of 1 to ${MAX_OUTCOMES}, got ${minOutcomes}`, 'guards');
  for (const [name, bound] of Object.entries({ minPrecision, minRecall, maxPrecisionDrop, maxRecallDrop }))
    if (bound != null && !(bound >= 0 && bound <= 1))
      return invalid(`expected ${name} of 0 to 1, got ${bound}`, 'guards');
  return asksForOutcomes(guards) && model !== FRAUD_MODEL
    ? invalid(`expected no guard of precision or recall: outcomes are of ${FRAUD_MODEL}, not of ${model}`, 'guards')
    : null;
}
