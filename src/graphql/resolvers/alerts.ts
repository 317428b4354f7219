import { inScope } from '../../access/principal.js';
import { badInput } from '../../core/errors.js';
import type { AlertEvent, FraudAlert, Stored } from '../../core/events.js';
import { quote } from '../../core/money.js';
import { FRAUD_MODEL } from '../../domains/fraud/fraud.js';
import type { Acknowledgement } from '../../flows/fraud-alerts.js';
import { encodeCursor } from '../../flows/log-stream.js';
import type { FraudAlertChange, FraudAlertErrorCode, FraudAlertState, Resolvers } from '../__generated__/resolvers.js';
import type { GraphContext } from '../context.js';
import { encodeNodeId } from '../node-id.js';
import { connection, logBounds, pageRequest } from '../pages.js';
import { noteReading } from '../readings.js';
import { customersOf, eventSubscription, type Following } from './live.js';
import { recorded } from './predictions.js';
import { checkIdLength, checkListSize } from './shared.js';

/** Most alerts one call acknowledges. */
const MAX_ACKNOWLEDGED = 500;
const MAX_NOTE = 500;
/** Name inside the cursors of the list; the stream's are others. */
const LIST = 'alert-list';

const CHANGES: Readonly<Record<AlertEvent['type'], FraudAlertChange>> = {
  'alert.raised': 'RAISED',
  'alert.acknowledged': 'ACKNOWLEDGED',
  'alert.cleared': 'CLEARED',
};

const stateOf = (alert: FraudAlert): FraudAlertState =>
  alert.cleared !== null ? 'CLEARED' : alert.acknowledged !== null ? 'ACKNOWLEDGED' : 'OPEN';

function refusal({ result, alert }: Acknowledgement, id: string, index: number) {
  const said: Record<FraudAlertErrorCode, string> = {
    NOT_FOUND: `There is no alert ${quote(id)}.`,
    ALREADY_ACKNOWLEDGED: `The alert was acknowledged before, by ${alert?.acknowledged?.by}.`,
    ALREADY_CLEARED: 'The alert is over.',
  };
  const code = result as FraudAlertErrorCode;
  return { code, message: said[code], field: ['alertIds', String(index)] };
}

export const alertResolvers: Pick<
  Resolvers<GraphContext>,
  'Query' | 'Mutation' | 'Subscription' | 'FraudAlert' | 'FraudAlertChanged'
> = {
  Query: {
    async fraudAlerts(_root, args, { app, customers, row }) {
      const request = pageRequest(args);
      const { after = 0, before = Number.MAX_SAFE_INTEGER } = logBounds(LIST, args);
      const states = args.states == null ? null : new Set(args.states);
      const found = await app.alerts.list.page({
        ...request,
        after,
        before,
        withCleared: states === null || states.has('CLEARED'),
        passes: (alert) => inScope(customers, alert.customerId) && (states === null || states.has(stateOf(alert))),
      });
      const page = connection(
        request,
        args,
        found,
        ({ seq }) => encodeCursor(LIST, seq),
        ({ alert }) => alert,
      );
      for (const { customerId, predictionId } of page.nodes)
        noteReading(app, row, { model: FRAUD_MODEL, version: 0, entity: customerId, id: predictionId });
      return page;
    },
  },
  Mutation: {
    async acknowledgeFraudAlerts(_root, { alertIds, note }, { app, call, customers }) {
      checkListSize(alertIds, MAX_ACKNOWLEDGED, 'alertIds');
      for (const id of alertIds) checkIdLength(id, 'alertIds');
      if (note != null && note.length > MAX_NOTE)
        throw badInput(`expected at most ${MAX_NOTE} characters, got ${note.length}`, 'note');
      const results = await app.alerts.acknowledge(alertIds, call.principal.id, note ?? null, customers);
      return {
        alerts: results.map(({ alert }) => alert),
        acknowledgedCount: results.filter(({ result }) => result === 'ACKNOWLEDGED').length,
        userErrors: results.flatMap((answer, i) =>
          answer.result === 'ACKNOWLEDGED' ? [] : [refusal(answer, alertIds[i]!, i)],
        ),
      };
    },
  },
  Subscription: {
    fraudAlerts: {
      async subscribe(
        _root: unknown,
        { customerId, ...following }: Following & { customerId?: string | null },
        context: GraphContext,
      ) {
        return eventSubscription({
          field: 'fraudAlerts',
          type: 'FraudAlertChanged',
          source: context.app.streams.alerts,
          entities: await customersOf(context, customerId),
          following,
          present: (event) => ({ event }),
        });
      },
    } as never,
  },
  FraudAlertChanged: {
    change: ({ event }: { event: Stored<AlertEvent> }) => CHANGES[event.type],
    alert: ({ event }: { event: Stored<AlertEvent> }) => event.payload,
  } as never,
  FraudAlert: {
    id: (alert) => encodeNodeId('FraudAlert', alert.alertId),
    customer: (alert, _args, { loaders }) => loaders.customer(alert.customerId),
    transaction: (alert, _args, { loaders }) => loaders.transactions.load(alert.transactionId),
    fraud: async (alert, _args, { loaders }, { schema }) =>
      recorded(await loaders.predictions.load(alert.predictionId), schema) as never,
    state: stateOf,
    acknowledgedAt: (alert) => alert.acknowledged?.at ?? null,
    acknowledgedBy: (alert) => alert.acknowledged?.by ?? null,
    note: (alert) => alert.acknowledged?.note ?? null,
    clearedAt: (alert) => alert.cleared?.at ?? null,
    clearReason: (alert) => alert.cleared?.reason ?? null,
  },
};
