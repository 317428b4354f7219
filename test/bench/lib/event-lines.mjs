// The lines of a run: the n-th payment is a function of n, so that whoever resumes sends the same bytes again.
const CATEGORIES = ['grocery_pos', 'travel', 'home', 'shopping_net', 'gas_transport', 'food_dining'];
const MERCHANTS = Array.from({ length: 500 }, (_, i) => `Merchant ${i} & Sons`);

export const customerId = (c) => `card-${c}`;

export const customerLine = (c) =>
  `{"type":"customer","customerId":"${customerId(c)}","country":"United Kingdom","birthDate":"19${50 + (c % 45)}-04-09"}\n`;

/** `start`: occurredAt of the first payment, ms; the others follow at 16,667 a second. */
export function paymentLine(run, n, customers, start) {
  const mixed = Math.imul(n ^ (n >>> 15), 0x2c1b3c6d) >>> 0;
  const at = new Date(start + Math.floor(n * 0.06)).toISOString();
  const cents = 100 + (mixed % 30_000);
  const cc = cents % 100;
  return `{"type":"transaction","transactionId":"${run}-${n}","customerId":"${customerId(mixed % customers)}","merchant":"${MERCHANTS[mixed % 500]}","category":"${CATEGORIES[(mixed >>> 8) % 6]}","amount":{"amount":"${(cents - cc) / 100}.${cc < 10 ? '0' : ''}${cc}","currency":"USD"},"occurredAt":"${at}"}\n`;
}
