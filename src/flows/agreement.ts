import { rankAgreement } from './rank-agreement.js';
import { agrees, difference, type Verdict } from './verdicts.js';

/** How alike two versions answered so far. */
export interface AgreementFacts {
  /** Rows that both answered. */
  readonly rows: number;
  /** Rows of which both said the same (`agrees`). */
  readonly agreements: number;
  /** Mean of the difference without sign (`difference`); null without rows whose numbers can be compared. */
  readonly meanDifference: number | null;
  /** Of ranked lists: mean share of the items that both have (overlap@k); null where there are none. */
  readonly meanOverlap: number | null;
}

/** Counts how alike two versions answer, row by row. */
export class Agreement {
  #rows = 0;
  #agreements = 0;
  /** Of those whose numbers can be compared: versions may have other outputs. */
  #compared = 0;
  #difference = 0;
  #overlap = 0;
  #lists = 0;

  /** Counts what both said of one row, in the same order each time. Answers whether it comes to the same. */
  add(first: Verdict, second: Verdict): boolean {
    this.#rows++;
    const apart = difference(first, second, true);
    if (Number.isFinite(apart)) {
      this.#compared++;
      this.#difference += apart;
    }
    if (first.items !== undefined && second.items !== undefined) {
      this.#lists++;
      this.#overlap += rankAgreement(first.items, second.items).overlap;
    }
    const same = agrees(first, second);
    if (same) this.#agreements++;
    return same;
  }

  facts(): AgreementFacts {
    const [rows, lists, compared] = [this.#rows, this.#lists, this.#compared];
    return {
      rows,
      agreements: this.#agreements,
      meanDifference: compared === 0 ? null : this.#difference / compared,
      meanOverlap: lists === 0 ? null : this.#overlap / lists,
    };
  }
}
