import { DECISIONS, type Decision } from './ticker.js';

/** Points drawn of one second and decision; the rest of that second is counted, not drawn. */
const POINTS_A_SECOND = 40;

/** A payment that is scored so long after it happened belongs to the past. */
const PAST_MS = 3_600_000;

/** Times in ms. */
export interface ScoredPoint {
  readonly scoredAt: number;
  readonly occurredAt: number;
  readonly decision: Decision | null;
  readonly probability: number | null;
}

interface Second {
  /** Seconds since the epoch; a slot of the ring is the current one only when this fits. */
  at: number;
  /** Payments that were brought in from the past. */
  past: number;
  readonly counts: Record<Decision, number>;
  readonly points: Record<Decision, { at: number; probability: number }[]>;
}

/** What a chart draws: x in seconds, one list per decision. */
export interface Drawn {
  readonly points: Readonly<Record<Decision, { readonly x: number[]; readonly y: number[] }>>;
  /** Payments a second, per whole second of the window, stacked from the bottom: approve, review, decline. */
  readonly throughput: { readonly x: number[]; readonly stacked: readonly [number[], number[], number[]] };
  /** Payments that were counted but have no point of their own. */
  readonly undrawn: number;
  /** Payments of the past that were brought in meanwhile: neither drawn nor counted among the others. */
  readonly past: number;
}

/**
 * The scores of the last seconds, in a ring of fixed size: however fast payments come, memory and the work of a drawing stay
 * bounded. A payment goes where its own time says, so that what a resume brings fills the gap it left.
 */
export class ScoreWindow {
  readonly seconds: number;
  readonly #ring: Second[];

  constructor(seconds: number) {
    this.seconds = seconds;
    this.#ring = Array.from({ length: seconds + 2 }, () => ({
      at: -1,
      past: 0,
      counts: { APPROVE: 0, REVIEW: 0, DECLINE: 0 },
      points: { APPROVE: [], REVIEW: [], DECLINE: [] },
    }));
  }

  /**
   * What has no score is not kept, nor what was scored before the window. A payment that happened long before it was scored (a
   * history that is brought in, thousands a second) is only counted: it would drown the ones that happen now.
   */
  add({ scoredAt, occurredAt, decision, probability }: ScoredPoint): void {
    if (decision === null || probability === null) return;
    const at = Math.floor(scoredAt / 1_000);
    const second = this.#ring[at % this.#ring.length]!;
    if (second.at > at) return;
    if (second.at < at) {
      second.at = at;
      second.past = 0;
      for (const one of DECISIONS) {
        second.counts[one] = 0;
        second.points[one].length = 0;
      }
    }
    if (scoredAt - occurredAt > PAST_MS) {
      second.past++;
      return;
    }
    second.counts[decision]++;
    if (second.points[decision].length < POINTS_A_SECOND)
      second.points[decision].push({ at: scoredAt / 1_000, probability });
  }

  /** What is to be drawn when it is `now`, ms. */
  draw(now: number): Drawn {
    const last = Math.floor(now / 1_000);
    const points: Record<Decision, { x: number[]; y: number[] }> = {
      APPROVE: { x: [], y: [] },
      REVIEW: { x: [], y: [] },
      DECLINE: { x: [], y: [] },
    };
    const x: number[] = [];
    const stacked: [number[], number[], number[]] = [[], [], []];
    let undrawn = 0;
    let past = 0;
    for (let at = last - this.seconds; at <= last; at++) {
      const second = this.#ring[at % this.#ring.length]!;
      const current = second.at === at;
      x.push(at);
      if (current) past += second.past;
      let sum = 0;
      DECISIONS.forEach((decision, i) => {
        const counted = current ? second.counts[decision] : 0;
        sum += counted;
        stacked[i]!.push(sum);
        if (!current) return;
        undrawn += counted - second.points[decision].length;
        for (const point of second.points[decision]) {
          points[decision].x.push(point.at);
          points[decision].y.push(point.probability);
        }
      });
    }
    return { points, throughput: { x, stacked }, undrawn, past };
  }
}
