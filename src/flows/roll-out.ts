import type { Clock } from '../core/clock.js';
import { messageOf } from '../core/errors.js';
import type { Logger } from '../core/logger.js';
import type { RollOut, RollOutStatus, RoutingPolicy } from '../core/routing.js';
import type { Outcomes } from '../data/outcomes.js';
import { CHAMPION } from '../inference/aliases.js';
import { CONTROL } from '../inference/routing/book.js';
import type { InferenceService } from '../inference/service.js';
import type { ModelAliases } from './model-aliases.js';
import type { ModelPolicies, ModelPolicyState } from './model-policies.js';
import { NO_OUTCOMES } from './outcome-figures.js';
import { brokenByOutcomes, enoughOutcomes } from './outcome-guards.js';
import { brokenGuard } from './roll-out-guards.js';
import { type ArmsOutcomes, StepOutcomes } from './step-outcomes.js';

/** The arm of a roll-out's candidate. */
export const CANARY = 'canary';
const SYSTEM = 'system';
const NOTHING_KNOWN = { candidate: NO_OUTCOMES, champion: NO_OUTCOMES };

/** The policy of a roll-out while one of its steps holds. */
export const policyOf = ({ candidate, steps, step, rule }: RollOut): RoutingPolicy => ({
  kind: 'CANARY',
  arms: [{ name: CANARY, version: candidate, percent: steps[step]! }],
  rule,
  shadow: null,
});

export interface RollOutOptions {
  readonly inference: Pick<InferenceService, 'registry' | 'aliases' | 'arms' | 'lifecycle'>;
  readonly policies: ModelPolicies;
  readonly aliases: Pick<ModelAliases, 'move'>;
  readonly outcomes: Pick<Outcomes, 'counts'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Carries roll-outs on: each `tick` looks at every running one, takes it back when a guard is broken, and gives the candidate more customers
 * when a step has held its time and has been asked enough. What it decides is on the log before it counts.
 */
export class RollOuts {
  readonly #options: RollOutOptions;
  readonly #outcomes: StepOutcomes;
  #ticking: Promise<void> | null = null;

  constructor(options: RollOutOptions) {
    this.#options = options;
    this.#outcomes = new StepOutcomes(options, CANARY);
  }

  /** Looks at all running roll-outs; a tick that finds another under way waits for that one. Never rejects. */
  tick(): Promise<void> {
    this.#ticking ??= this.#tick().finally(() => {
      this.#ticking = null;
    });
    return this.#ticking;
  }

  async #tick(): Promise<void> {
    const { policies, inference, logger } = this.#options;
    for (const model of policies.running()) {
      const outcomes = await this.#outcomes.of(model, policies.get(model)?.rollOut ?? null);
      if (this.#next(model, outcomes) === null) continue;
      // What people do to the model goes first; then it is looked at again.
      await inference.lifecycle
        .exclusively(model, async () => {
          await this.#next(model, outcomes)?.();
        })
        .catch((error) => logger.error({ model, error: messageOf(error) }, 'A roll-out could not be carried on.'));
    }
  }

  /** What is to be done about a model's roll-out; null: nothing yet. */
  #next(model: string, outcomes: ArmsOutcomes | null): (() => Promise<void>) | null {
    const { policies, inference, clock } = this.#options;
    const state = policies.get(model);
    const rollOut = state?.rollOut;
    if (state === null || !rollOut || rollOut.status !== 'RUNNING') return null;
    const { candidate, guards, steps, step } = rollOut;
    if (inference.aliases.get(model, CHAMPION)?.version === candidate)
      return () => this.#end(model, rollOut, 'COMPLETED', `${candidate} is the champion`);
    const version = inference.registry.version(model, candidate);
    if (version?.accepting !== true)
      return () => this.#end(model, rollOut, 'ROLLED_BACK', `the candidate is ${version?.state ?? 'gone'}`);
    const facts = inference.arms.facts(model, CANARY);
    const broken = brokenGuard(guards, facts, inference.arms.facts(model, CONTROL));
    if (broken !== null) return () => this.#end(model, rollOut, 'ROLLED_BACK', broken);
    // What was read of another step says nothing about this one.
    const known = outcomes?.stepStartedAt === rollOut.stepStartedAt ? outcomes : NOTHING_KNOWN;
    const worse = brokenByOutcomes(guards, known.candidate, known.champion);
    if (worse !== null) return () => this.#end(model, rollOut, 'ROLLED_BACK', worse);
    if (clock.now() - rollOut.stepStartedAt < rollOut.stepMs || facts.rows < guards.minRows) return null;
    if (!enoughOutcomes(guards, known.candidate)) return null;
    if (step + 1 < steps.length) return () => this.#advance(model, rollOut);
    return () => this.#complete(model, rollOut);
  }

  async #advance(model: string, before: RollOut): Promise<void> {
    const { policies, inference, clock, logger } = this.#options;
    const step = before.step + 1;
    const reason = `${before.steps[before.step]} % held`;
    const rollOut: RollOut = { ...before, step, stepStartedAt: clock.now(), reason };
    await policies.change(model, { policy: policyOf(rollOut), rollOut, reason, by: SYSTEM });
    // Each step is judged by itself, on both sides: scores move with time of day and with what customers did before.
    inference.arms.forget(model);
    logger.info({ model, version: before.candidate, percent: before.steps[step] }, 'A roll-out goes on.');
  }

  async #complete(model: string, rollOut: RollOut): Promise<void> {
    const { candidate, promote } = rollOut;
    const reason = `roll-out: ${rollOut.steps.at(-1)} % held`;
    if (promote) await this.#options.aliases.move({ model, alias: CHAMPION, version: candidate, reason }, SYSTEM);
    await this.#end(model, rollOut, 'COMPLETED', reason, promote ? null : policyOf(rollOut));
  }

  async #end(
    model: string,
    before: RollOut,
    status: RollOutStatus,
    reason: string,
    policy: ModelPolicyState['policy'] = null,
  ): Promise<void> {
    const { policies, inference, logger } = this.#options;
    await policies.change(model, { policy, rollOut: { ...before, status, reason }, reason, by: SYSTEM });
    inference.arms.forget(model);
    logger[status === 'ROLLED_BACK' ? 'warn' : 'info'](
      { model, version: before.candidate, status, reason },
      'A roll-out ended.',
    );
    const registered = inference.registry.get(model);
    if (registered !== null) await inference.lifecycle.settle(registered);
  }
}
