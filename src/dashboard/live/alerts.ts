import { signal } from '@preact/signals';
import {
  AcknowledgeFraudAlertsDocument,
  type AlertFragment,
  FraudAlertsDocument,
  StandingAlertsDocument,
} from '../__generated__/graphql.js';
import { ask, GraphRequestError } from '../graph/query.js';
import { told } from '../graph/refusals.js';
import { onSignedIn } from '../graph/token.js';
import { AlertList } from '../state/alert-list.js';
import { plural } from '../state/format.js';
import { coalesced } from './coalesce.js';
import { follow } from './follow.js';
import { tell } from './tell.js';

export type Alert = AlertFragment;

const kept = new AlertList<Alert>();
export const alerts = signal<readonly Alert[]>([]);
export const openAlerts = signal(0);
/** Why there is no list; null when there is one. */
export const alertsProblem = signal<string | null>(null);

/** Why this caller may not acknowledge; null while that is not known. */
export const acknowledgeProblem = signal<string | null>(null);

const publish = coalesced(() => {
  alerts.value = kept.list();
  openAlerts.value = kept.open;
});

/** What stands now; the stream brings the changes. */
async function readStanding(): Promise<void> {
  try {
    const { data } = await ask(StandingAlertsDocument, {}, 'The list of alerts');
    for (const alert of data.fraudAlerts.nodes ?? []) if (alert !== null) kept.put(alert);
    alertsProblem.value = null;
  } catch (error) {
    alertsProblem.value = (error as Error).message;
  }
  publish();
}

export function followAlerts(): void {
  follow(FraudAlertsDocument, (data) => data.fraudAlerts, 'The list of alerts', {
    event({ change, alert }) {
      kept.put(alert);
      if (change === 'RAISED') tell(`Fraud alert: customer ${alert.customer?.customerId ?? 'erased'}`);
      publish();
    },
    problem(message) {
      alertsProblem.value = message;
    },
    notice({ kind }) {
      if (kind === 'gap') void readStanding();
    },
  });
  onSignedIn(() => {
    acknowledgeProblem.value = null;
    void readStanding();
  });
  void readStanding();
}

/** Says that somebody has seen to these alerts. Rejects with a sentence when the server could not be told. */
export async function acknowledge(alertIds: readonly string[], note: string): Promise<void> {
  const said = { alertIds, note: note.trim() === '' ? null : note.trim() };
  const { data, errors } = await ask(AcknowledgeFraudAlertsDocument, said, 'Acknowledging an alert').catch((error) => {
    if (error instanceof GraphRequestError && error.forbidden) acknowledgeProblem.value = error.message;
    throw error;
  });
  const answer = data.acknowledgeFraudAlerts;
  if (answer == null)
    throw new Error(told(errors, 'Acknowledging an alert', 'The server did not say what became of it.'));
  for (const alert of answer.alerts ?? []) if (alert !== null) kept.put(alert);
  publish();
  const refused = answer.userErrors[0];
  if (refused !== undefined) throw new Error(refused.message);
  tell(`${plural(answer.acknowledgedCount ?? 0, 'alert')} acknowledged`);
}
