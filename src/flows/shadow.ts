import type { Clock } from '../core/clock.js';
import { uuidv7 } from '../core/ids.js';
import type { Metrics } from '../core/metrics.js';
import { type PredictionRecord, SHADOW_ARM } from '../core/predictions.js';
import type { RequestFacts } from '../core/routing.js';
import type { PredictionLog } from '../data/ports.js';
import { CHAMPION } from '../inference/aliases.js';
import type { InferenceService } from '../inference/service.js';
import type { Forgetful } from './departures.js';
import type { Positioned } from './log-stream.js';
import type { Rescoring } from './rescoring.js';
import type { ScoredFollower, ScoredPayment } from './scoring.js';

/** Predictions that wait for their shadow; more have none. */
const MAX_WAITING = 5_000;
const IN_FLIGHT = 128;
const ROW_DEADLINE_MS = 30_000;

/** What a shadow did since its policy was set or the server started. */
export interface ShadowFacts {
  readonly version: number;
  readonly rows: number;
  /** Rows whose label was the champion's. */
  readonly agreements: number;
  readonly failed: number;
  /** Not computed: too many waited. */
  readonly dropped: number;
  /** Mean of |shadow's score - champion's|; null without rows. */
  readonly meanDifference: number | null;
}
interface Counts {
  rows: number;
  agreements: number;
  failed: number;
  dropped: number;
  difference: number;
}
interface Waiting {
  readonly record: PredictionRecord;
  readonly version: number;
}

/**
 * Computes another version beside the champion where a policy says so: after the champion's answer, at bulk priority, over the vector that it
 * saw. What comes out is compared and kept under the arm `shadow`; nobody is answered with it, and nobody waits for it.
 */
export class ShadowScoring implements ScoredFollower, Forgetful {
  readonly #inference: Pick<InferenceService, 'policies' | 'aliases'>;
  readonly #rescoring: Rescoring;
  readonly #offer: PredictionLog['offer'];
  readonly #clock: Clock;
  readonly #metrics: Metrics;
  readonly #counts = new Map<string, Counts>();
  #waiting: Waiting[] = [];
  #inFlight = 0;

  constructor(options: {
    readonly inference: Pick<InferenceService, 'policies' | 'aliases'>;
    readonly rescoring: Rescoring;
    readonly offer: PredictionLog['offer'];
    readonly clock: Clock;
    readonly metrics: Metrics;
  }) {
    this.#inference = options.inference;
    this.#rescoring = options.rescoring;
    this.#offer = options.offer;
    this.#clock = options.clock;
    this.#metrics = options.metrics;
  }

  scored(payments: readonly Positioned<ScoredPayment>[]): void {
    for (const { value } of payments) this.saw(value.prediction, value.event.payload);
  }

  /** Told of a prediction that was made, and of what its question was. Those of other versions than the champion have no shadow. */
  saw(prediction: PredictionRecord, request: RequestFacts | undefined): void {
    const { model, entity } = prediction;
    const version = this.#inference.policies.shadow(model, entity, request);
    if (version === null || version === prediction.version || !this.#rescoring.can(model)) return;
    if (this.#inference.aliases.get(model, CHAMPION)?.version !== prediction.version) return;
    if (this.#waiting.length >= MAX_WAITING) {
      this.#countsOf(model, version).dropped++;
      this.#counter(model, version, 'dropped').add();
      return;
    }
    this.#waiting.push({ record: prediction, version });
    this.#work();
  }

  /** What the shadow of a model did; null where its policy has none. */
  facts(model: string): ShadowFacts | null {
    const version = this.#inference.policies.get(model)?.shadow?.version;
    if (version === undefined) return null;
    const { rows, agreements, failed, dropped, difference } = this.#countsOf(model, version);
    return { version, rows, agreements, failed, dropped, meanDifference: rows === 0 ? null : difference / rows };
  }

  bar(customerId: string): void {
    this.#waiting = this.#waiting.filter(({ record }) => record.entity !== customerId);
  }
  lift(): void {}

  #work(): void {
    while (this.#inFlight < IN_FLIGHT && this.#waiting.length > 0) {
      this.#inFlight++;
      void this.#compute(this.#waiting.shift()!).finally(() => {
        this.#inFlight--;
        this.#work();
      });
    }
  }

  async #compute({ record, version }: Waiting): Promise<void> {
    const { model } = record;
    const counts = this.#countsOf(model, version);
    const deadline = this.#clock.monotonic() + ROW_DEADLINE_MS;
    const context = { deadline, priority: 'bulk', principal: 'shadow', traceId: record.id } as const;
    try {
      const output = await this.#rescoring.again(record, version, context);
      const [own, champions] = [output, record.output].map((one) => this.#rescoring.verdict(model, one));
      counts.rows++;
      counts.difference += Math.abs(own!.score - champions!.score);
      this.#counter(model, version, 'rows').add();
      if (own!.label === champions!.label) {
        counts.agreements++;
        this.#counter(model, version, 'agreements').add();
      }
      const now = this.#clock.now();
      // Born of no event: the event's prediction is the one that was answered.
      const { entity, featuresAsOf, featureSet, features, defaulted } = record;
      const facts = { model, version, entity, featuresAsOf, featureSet, features, defaulted, output };
      this.#offer({ ...facts, id: uuidv7(now), eventId: null, eventSeq: null, predictedAt: now, arm: SHADOW_ARM });
    } catch {
      counts.failed++;
      this.#counter(model, version, 'failed').add();
    }
  }

  #countsOf(model: string, version: number): Counts {
    const key = `${model}/${version}`;
    let counts = this.#counts.get(key);
    if (counts === undefined) {
      counts = { rows: 0, agreements: 0, failed: 0, dropped: 0, difference: 0 };
      this.#counts.set(key, counts);
    }
    return counts;
  }

  #counter(model: string, version: number, what: 'rows' | 'agreements' | 'failed' | 'dropped') {
    return this.#metrics.counter(`scoregraph_shadow_${what}_total`, HELP[what], { model, version: String(version) });
  }
}

const HELP = {
  rows: 'Rows that a shadow computed beside the champion.',
  agreements: 'Rows whose label was the champion’s.',
  failed: 'Rows that the shadow could not compute.',
  dropped: 'Rows that were left out: too many waited.',
} as const;
