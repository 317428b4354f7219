import type { Clock } from '../core/clock.js';
import { uuidv7 } from '../core/ids.js';
import type { Metrics } from '../core/metrics.js';
import { type PredictionRecord, SHADOW_ARM } from '../core/predictions.js';
import type { PredictionLog } from '../data/ports.js';
import type { Question, SecondOpinion } from '../domains/prediction.js';
import { CHAMPION } from '../inference/aliases.js';
import type { InferenceService } from '../inference/service.js';
import { Agreement, type AgreementFacts } from './agreement.js';
import type { Forgetful } from './departures.js';
import type { Positioned } from './log-stream.js';
import type { Rescoring } from './rescoring.js';
import type { ScoredFollower, ScoredPayment } from './scoring.js';

/** Predictions that wait for their shadow; more have none. */
const MAX_WAITING = 5_000;
const IN_FLIGHT = 128;
const ROW_DEADLINE_MS = 30_000;

/** What a shadow did since its policy was set or the server started. */
export interface ShadowFacts extends AgreementFacts {
  readonly version: number;
  readonly failed: number;
  /** Not computed: too many waited. */
  readonly dropped: number;
}
interface Counts {
  /** With the champion. */
  readonly agreement: Agreement;
  failed: number;
  dropped: number;
}
interface Waiting {
  readonly record: PredictionRecord;
  readonly version: number;
  readonly ask: SecondOpinion;
}

/**
 * Computes another version beside the champion where a policy says so: after the champion's answer, at bulk priority, over what the champion
 * was asked. What comes out is compared and kept under the arm `shadow`; nobody is answered with it, and nobody waits for it.
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
    for (const { value } of payments) this.saw(value.prediction, { request: value.event.payload });
  }

  /** Told of a prediction that was made, and of what its question was. Those of other versions than the champion have no shadow. */
  saw(prediction: PredictionRecord, question: Question): void {
    const { model, entity } = prediction;
    const version = this.#inference.policies.shadow(model, entity, question.request);
    if (version === null || version === prediction.version) return;
    if (this.#inference.aliases.get(model, CHAMPION)?.version !== prediction.version) return;
    if (this.#waiting.length >= MAX_WAITING) {
      this.#countsOf(model, version).dropped++;
      this.#counter(model, version, 'dropped').add();
      return;
    }
    this.#waiting.push({ record: prediction, version, ask: this.#rescoring.beside(prediction, question, version) });
    this.#work();
  }

  /** What the shadow of a model did; null where its policy has none. */
  facts(model: string): ShadowFacts | null {
    const version = this.#inference.policies.get(model)?.shadow?.version;
    if (version === undefined) return null;
    const { agreement, failed, dropped } = this.#countsOf(model, version);
    return { version, ...agreement.facts(), failed, dropped };
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

  async #compute({ record, version, ask }: Waiting): Promise<void> {
    const { model } = record;
    const counts = this.#countsOf(model, version);
    const deadline = this.#clock.monotonic() + ROW_DEADLINE_MS;
    const context = { deadline, priority: 'bulk', principal: 'shadow', traceId: record.id } as const;
    try {
      const { output, features } = await ask(context);
      const champions = this.#rescoring.verdict(model, record.output);
      const own = this.#rescoring.verdict(model, output);
      this.#counter(model, version, 'rows').add();
      if (counts.agreement.add(champions, own)) this.#counter(model, version, 'agreements').add();
      const now = this.#clock.now();
      // Born of no event: the event's prediction is the one that was answered. By `shadowOf` it meets the same outcome.
      const { entity, featuresAsOf, featureSet, defaulted } = record;
      const facts = { model, version, entity, featuresAsOf, featureSet, features, defaulted, output };
      this.#offer({
        ...facts,
        id: uuidv7(now),
        eventId: null,
        eventSeq: null,
        predictedAt: now,
        arm: SHADOW_ARM,
        shadowOf: record.id,
      });
    } catch {
      counts.failed++;
      this.#counter(model, version, 'failed').add();
    }
  }

  #countsOf(model: string, version: number): Counts {
    const key = `${model}/${version}`;
    let counts = this.#counts.get(key);
    if (counts === undefined) {
      counts = { agreement: new Agreement(), failed: 0, dropped: 0 };
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
  agreements: 'Rows of which the shadow said the same as the champion.',
  failed: 'Rows that the shadow could not compute.',
  dropped: 'Rows that were left out: too many waited.',
} as const;
