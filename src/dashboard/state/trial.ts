/** Least and largest amount of the slider, in the model's currency. */
export const AMOUNTS = { least: 1, largest: 5_000 } as const;
/** Steps of the amount slider: each is the same factor, since what matters about an amount is its size, not its cents. */
export const AMOUNT_STEPS = 200;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const CURVE_AMOUNTS = 33;
const CURVE_HOURS = 25;

export interface Trial {
  readonly customerId: string;
  readonly merchant: string;
  readonly category: string;
  /** In the model's currency. */
  readonly amount: number;
  /** 0 to 24, UTC: what the model goes by. */
  readonly hour: number;
}

/** Where an amount stands on the slider, 0 to `AMOUNT_STEPS`. */
export const stepOfAmount = (amount: number): number =>
  Math.round((AMOUNT_STEPS * Math.log(clamp(amount) / AMOUNTS.least)) / Math.log(AMOUNTS.largest / AMOUNTS.least));

/** The amount at a step of the slider, rounded as people would. */
export function amountOfStep(step: number): number {
  const exact = AMOUNTS.least * (AMOUNTS.largest / AMOUNTS.least) ** (step / AMOUNT_STEPS);
  const grain = exact < 20 ? 0.5 : exact < 200 ? 1 : exact < 1_000 ? 5 : 25;
  return clamp(Math.round(exact / grain) * grain);
}

const clamp = (amount: number) => Math.min(AMOUNTS.largest, Math.max(AMOUNTS.least, amount));

/** The next time it is that hour (UTC): a payment that is only thought of may lie ahead. */
export function nextAt(hour: number, now: number): number {
  const midnight = Math.floor(now / DAY_MS) * DAY_MS;
  const at = midnight + Math.min(23.99, hour) * HOUR_MS;
  return at > now ? at : at + DAY_MS;
}

/** As the graph takes it. */
export function hypothetical({ merchant, category, amount, hour }: Trial, currency: string, now: number) {
  return {
    merchant,
    category,
    amount: { amount: amount.toFixed(2), currency },
    occurredAt: new Date(nextAt(hour, now)).toISOString(),
  };
}

/** The same payment at other amounts, and at every hour of the day: what the curves are made of. */
export function curves(trial: Trial, currency: string, now: number) {
  const amounts = Array.from({ length: CURVE_AMOUNTS }, (_, i) =>
    amountOfStep((AMOUNT_STEPS * i) / (CURVE_AMOUNTS - 1)),
  );
  const hours = Array.from({ length: CURVE_HOURS }, (_, i) => (24 * i) / (CURVE_HOURS - 1));
  return {
    amounts: amounts.map((amount) => hypothetical({ ...trial, amount }, currency, now)),
    hours: hours.map((hour) => hypothetical({ ...trial, hour }, currency, now)),
  };
}

/** `03:30` */
export const hourText = (hour: number): string =>
  `${String(Math.floor(hour) % 24).padStart(2, '0')}:${String(Math.round((hour % 1) * 60)).padStart(2, '0')}`;
