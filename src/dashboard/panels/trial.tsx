import { useEffect } from 'preact/hooks';
import { facts } from '../live/customer.js';
import { fraudCurrency, knownCategories } from '../live/models.js';
import { recentCustomers } from '../live/payments.js';
import { Contributions } from '../parts/contributions.js';
import { Curve } from '../parts/curve.js';
import { DecisionMark } from '../parts/decision.js';
import { Hint, Panel } from '../parts/panel.js';
import { category, money, percent } from '../state/format.js';
import { AMOUNT_STEPS, AMOUNTS, amountOfStep, hourText, stepOfAmount, type Trial } from '../state/trial.js';
import { assessment, change, curveValues, propose, trial, trialForbidden, trialProblem } from './trial-state.js';

function Form({ now }: { now: Trial }) {
  const currency = fraudCurrency();
  const categories = knownCategories();
  const amount = money(String(now.amount), currency);
  return (
    <form class="trial-form" onSubmit={(event) => event.preventDefault()}>
      <label class="slider">
        <span>
          Amount <output class="number">{amount}</output>
        </span>
        <input
          type="range"
          min={0}
          max={AMOUNT_STEPS}
          value={stepOfAmount(now.amount)}
          aria-valuetext={amount}
          data-testid="trial-amount"
          onInput={(event) => change({ amount: amountOfStep(Number(event.currentTarget.value)) })}
        />
      </label>
      <label class="slider">
        <span>
          Time of day (UTC) <output class="number">{hourText(now.hour)}</output>
        </span>
        <input
          type="range"
          min={0}
          max={23.5}
          step={0.5}
          value={now.hour}
          aria-valuetext={hourText(now.hour)}
          data-testid="trial-hour"
          onInput={(event) => change({ hour: Number(event.currentTarget.value) })}
        />
      </label>
      <label>
        Customer
        <input
          list="recent-customers"
          value={now.customerId}
          autocomplete="off"
          onChange={(event) => {
            const customerId = event.currentTarget.value.trim();
            if (customerId !== '') change({ customerId });
          }}
        />
      </label>
      <label>
        Kind of merchant
        <select value={now.category} onChange={(event) => change({ category: event.currentTarget.value })}>
          {(categories.includes(now.category) ? categories : [now.category, ...categories]).map((name) => (
            <option key={name} value={name}>
              {category(name)}
            </option>
          ))}
        </select>
      </label>
    </form>
  );
}

/** A payment that is only thought of: the score follows what is dragged, and the curves show where it would go. */
export function TrialPanel() {
  const first = facts.value?.customerId ?? recentCustomers.value[0];
  useEffect(() => {
    if (first !== undefined) propose(first);
  }, [first]);
  const now = trial.value;
  const answer = assessment.value;
  return (
    <Panel id="trial" title="Try a payment" note="nothing is recorded as a payment">
      {trialForbidden.value ? (
        <Hint>{trialProblem.value}</Hint>
      ) : now === null ? (
        <Hint>As soon as there is a customer, any payment of theirs can be tried here.</Hint>
      ) : (
        <div class="trial">
          <Form now={now} />
          <div class="trial-answer">
            <p class="why-score" data-testid="trial-score">
              <span class="big number">{answer === null ? '–' : percent(answer.probability)}</span>
              <span>
                {answer !== null && <DecisionMark decision={answer.decision} />}
                <span class="muted">
                  {answer === null ? 'asking …' : `probability of fraud, version ${answer.modelVersion.number}`}
                </span>
              </span>
            </p>
            {trialProblem.value !== null && <Hint problem>{trialProblem.value}</Hint>}
            <div class="curves">
              <Curve
                title="By amount"
                values={curveValues.value.amounts}
                at={stepOfAmount(now.amount) / AMOUNT_STEPS}
                probability={answer?.probability ?? null}
                ends={[String(AMOUNTS.least), String(amountOfStep(AMOUNT_STEPS / 2)), String(AMOUNTS.largest)]}
              />
              <Curve
                title="By hour"
                values={curveValues.value.hours}
                at={now.hour / 24}
                probability={answer?.probability ?? null}
                ends={['00', '12', '24']}
              />
            </div>
          </div>
          {answer?.explanation != null && <Contributions why={answer.explanation} brief />}
        </div>
      )}
      <datalist id="recent-customers">
        {recentCustomers.value.map((customerId) => (
          <option key={customerId} value={customerId} />
        ))}
      </datalist>
    </Panel>
  );
}
