import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import {
  customerProblem,
  facts,
  payments,
  type Scores,
  scores,
  scoresProblem,
  watch,
  watched,
} from '../live/customer.js';
import { recentCustomers } from '../live/payments.js';
import { DecisionMark } from '../parts/decision.js';
import { Hint, Panel, SimulatedTag } from '../parts/panel.js';
import { Score } from '../parts/score.js';
import { category, moment, money } from '../state/format.js';

function Segment({ segment }: { segment: NonNullable<Scores['segment']> }) {
  return (
    <div class="segment">
      <p class="segment-label">{segment.segment.label}</p>
      <p class="muted">{segment.segment.description}</p>
      <p>
        <span class="confidence" aria-hidden="true">
          <span style={{ transform: `scaleX(${segment.confidence})` }} />
        </span>
        <span class="number">{Math.round(100 * segment.confidence)} %</span> clear
        {segment.runnerUp != null && segment.margin < 0.5 && <>, next is {segment.runnerUp.label}</>}
      </p>
    </div>
  );
}

function Recommended({ list }: { list: NonNullable<Scores['recommendations']> }) {
  return (
    <>
      <ol class="recommended">
        {list.items.map(({ rank, item }) => (
          <li key={item.itemId}>
            <span class="number muted">{rank}</span> {item.title}
          </li>
        ))}
      </ol>
      <p class="muted">{list.reason}</p>
    </>
  );
}

function Search() {
  const text = useSignal('');
  return (
    <form
      class="customer-search"
      onSubmit={(event) => {
        event.preventDefault();
        watch(text.value);
        text.value = '';
      }}
    >
      <input
        list="recent-customers"
        placeholder="Customer id"
        aria-label="Watch the customer with this id"
        autocomplete="off"
        value={text.value}
        onInput={(event) => {
          text.value = event.currentTarget.value;
        }}
      />
      <button type="submit">Watch</button>
    </form>
  );
}

/** One customer, as all models see them, moving while they pay and shop. */
export function CustomerPanel() {
  const [first] = recentCustomers.value;
  useEffect(() => {
    if (first !== undefined && watched.peek() === null) watch(first);
  }, [first]);
  const known = facts.value;
  const said = scores.value;
  const id = watched.value;
  return (
    <Panel
      id="customer"
      title="Customer"
      note={
        id === null ? undefined : (
          <>
            <b data-testid="watched">{id}</b>
            {known?.simulated && <SimulatedTag />}
            {known?.country != null && `, ${known.country}`}
            {known?.birthDate != null && `, born ${known.birthDate.slice(0, 4)}`}
          </>
        )
      }
      tools={<Search />}
    >
      {id === null && <Hint>Choose a customer: press one in the list of payments, or give an id.</Hint>}
      {customerProblem.value !== null && <Hint problem>{customerProblem.value}</Hint>}
      {id !== null && customerProblem.value === null && (
        <div class="customer">
          {scoresProblem.value !== null ? (
            <div class="customer-unsaid">
              <h3>Segment, and what they may want next</h3>
              <Hint>{scoresProblem.value}</Hint>
            </div>
          ) : (
            <>
              <div>
                <h3>Segment</h3>
                {said?.segment == null ? <p class="muted">…</p> : <Segment segment={said.segment} />}
              </div>
              <div>
                <h3>May want next</h3>
                {said?.recommendations == null ? <p class="muted">…</p> : <Recommended list={said.recommendations} />}
              </div>
            </>
          )}
          <div class="customer-payments">
            <h3>Latest payments</h3>
            {payments.value.length === 0 ? (
              <p class="muted">{known === null ? '…' : 'No payment is recorded.'}</p>
            ) : (
              <table>
                <thead class="sr-only">
                  <tr>
                    <th scope="col">Time</th>
                    <th scope="col">Merchant</th>
                    <th scope="col">Amount</th>
                    <th scope="col">Probability</th>
                    <th scope="col">Decision</th>
                  </tr>
                </thead>
                <tbody>
                  {payments.value.map((payment) => (
                    <tr key={payment.transactionId}>
                      <td class="when number">{moment(payment.occurredAt, Date.now())}</td>
                      <td class="what">{category(payment.category)}</td>
                      <td class="amount number">{money(payment.amount, payment.currency)}</td>
                      <td class="probability">
                        <Score probability={payment.probability} decision={payment.decision} />
                      </td>
                      <td class="verdict">
                        <DecisionMark decision={payment.decision} />
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            )}
          </div>
        </div>
      )}
    </Panel>
  );
}
