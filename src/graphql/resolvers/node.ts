import type { GraphQLSchema } from 'graphql';
import { inScope } from '../../access/principal.js';
import type { Resolvers } from '../__generated__/resolvers.js';
import type { GraphContext } from '../context.js';
import { decodeNodeId, isPredictionId } from '../node-id.js';
import { predictionType, recorded } from './predictions.js';
import { checkIdLength, checkListSize } from './shared.js';

/** Longest list of ids `nodes` takes. */
const MAX_NODES = 500;

/** Finds anything by its global id, in one place; null for what does not exist. Answers carry their type. */
async function nodeById(id: string, context: GraphContext, schema: GraphQLSchema): Promise<object | null> {
  checkIdLength(id, 'id');
  if (isPredictionId(id)) {
    const record = recorded(await context.loaders.predictions.load(id), schema);
    return record && { ...record, __typename: predictionType(record, schema) };
  }
  const place = decodeNodeId(id);
  if (place === null) return null;
  const { app, loaders } = context;
  const { type, key } = place;
  const typed = (found: object | null) => found && { ...found, __typename: type };
  switch (type) {
    case 'Customer':
      return typed(await loaders.customer(key));
    case 'Transaction':
      return typed(await loaders.transactions.load(key));
    case 'Item':
      return typed(app.catalogue.item(key));
    case 'Segment':
      return typed(app.segmentation.segment(key));
    case 'Model':
      return typed(app.models.get(key));
    case 'ModelVersion': {
      const [model, number] = key.split('/');
      return typed(app.models.version(model ?? '', Number(number)));
    }
    case 'FraudAlert': {
      const [alert] = await app.alerts.find([key]);
      return typed(alert != null && inScope(context.customers, alert.customerId) ? alert : null);
    }
  }
}

export const nodeResolvers: Pick<Resolvers<GraphContext>, 'Query' | 'Node'> = {
  Query: {
    node: (_root, { id }, context, { schema }) => nodeById(id, context, schema) as never,
    nodes(_root, { ids }, context, { schema }) {
      checkListSize(ids, MAX_NODES, 'ids');
      return ids.map((id) => nodeById(id, context, schema)) as never;
    },
  },
  Node: {
    __resolveType: (node, _context, { schema }) =>
      (node as { __typename?: never }).__typename ?? (predictionType(node as never, schema) as never),
  },
};
