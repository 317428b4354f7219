import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { PaymentWhyDocument, type PaymentWhyQuery } from '../__generated__/graphql.js';
import { ask } from '../graph/query.js';
import { told } from '../graph/refusals.js';
import { onSignedIn, signInNeeded } from '../graph/token.js';
import { watch } from '../live/customer.js';
import { Contributions } from '../parts/contributions.js';
import { DecisionMark } from '../parts/decision.js';
import { SimulatedTag } from '../parts/panel.js';
import { category, date, money, percent, time } from '../state/format.js';
import type { Payment } from '../state/ticker.js';
import { tryLike } from './trial-state.js';

type Explained = NonNullable<PaymentWhyQuery['transaction']>;
/** What is known of a payment before its explanation has come. */
export type Shown = Omit<Payment, 'scoredAt'>;

const shown = signal<Shown | null>(null);
const explained = signal<Explained | null>(null);
const problem = signal<string | null>(null);
const WHAT = 'Explaining a score';

// What could not be explained for want of a token is asked for again with one.
onSignedIn(() => {
  if (shown.peek() !== null && explained.peek() === null) explain(shown.peek()!);
});

/** Opens the explanation of a payment's score. It is computed now: nobody pays for those that nobody reads. */
export function explain(payment: Shown): void {
  shown.value = payment;
  explained.value = null;
  problem.value = null;
  ask(PaymentWhyDocument, { transactionId: payment.transactionId }, WHAT).then(
    ({ data, errors }) => {
      if (shown.peek() !== payment) return;
      explained.value = data.transaction ?? null;
      if (data.transaction?.fraud?.explanation == null)
        problem.value = told(errors, WHAT, 'This score cannot be explained any more.');
    },
    (error: Error) => {
      if (shown.peek() === payment) problem.value = error.message;
    },
  );
}

function Details({ payment }: { payment: Shown }) {
  const fraud = explained.value?.fraud;
  const decision = fraud?.decision ?? payment.decision;
  const probability = fraud?.probability ?? payment.probability;
  const why = fraud?.explanation;
  return (
    <>
      <p class="why-score">
        <span class="big number">{probability === null ? '–' : percent(probability)}</span>
        <span>
          <DecisionMark decision={decision} />
          <span class="muted">probability of fraud</span>
        </span>
      </p>
      <dl class="facts">
        <dt>Payment</dt>
        <dd>
          {money(payment.amount, payment.currency)} to {payment.merchant}, {category(payment.category)}
          {payment.simulated && <SimulatedTag />}
        </dd>
        <dt>When</dt>
        <dd class="number">
          {date(payment.occurredAt)}, {time(payment.occurredAt)}
        </dd>
        <dt>Customer</dt>
        <dd>{payment.customerId ?? 'erased'}</dd>
        <dt>Model</dt>
        <dd>{fraud == null ? '…' : `${fraud.modelVersion.model.name}, version ${fraud.modelVersion.number}`}</dd>
      </dl>
      <h3>What made the score</h3>
      {why != null && <Contributions why={why} />}
      {why == null && <p class="muted">{problem.value ?? 'Working it out …'}</p>}
      {(fraud?.outOfRangeFeatures.length ?? 0) > 0 && (
        <p class="caution">
          Read with care: {fraud!.outOfRangeFeatures.join(', ')} lie outside what the model was trained on.
        </p>
      )}
    </>
  );
}

/** A drawer at the side, on a phone from below. The browser keeps the focus in it, and Escape closes it. */
export function Why() {
  const dialog = useRef<HTMLDialogElement>(null);
  const payment = shown.value;
  // Out of the way while somebody signs in, and there again afterwards.
  const away = signInNeeded.value;
  useEffect(() => {
    const { open } = dialog.current!;
    if (payment !== null && !away && !open) dialog.current!.showModal();
    else if (away && open) dialog.current!.close();
  }, [payment, away]);
  const close = () => dialog.current!.close();
  const act = (what: (customerId: string) => void, place: string) => () => {
    close();
    if (payment?.customerId != null) what(payment.customerId);
    document.getElementById(place)?.focus();
  };
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the click is on the backdrop; for the keyboard there is Escape
    <dialog
      ref={dialog}
      class="drawer"
      aria-labelledby="why-title"
      onClose={() => {
        if (!signInNeeded.peek()) shown.value = null;
      }}
      onClick={(event) => {
        if (event.target === dialog.current) close();
      }}
    >
      {payment !== null && (
        <div class="drawer-body">
          <header class="panel-head">
            <h2 id="why-title">Why this score?</h2>
            <div class="tools">
              <button type="button" onClick={close}>
                Close
              </button>
            </div>
          </header>
          <Details payment={payment} />
          {payment.customerId !== null && (
            <p class="actions">
              <button type="button" onClick={act(watch, 'customer')}>
                Watch {payment.customerId}
              </button>
              <button type="button" onClick={act(() => tryLike(payment), 'trial')}>
                Try one like it
              </button>
            </p>
          )}
        </div>
      )}
    </dialog>
  );
}
