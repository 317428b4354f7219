import type { PredictionRecord } from '../core/predictions.js';
import { Explainer } from '../domains/explanation/explanation.js';
import { FraudDomain } from '../domains/fraud/fraud.js';
import { GenericDomain } from '../domains/generic/generic.js';
import { QueryRecorder } from '../domains/prediction.js';
import { RecommendationsDomain } from '../domains/recommendations/recommendations.js';
import { SegmentationDomain } from '../domains/segmentation/segmentation.js';
import { Catalogue } from '../flows/catalogue.js';
import type { Departures } from '../flows/departures.js';
import { Rescoring } from '../flows/rescoring.js';
import { ShadowScoring } from '../flows/shadow.js';
import { SideBySide } from '../flows/side-by-side.js';
import type { InferenceService } from '../inference/service.js';
import type { Base } from './base.js';
import type { Entities } from './entities.js';
import type { Ground } from './ground.js';

/** Whoever asks models, and keeps what they say. */
export interface Domains {
  readonly fraud: FraudDomain;
  readonly segmentation: SegmentationDomain;
  readonly recommendations: RecommendationsDomain;
  /** Every other model. */
  readonly generic: GenericDomain;
  readonly catalogue: Catalogue;
  readonly rescoring: Rescoring;
  readonly shadows: ShadowScoring;
  readonly sideBySide: SideBySide;
}

/** Builds the domains over the models. Nothing is asked yet. */
export function buildDomains(
  { clock, metrics }: Base,
  { data, audit }: Ground,
  inference: InferenceService,
  { customers, items }: Entities,
  departures: Departures,
): Domains {
  const offer = (record: PredictionRecord) => !departures.isRecent(record.entity) && data.predictions.offer(record);
  // A circle by nature: a shadow asks the domains whose answers it shadows.
  const recorder = new QueryRecorder({ offer }, clock, audit, (prediction, question, asker) => {
    shadows.saw(prediction, question);
    sideBySide.saw(prediction, question, asker);
  });
  const unavailable = new Set<string>();
  const explainer = new Explainer(inference);
  const fraud = new FraudDomain(inference, recorder, explainer);
  const segmentation = new SegmentationDomain(inference, recorder, explainer);
  const recommendations = new RecommendationsDomain(inference, recorder, unavailable, explainer);
  const catalogue = new Catalogue(items, unavailable, (itemId) => recommendations.vocabularyItem(itemId));
  const generic = new GenericDomain(inference, recorder, clock);
  const rescoring = new Rescoring({
    ...{ fraud, segmentation, recommendations, generic, customers },
    manifestOf: (model) => inference.registry.get(model)?.manifest ?? null,
  });
  const shadows = new ShadowScoring({ inference, rescoring, offer, clock, metrics });
  const sideBySide = new SideBySide({ registry: inference.registry, rescoring, metrics });
  return { fraud, segmentation, recommendations, generic, catalogue, rescoring, shadows, sideBySide };
}
