// The combined query over models that were dropped in: three of them about one customer, each model as often as the others.
import { post } from './load.mjs';
import { answerOf, modelName } from './many-models.mjs';

const ASKED = 3;
/**
 * As many documents however many models: a document has its price too, the machine code that it is compiled to. With the same names in
 * all of them, documents over three models would share it.
 */
const DOCUMENTS = 100;
const aliasOf = (document, place) => `d${document}p${place}`;

/** `expected`: from world.mjs; `hidden`: of the models. Of `models` models the n-th request asks three that lie apart. */
export function threeModels(expected, models, hidden) {
  const say = Array.from({ length: models }, (_, m) => {
    const answer = answerOf(m, hidden);
    return expected.map(({ rfm }) => answer(rfm));
  });
  const trios = Array.from({ length: DOCUMENTS }, (_, first) =>
    Array.from({ length: ASKED }, (_, i) => (first + Math.floor((i * models) / ASKED)) % models),
  );
  const queries = trios.map(
    (trio, d) =>
      `query Three${d}($id: ID!) { customer(customerId: $id) { customerId ${trio.map((m, i) => `${aliasOf(d, i)}: ${modelName(m)} { probability }`).join(' ')} } }`,
  );
  let mixed = 12345;
  const order = Uint32Array.from({ length: 1_000_003 }, () => {
    mixed = (Math.imul(mixed, 1664525) + 1013904223) >>> 0;
    return mixed;
  });
  const customer = (n) => order[n % order.length] % expected.length;
  /** Requests, made when they are first needed: customers times documents are many. */
  const requests = new Map();
  return {
    body(n) {
      const place = customer(n) * queries.length + (n % queries.length);
      let request = requests.get(place);
      if (request === undefined) {
        request = post({ query: queries[n % queries.length], variables: { id: expected[customer(n)].id } });
        requests.set(place, request);
      }
      return request;
    },
    /** Null, or what is wrong with the n-th answer. Recency moves while the bench runs, so an answer may by a little. */
    check(n, text) {
      const { data, errors } = JSON.parse(text);
      if (errors) return errors[0].message;
      const who = customer(n);
      if (data.customer.customerId !== expected[who].id)
        return `asked for ${expected[who].id}, got ${data.customer.customerId}`;
      const document = n % trios.length;
      for (const [i, m] of trios[document].entries()) {
        const { probability } = data.customer[aliasOf(document, i)];
        if (!(Math.abs(probability - say[m][who]) <= 2e-3))
          return `${modelName(m)} of ${expected[who].id}: ${probability}, expected ${say[m][who]}`;
      }
      return null;
    },
  };
}
