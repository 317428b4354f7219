import type { DocumentNode, OperationDefinitionNode } from 'graphql';
import type { ScoregraphError } from '../core/errors.js';
import type { GraphContext } from './context.js';

/** A validated operation that wants to run. */
export interface Applicant {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  /** As the caller sent them, not coerced. */
  readonly variables: Readonly<Record<string, unknown>> | null | undefined;
  readonly context: GraphContext;
}

/** One question that an operation must pass: answers why it may not run, or null. */
export type Check = (applicant: Applicant) => ScoregraphError | null;

/**
 * What every operation passes before it runs, whichever door it came through. The checks are asked in order; the first refusal counts, so
 * what takes something (a budget) comes last.
 */
export class Admission {
  readonly #checks: readonly Check[];
  readonly #onRefused: (applicant: Applicant, refusal: ScoregraphError) => void;

  /** `onRefused` is told of each that was not let in. */
  constructor(
    checks: readonly Check[],
    onRefused: (applicant: Applicant, refusal: ScoregraphError) => void = () => {},
  ) {
    this.#checks = checks;
    this.#onRefused = onRefused;
  }

  /** Why the operation may not run; null when it may. */
  admit(applicant: Applicant): ScoregraphError | null {
    for (const check of this.#checks) {
      const refusal = check(applicant);
      if (refusal === null) continue;
      this.#onRefused(applicant, refusal);
      return refusal;
    }
    return null;
  }
}
