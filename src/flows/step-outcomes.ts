import type { Clock } from '../core/clock.js';
import { messageOf } from '../core/errors.js';
import type { Logger } from '../core/logger.js';
import type { RollOut } from '../core/routing.js';
import type { ArmOutcomeCounts, OutcomeCounts, Outcomes } from '../data/outcomes.js';
import { CONTROL } from '../inference/routing/book.js';
import { together } from './outcome-figures.js';
import { asksForOutcomes } from './outcome-guards.js';

const READ_MS = 10_000;
/** Of the reader's time a roll-out takes a twentieth at most: it rests for so many times as long as a read took. */
const REST = 20;

/** What the predictions of a step turned out to be. */
export interface ArmsOutcomes {
  readonly stepStartedAt: number;
  readonly candidate: OutcomeCounts;
  /** Beside it, in the same time. */
  readonly champion: OutcomeCounts;
}

/** Both arms of a step, out of the counts of a model since the step began. `own`: the candidate's arm. */
export function armsOf(
  counts: readonly ArmOutcomeCounts[],
  { candidate, stepStartedAt }: RollOut,
  own: string,
): ArmsOutcomes {
  return {
    stepStartedAt,
    candidate: together(counts.filter(({ arm, version }) => arm === own && version === candidate)),
    champion: together(counts.filter(({ arm }) => arm === CONTROL)),
  };
}

/** Reads what the predictions of running steps turned out to be: where a guard asks for it, and no oftener than it is cheap. */
export class StepOutcomes {
  readonly #outcomes: Pick<Outcomes, 'counts'>;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #own: string;
  readonly #read = new Map<string, { readonly known: ArmsOutcomes; readonly again: number }>();

  /** `own`: the arm of the candidates. */
  constructor(
    options: { readonly outcomes: Pick<Outcomes, 'counts'>; readonly clock: Clock; readonly logger: Logger },
    own: string,
  ) {
    this.#outcomes = options.outcomes;
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#own = own;
  }

  /** What is known of a model's step; null where nobody asks, or it could not be read now. Never rejects. */
  async of(model: string, rollOut: RollOut | null): Promise<ArmsOutcomes | null> {
    if (rollOut === null || !asksForOutcomes(rollOut.guards)) return null;
    const before = this.#read.get(model);
    const began = this.#clock.monotonic();
    if (before?.known.stepStartedAt === rollOut.stepStartedAt && began < before.again) return before.known;
    try {
      const turn = { deadline: began + READ_MS };
      const known = armsOf(await this.#outcomes.counts(model, rollOut.stepStartedAt, null, turn), rollOut, this.#own);
      const now = this.#clock.monotonic();
      this.#read.set(model, { known, again: now + REST * (now - began) });
      return known;
    } catch (error) {
      this.#logger.warn({ model, error: messageOf(error) }, 'Outcomes of a roll-out could not be read; it waits.');
      return null;
    }
  }
}
