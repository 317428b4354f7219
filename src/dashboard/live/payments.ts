import { signal } from '@preact/signals';
import { type PaymentRowFragment, TransactionScoredDocument } from '../__generated__/graphql.js';
import type { Notice, Phase } from '../state/resume.js';
import { ScoreWindow } from '../state/score-window.js';
import { type Payment, Ticker } from '../state/ticker.js';
import { coalesced } from './coalesce.js';
import { follow } from './follow.js';
import { tell } from './tell.js';

/** Seconds that the chart shows. */
export const WINDOW_SECONDS = 180;
/** How long "caught up on 214 missed scores" is shown. */
export const NOTICE_MS = 15_000;
/** Customers offered where one is asked for. */
const RECENT = 40;

export type TimedNotice = Notice & { readonly at: number };

export const ticker = new Ticker();
export const scoreWindow = new ScoreWindow(WINDOW_SECONDS);
/** Grows whenever the list may look different. */
export const paymentsChanged = signal(0);
/** Newest first, each once. */
export const recentCustomers = signal<readonly string[]>([]);
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

export function paymentOf({ transaction, fraud }: PaymentRowFragment): Payment {
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

function remember(customerId: string | null): void {
  if (customerId === null || recentCustomers.peek().includes(customerId)) return;
  recentCustomers.value = [customerId, ...recentCustomers.peek()].slice(0, RECENT);
}

export function followPayments(): void {
  follow(TransactionScoredDocument, (data) => data.transactionScored, {
    event(message) {
      const payment = paymentOf(message);
      ticker.add(payment);
      scoreWindow.add({ ...payment, occurredAt: new Date(payment.occurredAt).getTime() });
      remember(payment.customerId);
      if (payment.simulated && !anySimulated.peek()) anySimulated.value = true;
      redraw();
    },
    notice(notice) {
      lastNotice.value = together(lastNotice.peek(), { ...notice, at: Date.now() });
      if (notice.kind === 'caught-up') tell(noticeText(notice));
    },
    refused(message) {
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
