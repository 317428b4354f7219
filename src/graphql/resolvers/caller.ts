import { ROLES } from '../../core/roles.js';
import type { Resolvers, Role } from '../__generated__/resolvers.js';
import type { GraphContext } from '../context.js';

export const callerResolvers: Pick<Resolvers<GraphContext>, 'Query' | 'Caller'> = {
  Query: {
    caller: (_root, _args, { call }) => call.principal,
  },
  Caller: {
    roles: ({ roles }) => ROLES.filter((role) => roles.has(role)).map((role) => role.toUpperCase() as Role),
    allCustomers: ({ customers }) => customers === 'all',
  },
};
