import { useSignal } from '@preact/signals';
import { type Alert, acknowledge, acknowledgeProblem, alerts, alertsProblem, openAlerts } from '../live/alerts.js';
import { watch } from '../live/customer.js';
import { DecisionMark } from '../parts/decision.js';
import { Hint, Panel, ScrollArea, SimulatedTag } from '../parts/panel.js';
import { category, count, money, percent, time } from '../state/format.js';
import { explain } from './why.js';

const STATE_WORDS = { OPEN: 'Open', ACKNOWLEDGED: 'Acknowledged', CLEARED: 'Over' } as const;
const CLEAR_WORDS = {
  PAYMENT_BELOW_THRESHOLD: 'A later payment was harmless',
  QUIET: 'No payment for a while',
  DISPLACED: 'It had to make room for newer ones',
} as const;

/** What is worth a line of its own: who has seen to it, and why it is over. */
function fate({ state, acknowledgedBy, note, clearReason }: Alert): string | null {
  const seen = [acknowledgedBy == null ? null : `Seen to by ${acknowledgedBy}`, note]
    .filter((one) => one != null)
    .join(': ');
  const over = state === 'CLEARED' && clearReason != null ? CLEAR_WORDS[clearReason] : '';
  return [seen, over].filter((one) => one !== '').join('. ') || null;
}

function AlertItem({ alert, onAcknowledge }: { alert: Alert; onAcknowledge: (alertId: string) => void }) {
  const { transaction, fraud, customer } = alert;
  const told = fate(alert);
  return (
    <li class={`alert ${alert.state.toLowerCase()}`}>
      <p class="alert-line">
        <b>
          {customer == null ? (
            <span class="muted">erased customer</span>
          ) : (
            <button type="button" class="link" onClick={() => watch(customer.customerId)} title="Watch this customer">
              {customer.customerId}
            </button>
          )}
          {transaction?.simulated && <SimulatedTag />}
        </b>
        <span class="number">{fraud == null ? '–' : percent(fraud.probability)}</span>
        <DecisionMark decision={fraud?.decision} />
        <span class="alert-state muted">{STATE_WORDS[alert.state]}</span>
        <span class="number muted">{time(alert.raisedAt)}</span>
      </p>
      <p class="alert-line">
        <span class="alert-what">
          {transaction == null ? (
            'The payment was erased.'
          ) : (
            <>
              {money(transaction.amount.amount, transaction.amount.currency)} to {transaction.merchant},{' '}
              {category(transaction.category)}
            </>
          )}
        </span>
        {transaction != null && (
          <button
            type="button"
            class="small"
            onClick={() =>
              explain({
                ...transaction,
                amount: transaction.amount.amount,
                currency: transaction.amount.currency,
                customerId: customer?.customerId ?? null,
                probability: fraud?.probability ?? null,
                decision: fraud?.decision ?? null,
              })
            }
          >
            Why<span class="sr-only"> this alert of {customer?.customerId}</span>?
          </button>
        )}
        {alert.state === 'OPEN' && acknowledgeProblem.value === null && (
          <button type="button" class="small" onClick={() => onAcknowledge(alert.alertId)}>
            Acknowledge<span class="sr-only"> the alert of {customer?.customerId}</span>
          </button>
        )}
      </p>
      {told !== null && <p class="muted alert-fate">{told}</p>}
    </li>
  );
}

/** Who looks like being defrauded, and who of us has seen to it. */
export function Alerts() {
  const note = useSignal('');
  const busy = useSignal(false);
  const problem = useSignal<string | null>(null);
  const list = alerts.value;
  const open = list.filter(({ state }) => state === 'OPEN');
  const see = async (alertIds: readonly string[]) => {
    busy.value = true;
    problem.value = null;
    try {
      await acknowledge(alertIds, note.value);
      note.value = '';
    } catch (error) {
      problem.value = (error as Error).message;
    } finally {
      busy.value = false;
    }
  };
  return (
    <Panel id="alerts" title="Fraud alerts" note={`${count(openAlerts.value)} open`}>
      {acknowledgeProblem.value === null ? (
        <div class="alert-tools">
          <input
            type="text"
            maxLength={500}
            placeholder="A note for what you acknowledge"
            aria-label="A note for what you acknowledge"
            value={note.value}
            onInput={(event) => {
              note.value = event.currentTarget.value;
            }}
          />
          <button
            type="button"
            disabled={open.length === 0 || busy.value}
            onClick={() => void see(open.map(({ alertId }) => alertId))}
          >
            Acknowledge all
          </button>
        </div>
      ) : (
        <Hint>{acknowledgeProblem.value}</Hint>
      )}
      {problem.value !== null && acknowledgeProblem.value === null && <Hint problem>{problem.value}</Hint>}
      {alertsProblem.value !== null && <Hint problem>{alertsProblem.value}</Hint>}
      {/* As high without alerts as with them: what lies below does not move when one comes. */}
      <ScrollArea label="Alerts, the open ones first" class="alerts">
        {list.length === 0 && alertsProblem.value === null && (
          <Hint>No alert stands. One is raised when a customer’s payment looks like fraud.</Hint>
        )}
        <ul>
          {list.map((alert) => (
            <AlertItem key={alert.alertId} alert={alert} onAcknowledge={(alertId) => void see([alertId])} />
          ))}
        </ul>
      </ScrollArea>
    </Panel>
  );
}
