import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { watch, watched } from '../live/customer.js';
import { paymentsChanged, paymentsProblem, refresh, ticker } from '../live/payments.js';
import { tell } from '../live/tell.js';
import { DECISION_WORDS, DecisionMark, DecisionShape } from '../parts/decision.js';
import { Hint, Panel, ScrollArea, SimulatedTag } from '../parts/panel.js';
import { Score } from '../parts/score.js';
import { category, count, moment, money, plural } from '../state/format.js';
import { DECISIONS, type Decision, type Row } from '../state/ticker.js';
import { EmptySystem } from './empty.js';
import { explain } from './why.js';

const PAGE = 60;
const COLUMNS = [
  ['when', 'Time'],
  ['who', 'Customer'],
  ['what', 'Merchant'],
  ['amount', 'Amount'],
  ['probability', 'Score'],
  ['verdict', 'Decision'],
  ['why', <span class="sr-only">Explanation</span>],
] as const;

function PaymentRow({ row }: { row: Row }) {
  const missed = ticker.wasMissed(row);
  return (
    <tr class={missed ? 'missed' : row.decision !== 'APPROVE' ? 'flagged' : ''}>
      <td class="when number">{moment(row.occurredAt, Date.now())}</td>
      <td class="who">
        {row.customerId === null ? (
          <span class="muted">erased</span>
        ) : (
          <button
            type="button"
            class="link"
            aria-pressed={watched.value === row.customerId}
            onClick={() => watch(row.customerId!)}
            title="Watch this customer"
          >
            {row.customerId}
          </button>
        )}
        {row.simulated && <SimulatedTag />}
      </td>
      <td class="what">
        <span class="merchant">{row.merchant}</span>
        <span class="category">{category(row.category)}</span>
      </td>
      <td class="amount number">{money(row.amount, row.currency)}</td>
      <td class="probability">
        <Score probability={row.probability} decision={row.decision} />
      </td>
      <td class="verdict">
        <DecisionMark decision={row.decision} />
      </td>
      <td class="why">
        <button type="button" class="small" onClick={() => explain(row)}>
          Why<span class="sr-only"> this score of {row.transactionId}</span>?
        </button>
      </td>
    </tr>
  );
}

/** The live list. It can be paused and filtered, and it holds still while somebody points at it. */
export function Payments() {
  const decisions = useSignal<ReadonlySet<Decision>>(new Set(DECISIONS));
  const text = useSignal('');
  const limit = useSignal(PAGE);
  const pointed = useSignal(false);
  const shown = useRef<{ rows: Row[]; total: number }>({ rows: [], total: 0 });
  const asked = useRef('');

  paymentsChanged.value; // drawn anew with it
  const question = `${[...decisions.value].join()}|${text.value}|${limit.value}|${ticker.paused}`;
  // A row must not slip away under the pointer: the list waits until it has gone, unless something else is asked for.
  if (!pointed.value || question !== asked.current || shown.current.rows.length < 5) {
    shown.current = {
      rows: ticker.list(limit.value + 1, { decisions: decisions.value, text: text.value }),
      total: ticker.total,
    };
    asked.current = question;
  }
  const { rows, total } = shown.current;
  const behind = ticker.paused ? 0 : ticker.total - total;

  const toggle = (decision: Decision) => {
    const next = new Set(decisions.value);
    if (!next.delete(decision)) next.add(decision);
    decisions.value = next;
  };
  const pauseOrGoOn = () => {
    if (ticker.paused) {
      const missed = ticker.resume();
      tell(
        missed === 0 ? 'The list goes on' : `${plural(missed, 'payment')} came while paused and are marked in the list`,
      );
    } else {
      ticker.pause();
      tell('The list is paused; payments go on being kept');
    }
    refresh();
  };
  const note = ticker.paused
    ? `${count(ticker.waiting)} while paused`
    : pointed.value && behind > 0
      ? `held while you point at it, ${count(behind)} new`
      : `${count(ticker.total)} since this page was opened`;

  return (
    <Panel
      id="payments"
      title="Live payments"
      note={<span data-testid="payments-note">{note}</span>}
      tools={
        <>
          <fieldset class="chips">
            <legend class="sr-only">Decisions shown</legend>
            {DECISIONS.map((decision) => (
              <button
                key={decision}
                type="button"
                class="chip"
                aria-pressed={decisions.value.has(decision)}
                onClick={() => toggle(decision)}
              >
                <DecisionShape decision={decision} />
                {DECISION_WORDS[decision]}
              </button>
            ))}
          </fieldset>
          <input
            type="search"
            class="filter"
            placeholder="Filter"
            aria-label="Show only payments with this customer, merchant or category"
            value={text.value}
            onInput={(event) => {
              text.value = event.currentTarget.value;
            }}
          />
          <button type="button" class={ticker.paused ? 'primary' : ''} onClick={pauseOrGoOn} data-testid="pause">
            {ticker.paused ? 'Continue' : 'Pause'}
          </button>
        </>
      }
    >
      {paymentsProblem.value !== null && <Hint problem>{paymentsProblem.value}</Hint>}
      {ticker.empty ? (
        <EmptySystem />
      ) : (
        <ScrollArea
          label="List of payments"
          onPointerEnter={(event) => {
            pointed.value = event.pointerType === 'mouse';
          }}
          onPointerLeave={() => {
            pointed.value = false;
          }}
        >
          <table class="payments">
            <thead>
              <tr>
                {COLUMNS.map(([name, title]) => (
                  <th key={name} scope="col" class={name}>
                    {title}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.slice(0, limit.value).map((row) => (
                <PaymentRow key={row.number} row={row} />
              ))}
            </tbody>
          </table>
          {rows.length === 0 && <p class="hint">None of the payments kept here is like that; new ones will show up.</p>}
          {rows.length > limit.value && (
            <button
              type="button"
              class="more"
              onClick={() => {
                limit.value += PAGE;
              }}
            >
              Show older ones
            </button>
          )}
          {ticker.shed > 0 && (
            <p class="hint">
              The pause was long: {plural(ticker.shed, 'payment')} of it are not kept in this page any more. They are in
              the log.
            </p>
          )}
        </ScrollArea>
      )}
    </Panel>
  );
}
