import { MOST_FALLS } from './amount-falls.js';

/** Epochs of the cosine schedule. */
export const EPOCHS = 24;
/** The schedule ends early when the validation PR AUC has not risen for so many epochs. */
const PATIENCE = 6;
/** Epochs at most that follow when the risk falls too often. */
export const MORE_EPOCHS = 6;
/** They end once the falls are this share of what is allowed: another processor rounds otherwise. */
const MARGIN = 0.9;
/** An epoch with few enough falls is preferred to the best one when its validation PR AUC is no more than this below. */
const WORTH = 0.01;

/** What the network of an epoch does on the validation period. */
export interface EpochFigures {
  readonly prAuc: number;
  /** Share of the amount grid's neighbouring amounts at which the risk falls. */
  readonly falls: number;
}
/** An epoch that was seen; `W` is whatever holds its weights. */
export interface Seen<W> extends EpochFigures {
  readonly weights: W;
}
/** What follows an epoch: the next one of the schedule, one more for the sake of the falls, or nothing. */
export type Next = 'schedule' | 'more' | 'end';

/**
 * Decides what follows each epoch, and whose weights are taken.
 *
 * The schedule runs to its end unless the validation PR AUC stops rising; then the best epoch is taken, or one about as good that falls seldom
 * enough. A schedule that reached its end is taken as it ended: its rate has gone to nothing, and what came before is rougher.
 *
 * Where the risk still falls too often, a few epochs follow that pay more for falls, from there on. The first that holds with a margin is
 * taken, else the one with the fewest falls, and it is for the caller to refuse it.
 */
export class Course<W> {
  readonly #mostFalls: number;
  #epochs = 0;
  #bestEpoch = 0;
  #best: Seen<W> | null = null;
  #bestThatHolds: Seen<W> | null = null;
  #taken: Seen<W> | null = null;
  #more = 0;

  /** @param mostFalls share of the amount grid at which the risk may fall */
  constructor(mostFalls = MOST_FALLS) {
    this.#mostFalls = mostFalls;
  }

  /** The epoch whose weights count so far: what more epochs start from, and the answer at the end. */
  get taken(): Seen<W> | null {
    return this.#taken;
  }

  /** Takes note of an epoch. @returns what follows it. */
  after(seen: Seen<W>): Next {
    return this.#taken === null ? this.#scheduled(seen) : this.#another(seen, this.#taken);
  }

  #scheduled(seen: Seen<W>): Next {
    this.#epochs++;
    if (this.#best === null || seen.prAuc > this.#best.prAuc) this.#bestEpoch = this.#epochs;
    this.#best = better(seen, this.#best);
    if (seen.falls <= this.#mostFalls) this.#bestThatHolds = better(seen, this.#bestThatHolds);
    const early = this.#epochs - this.#bestEpoch >= PATIENCE;
    if (!early && this.#epochs < EPOCHS) return 'schedule';
    this.#taken = early ? this.#bestOfAll(this.#best) : seen;
    return this.#taken.falls <= this.#mostFalls ? 'end' : 'more';
  }

  #another(seen: Seen<W>, taken: Seen<W>): Next {
    this.#more++;
    if (seen.falls < taken.falls) this.#taken = seen;
    const holds = Math.min(seen.falls, taken.falls) <= MARGIN * this.#mostFalls;
    return holds || this.#more === MORE_EPOCHS ? 'end' : 'more';
  }

  #bestOfAll(best: Seen<W>): Seen<W> {
    const holds = this.#bestThatHolds;
    return holds !== null && holds.prAuc >= best.prAuc - WORTH ? holds : best;
  }
}

/** The one that ranks better; the later of two alike, whose probabilities had longer to settle. */
const better = <W>(seen: Seen<W>, before: Seen<W> | null): Seen<W> =>
  before === null || seen.prAuc >= before.prAuc ? seen : before;
