import type { Resolvers } from '../__generated__/resolvers.js';
import type { GraphContext } from '../context.js';
import { scalars } from '../scalars.js';
import { customerResolvers } from './customers.js';
import { ingestResolvers } from './ingest.js';
import { liveResolvers } from './live.js';
import { modelResolvers } from './models.js';
import { nodeResolvers } from './node.js';
import { predictionResolvers } from './predictions.js';

/** All resolvers of the written graph. */
export const resolvers: Resolvers<GraphContext> = {
  ...scalars,
  ...customerResolvers,
  ...predictionResolvers,
  ...modelResolvers,
  ...ingestResolvers,
  ...liveResolvers,
  ...nodeResolvers,
  Query: {
    ...nodeResolvers.Query,
    ...customerResolvers.Query,
    ...predictionResolvers.Query,
    ...modelResolvers.Query,
  },
};
