import { inScope } from '../../access/principal.js';
import { customerReducer } from '../../features/customer-state.js';
import { customerRecords } from '../../flows/customer-export.js';
import { namesCustomer } from '../../flows/erasure.js';
import { checkText } from '../../flows/validate.js';
import type { EraseCustomerErrorCode, Resolvers } from '../__generated__/resolvers.js';
import type { GraphContext } from '../context.js';
import { connection } from '../pages.js';
import { checkCount, checkIdLength, notFound } from './shared.js';

const MAX_RECORDS = 500;
const MAX_REASON = 500;

const refused = (code: EraseCustomerErrorCode, field: string, message: string) => ({
  erasure: null,
  userErrors: [{ code, message, field: [field] }],
});

export const personalDataResolvers: Pick<Resolvers<GraphContext>, 'Query' | 'Mutation'> = {
  Query: {
    async customerRecords(_root, { customerId, first, after }, { app, call }) {
      checkIdLength(customerId, 'customerId');
      const limit = checkCount(first, MAX_RECORDS, 'first') + 1;
      const [state] = await app.customers.get([customerId]);
      if (!state || !inScope(call.principal.customers, customerId)) throw notFound('customer', customerId);
      const encoded = customerReducer.encode(state);
      const records = await customerRecords(app.personal, customerId, encoded, after ?? null, limit);
      return connection(
        { limit, newestFirst: true },
        { after },
        records,
        ({ cursor }) => cursor,
        (record) => record,
      );
    },
  },
  Mutation: {
    async eraseCustomer(_root, { customerId, reason }, { app, call }) {
      checkIdLength(customerId, 'customerId');
      const wrong = checkText(reason, 'reason', MAX_REASON);
      if (wrong !== null) return refused('INVALID', 'reason', wrong.message);
      if (customerId !== '' && namesCustomer(reason, customerId))
        return refused('INVALID', 'reason', 'expected a reason that does not name the customer: it is kept');
      const erasure = inScope(call.principal.customers, customerId)
        ? await app.erasure.erase(customerId, reason, call.principal.id)
        : null;
      if (erasure === null)
        return refused('NOT_FOUND', 'customerId', 'nothing is held about such a customer, or not any more');
      return { erasure, userErrors: [] };
    },
  },
};
