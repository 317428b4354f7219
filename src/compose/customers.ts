import type { StoredEvent } from '../core/events.js';
import { FRAUD_MODEL } from '../domains/fraud/fraud.js';
import type { Departures, Forgetful } from '../flows/departures.js';
import { CustomerErasure, type Eraser } from '../flows/erasure.js';
import { Ingest } from '../flows/ingest.js';
import type { Projection } from '../flows/projection.js';
import type { InferenceService } from '../inference/service.js';
import type { Base } from './base.js';
import type { Domains } from './domains.js';
import type { Entities } from './entities.js';
import type { Ground } from './ground.js';
import type { Live } from './live.js';

/** The ways in for events, and the way out for a customer. */
export interface Customers {
  readonly ingest: Ingest;
  readonly erasure: CustomerErasure;
}

/** Opens both. `subscriptions` are those of the graph, which is not there yet: asked when somebody is erased. */
export function openCustomers(
  { clock, logger }: Base,
  { data }: Ground,
  { customers }: Entities,
  { catalogue, shadows }: Domains,
  live: Live,
  inference: InferenceService,
  more: {
    readonly projection: Projection;
    readonly departures: Departures;
    readonly erasers: readonly Eraser[];
    readonly subscriptions: { forget(customerId: string): void };
  },
): Customers {
  const { projection, departures, erasers, subscriptions } = more;
  const ingest = new Ingest({
    log: data.events,
    clock,
    world: {
      knownCustomer: (customerId) => customers.peek(customerId) !== null,
      leaving: (customerId) => departures.isLeaving(customerId),
      knownItem: (itemId) => catalogue.item(itemId) !== null,
      seen: () => projection.position,
      leftLately: (customerId) => departures.isRecent(customerId),
      predictions: (ids) => data.predictions.byIds(ids),
      paymentCurrency: () => inference.registry.get(FRAUD_MODEL)?.manifest.currency,
    },
    onAppended: (events: readonly StoredEvent[]) => projection.appended(events),
  });
  const { scorer, alerts, customerScores, recommendationWatch } = live;
  const erasure = new CustomerErasure({
    data: data.personal,
    erasers,
    holders: [
      departures,
      ingest,
      customers,
      scorer,
      alerts,
      customerScores,
      recommendationWatch,
      shadows,
      atBothEnds((customerId) => subscriptions.forget(customerId)),
      atBothEnds(() => inference.clearCache()),
    ],
    documents: () => [alerts.document()],
    appended: (event) => projection.appended([event]),
    clock,
    logger: logger.child({ room: 'flows' }),
  });
  return { ingest, erasure };
}

/** Somebody who keeps nothing back in between: forgets when it begins, and again what came meanwhile. */
const atBothEnds = (forget: (customerId: string) => void): Forgetful => ({ bar: forget, lift: forget });
