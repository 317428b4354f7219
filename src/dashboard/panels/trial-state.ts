import { effect, signal } from '@preact/signals';
import { TryCurvesDocument, TryPaymentDocument, type TryPaymentQuery } from '../__generated__/graphql.js';
import { ask, GraphRequestError } from '../graph/query.js';
import { told } from '../graph/refusals.js';
import { onSignedIn } from '../graph/token.js';
import { fraudCurrency, models } from '../live/models.js';
import { serverNow } from '../live/stats.js';
import { newestOnly } from '../state/newest.js';
import { curves, hypothetical, type Trial } from '../state/trial.js';

type Assessment = NonNullable<NonNullable<TryPaymentQuery['customer']>['assessTransaction']>;

/** The payment that is thought of; null until there is a customer to think of. */
export const trial = signal<Trial | null>(null);
export const assessment = signal<Assessment | null>(null);
export const curveValues = signal<{ readonly amounts: (number | null)[]; readonly hours: (number | null)[] }>({
  amounts: [],
  hours: [],
});
export const trialProblem = signal<string | null>(null);
/** This caller may try nothing: `trialProblem` says why. */
export const trialForbidden = signal(false);

const WHAT = 'Trying a payment';

/** Rests between questions while a slider is dragged: the curves are a batch of 58. */
const SCORE_REST_MS = 20;
const CURVES_REST_MS = 150;

export function change(part: Partial<Trial>): void {
  if (trial.value !== null) trial.value = { ...trial.value, ...part };
}

/** Begins with this customer unless one was chosen already. */
export function propose(customerId: string): void {
  if (trial.peek() !== null) return;
  trial.value = { customerId, merchant: 'Corner shop', category: 'grocery_pos', amount: 40, hour: 14 };
}

/** Begins from a payment that was made. */
export function tryLike(payment: {
  customerId: string | null;
  merchant: string;
  category: string;
  amount: string;
  occurredAt: string;
}): void {
  if (payment.customerId === null) return;
  const at = new Date(payment.occurredAt);
  trial.value = {
    customerId: payment.customerId,
    merchant: payment.merchant,
    category: payment.category,
    amount: Number(payment.amount),
    hour: at.getUTCHours() + (at.getUTCMinutes() < 30 ? 0 : 0.5),
  };
}

interface Asked {
  readonly trial: Trial;
  readonly currency: string;
}
const failed = (error: Error) => {
  trialProblem.value = error.message;
  if (error instanceof GraphRequestError && error.forbidden) trialForbidden.value = true;
};

const score = newestOnly<Asked>(
  async ({ trial: asked, currency }) => {
    const transaction = hypothetical(asked, currency, serverNow());
    const { data, errors } = await ask(TryPaymentDocument, { customerId: asked.customerId, transaction }, WHAT);
    const answer = data.customer?.assessTransaction ?? null;
    assessment.value = answer;
    trialProblem.value = answer === null ? told(errors, WHAT, 'The model cannot answer.') : null;
  },
  SCORE_REST_MS,
  failed,
);

const curve = newestOnly<Asked>(
  async ({ trial: asked, currency }) => {
    const points = curves(asked, currency, serverNow());
    const { data } = await ask(TryCurvesDocument, { customerId: asked.customerId, ...points }, WHAT);
    const values = (list: readonly ({ readonly probability: number } | null)[] | null | undefined) =>
      (list ?? []).map((one) => one?.probability ?? null);
    curveValues.value = { amounts: values(data.customer?.byAmount), hours: values(data.customer?.byHour) };
  },
  CURVES_REST_MS,
  failed,
);

/** Whatever is changed is asked for. */
export function startTrials(): void {
  const signedIn = signal(0);
  onSignedIn(() => {
    trialForbidden.value = false;
    trialProblem.value = null;
    signedIn.value++;
  });
  effect(() => {
    const asked = trial.value;
    signedIn.value; // asked again with another token
    if (asked === null || models.value === null || trialForbidden.value) return;
    const currency = fraudCurrency();
    score({ trial: asked, currency });
    curve({ trial: asked, currency });
  });
}
