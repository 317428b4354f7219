// What the load generator asks, in which order, and whether an answer is right.
import { post } from './load.mjs';
import { COMBINED, PAYMENT } from './query.mjs';

/** `expected`: what the runtime itself says about each customer (world.mjs). `headers`: lines that go with each request. */
export function questions(expected, headers = '') {
  const bodies = expected.map(({ id }) =>
    post({ query: COMBINED, operationName: 'Combined', variables: { id, payment: PAYMENT } }, headers),
  );
  let mixed = 12345;
  const order = Uint32Array.from({ length: 1_000_003 }, () => {
    mixed = (Math.imul(mixed, 1664525) + 1013904223) >>> 0;
    return mixed % expected.length;
  });
  const pick = (n) => order[n % order.length];
  return {
    body: (n) => bodies[pick(n)],
    /** Null, or what is wrong with the n-th answer. */
    check(n, text) {
      const want = expected[pick(n)];
      const { data, errors } = JSON.parse(text);
      if (errors) return errors[0].message;
      const { customerId, segment, recommendations, assessTransaction } = data.customer;
      if (customerId !== want.id) return `asked for ${want.id}, got ${customerId}`;
      if (!near(assessTransaction.probability, want.probability, 1e-5))
        return `${want.id}: probability ${assessTransaction.probability}, the runtime says ${want.probability}`;
      // Recency moves while the bench runs, so confidence may by a little.
      if (!near(segment.confidence, want.confidence, 2e-3))
        return `${want.id}: confidence ${segment.confidence}, the runtime says ${want.confidence}`;
      const scores = recommendations.items.map((item) => item.score);
      if (scores.length !== 5 || !scores.every((score, i) => near(score, want.scores[i], 1e-5)))
        return `${want.id}: scores ${scores}, the runtime says ${want.scores}`;
      return null;
    },
  };
}
const near = (a, b, tolerance) => Math.abs(a - b) <= tolerance;

/** An answer of constants has the right shape. */
export const checkShape = (_n, text) =>
  text.includes('"assessTransaction":{"probability":') ? null : text.slice(0, 200);
