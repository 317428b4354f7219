import { signal } from '@preact/signals';
import {
  NewestPaymentsDocument,
  type PaymentFactsFragment,
  type PaymentScoreFragment,
  TransactionScoredDocument,
} from '../__generated__/graphql.js';
import { ask } from '../graph/query.js';
import { NOTICE_MS, type Notice, type Phase } from '../state/resume.js';
import { ScoreWindow } from '../state/score-window.js';
import { type Payment, Ticker } from '../state/ticker.js';
import { coalesced } from './coalesce.js';
import { follow } from './follow.js';
import { tell } from './tell.js';

/** Seconds that the chart shows. */
export const WINDOW_SECONDS = 180;
/** Customers offered where one is asked for. */
const RECENT = 40;

export type TimedNotice = Notice & { readonly at: number };

export const ticker = new Ticker();
export const scoreWindow = new ScoreWindow(WINDOW_SECONDS);
/** Grows whenever the list may look different. */
export const paymentsChanged = signal(0);
/** Newest first, each once. */
export const recentCustomers = signal<readonly string[]>([]);
/** Whether it is known what was paid before the page was opened. */
export const newestRead = signal(false);
/** Why no payments come; null while they may. */
export const paymentsProblem = signal<string | null>(null);
export const anySimulated = signal(false);
/** Where the stream of payments stands, for the header. */
export const stream = signal<{ readonly phase: Phase; readonly replayed: number }>({ phase: 'starting', replayed: 0 });
export const lastNotice = signal<TimedNotice | null>(null);

/** A server that is faster than the page tells of many small gaps: those that follow each other are shown as one. */
function together(before: TimedNotice | null, notice: TimedNotice): TimedNotice {
  if (before?.kind !== 'gap' || notice.kind !== 'gap' || notice.at - before.at > NOTICE_MS) return notice;
  return before.missed === null || notice.missed === null
    ? notice
    : { ...notice, missed: before.missed + notice.missed };
}

const redraw = coalesced(() => {
  paymentsChanged.value++;
});
const tellPosition = coalesced(() => {
  stream.value = latest;
});
let latest = stream.peek();

/** The list is to be shown anew at once: somebody paused, went on or filtered. */
export function refresh(): void {
  paymentsChanged.value++;
}

export function paymentOf(transaction: PaymentFactsFragment, fraud: PaymentScoreFragment | null | undefined): Payment {
  return {
    transactionId: transaction.transactionId,
    customerId: transaction.customer?.customerId ?? null,
    merchant: transaction.merchant,
    category: transaction.category,
    amount: transaction.amount.amount,
    currency: transaction.amount.currency,
    occurredAt: transaction.occurredAt,
    scoredAt: new Date(fraud?.predictedAt ?? transaction.occurredAt).getTime(),
    simulated: transaction.simulated,
    probability: fraud?.probability ?? null,
    decision: fraud?.decision ?? null,
  };
}

const listeners: ((payment: Payment) => void)[] = [];

/** Calls `listener` with every payment that comes from now on. */
export function onPayment(listener: (payment: Payment) => void): void {
  listeners.push(listener);
}

function remember(customerId: string | null): void {
  if (customerId === null || recentCustomers.peek().includes(customerId)) return;
  recentCustomers.value = [customerId, ...recentCustomers.peek()].slice(0, RECENT);
}

/** What is shown of a payment beside its row, whenever it came. */
function note(payment: Payment): void {
  scoreWindow.add({ ...payment, occurredAt: new Date(payment.occurredAt).getTime() });
  if (payment.simulated && !anySimulated.peek()) anySimulated.value = true;
}

/** What was paid before the stream began; it is asked for when the stream is open, so that nothing falls between the two. */
async function readNewest(): Promise<void> {
  try {
    const { data } = await ask(NewestPaymentsDocument, {}, 'The list of payments');
    const before = (data.transactions.nodes ?? []).flatMap((one) => (one === null ? [] : [paymentOf(one, one.fraud)]));
    const taken = ticker.addBefore(before);
    for (const payment of taken) note(payment);
    const known = [...recentCustomers.peek(), ...taken.flatMap(({ customerId }) => customerId ?? [])];
    recentCustomers.value = [...new Set(known)].slice(0, RECENT);
  } catch (error) {
    // What comes live is shown all the same; who has to sign in first gets them then.
    if (ticker.empty) paymentsProblem.value = (error as Error).message;
  }
  newestRead.value = true;
  redraw();
}

export function followPayments(): void {
  follow(TransactionScoredDocument, (data) => data.transactionScored, 'The list of payments', {
    event({ transaction, fraud }) {
      const payment = paymentOf(transaction, fraud);
      for (const listener of listeners) listener(payment);
      remember(payment.customerId);
      if (!ticker.add(payment)) return;
      note(payment);
      redraw();
    },
    began: () => void readNewest(),
    notice(notice) {
      lastNotice.value = together(lastNotice.peek(), { ...notice, at: Date.now() });
      if (notice.kind === 'caught-up') tell(noticeText(notice));
    },
    problem(message) {
      paymentsProblem.value = message;
    },
    moved({ phase, replayed }) {
      latest = { phase, replayed };
      if (phase === 'live') stream.value = latest;
      else tellPosition();
    },
  });
}

/** In words, for the header and for those who listen. */
export function noticeText(notice: Notice): string {
  if (notice.kind === 'caught-up')
    return notice.replayed === 0
      ? 'Connected again, nothing was missed'
      : `Caught up on ${notice.replayed.toLocaleString()} missed ${notice.replayed === 1 ? 'score' : 'scores'}`;
  return notice.missed === null
    ? 'Some scores are not in the log any more'
    : `${notice.missed.toLocaleString()} scores came too fast to be shown`;
}
