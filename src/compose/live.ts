import type { Config } from '../config/config.js';
import type { Clock } from '../core/clock.js';
import type { AlertEvent, ModelStateChanged, NewEvent, SegmentChanged, Stored } from '../core/events.js';
import type { Logger } from '../core/logger.js';
import type { Metrics } from '../core/metrics.js';
import type { DataRoom } from '../data/open.js';
import type { FeatureStore } from '../data/ports.js';
import type { FraudDomain } from '../domains/fraud/fraud.js';
import type { RecommendationsDomain } from '../domains/recommendations/recommendations.js';
import type { SegmentationDomain } from '../domains/segmentation/segmentation.js';
import type { Hub } from '../events/hub.js';
import type { CustomerState } from '../features/customer-state.js';
import { CustomerScoreWatch } from '../flows/customer-scores.js';
import type { Departures } from '../flows/departures.js';
import { FraudAlertWatch } from '../flows/fraud-alerts.js';
import { LiveStats, type VersionCounters } from '../flows/live-stats.js';
import type { Positioned } from '../flows/log-stream.js';
import type { LogFollower } from '../flows/projection.js';
import { RecommendationWatch } from '../flows/recommendation-watch.js';
import { PaymentScorer, SCORER } from '../flows/scoring.js';
import { SegmentWatch } from '../flows/segments.js';
import type { ShadowScoring } from '../flows/shadow.js';
import { alertStream, entityHub, modelStateStream, scoredHub, scoredStream, segmentStream } from '../flows/streams.js';
import type { App } from '../graphql/app.js';
import type { InferenceService } from '../inference/service.js';

/** Everything that is watched, with what it follows. */
export interface Live
  extends Pick<
    App,
    'scorer' | 'segmentWatch' | 'recommendationWatch' | 'alerts' | 'customerScores' | 'liveStats' | 'streams'
  > {
  /** Those that follow the log behind the scorer. */
  readonly followers: readonly LogFollower[];
  /** Ends every stream; the scorer and the alerts go on, for what is under way. */
  end(): Promise<void>;
}

/**
 * Wires scoring and what follows it: alerts, the watches of segments, lists and customers, live figures. Models must be loaded; the log is
 * not followed yet.
 */
export async function openLive(
  base: { readonly config: Config; readonly logger: Logger; readonly clock: Clock; readonly metrics: Metrics },
  rooms: {
    readonly data: DataRoom;
    readonly inference: InferenceService;
    readonly append: (events: readonly NewEvent[]) => Promise<void>;
    /** Of the recorder, which notes states from the loading of the models on. */
    readonly modelStateHub: Hub<Positioned<Stored<ModelStateChanged>>>;
    /** Subscriptions open. */
    readonly subscribers: () => number;
  },
  knows: {
    readonly customers: FeatureStore<CustomerState>;
    readonly fraud: FraudDomain;
    readonly segmentation: SegmentationDomain;
    readonly recommendations: RecommendationsDomain;
    readonly departures: Departures;
    readonly shadows: ShadowScoring;
  },
): Promise<Live> {
  const { config, logger, clock, metrics } = base;
  const { data, inference, append, modelStateHub } = rooms;
  const { customers: store, fraud, segmentation, recommendations, departures, shadows } = knows;
  const { events, predictions } = data;
  const scored = scoredHub();
  const segmentHub = entityHub<SegmentChanged>();
  const alertHub = entityHub<AlertEvent>();
  const hubs = [scored, segmentHub, alertHub, modelStateHub];

  const alerts = await FraudAlertWatch.open({
    log: events,
    predictions,
    snapshots: data.snapshots,
    append,
    fraud,
    configured: { raise: config.alertRaiseThreshold, clear: config.alertClearThreshold },
    quietMs: config.alertQuietMinutes * 60_000,
    hub: alertHub,
    clock,
    logger,
  });
  const segmentWatch = new SegmentWatch({
    store,
    domain: segmentation,
    predictions,
    append: (event) => append([event]),
    hub: segmentHub,
    clock,
    logger,
    departures,
  });
  const customerScores = new CustomerScoreWatch({
    store,
    events,
    predictions,
    segmentation,
    recommendations,
    segmentWatch,
    clock,
  });
  const recommendationWatch = new RecommendationWatch(store, recommendations);
  const liveStats = new LiveStats({
    clock,
    versions: () => versionCounters(inference),
    eventLog: events,
    backlog: () => scorer.backlog,
    subscribers: rooms.subscribers,
  });
  const scorer: PaymentScorer = new PaymentScorer({
    store,
    domain: fraud,
    predictions,
    hub: scored,
    followers: [alerts, customerScores, liveStats, shadows],
    clock,
    logger,
    metrics,
    offset: await data.offsets.get(SCORER),
  });
  return {
    scorer,
    segmentWatch,
    recommendationWatch,
    alerts,
    customerScores,
    liveStats,
    streams: {
      scored: scoredStream(events, predictions, scored),
      segments: segmentStream(events, segmentHub),
      alerts: alertStream(events, alertHub),
      modelStates: modelStateStream(events, modelStateHub),
    },
    followers: [segmentWatch, recommendationWatch, customerScores, alerts],
    async end() {
      await segmentWatch.close();
      for (const watch of [recommendationWatch, customerScores, liveStats, ...hubs]) watch.close();
    },
  };
}

/** What the loaded versions have done so far. */
const versionCounters = (inference: InferenceService): VersionCounters[] =>
  inference.registry.list().flatMap(({ name, versions }) =>
    versions
      .filter(({ state }) => state === 'AVAILABLE')
      .map(({ number, statistics: { rows, batches, latency } }) => ({
        model: name,
        version: number,
        rows,
        batches,
        latency: latency.snapshot(),
        queueDepth: inference.queued(name, number),
      })),
  );
