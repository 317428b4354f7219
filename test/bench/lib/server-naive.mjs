// What a user would write from the documentation: Apollo Server, Express 5, and tfjs-node's model.predict in every resolver. The
// feature vectors are given to it for free.
import { readFileSync } from 'node:fs';
import { ApolloServer } from '@apollo/server';
import { expressMiddleware } from '@as-integrations/express5';
import * as tf from '@tensorflow/tfjs-node';
import express from 'express';
import { BASELINE_SDL } from './sdl.mjs';

const [modelsDir, expectedFile] = process.argv.slice(2);
const known = new Map(JSON.parse(readFileSync(expectedFile, 'utf8')).map((row) => [row.id, row]));
const [fraud, segmentation, recommendations] = await Promise.all(
  ['fraud', 'segmentation', 'recommendations'].map((name) =>
    tf.loadLayersModel(`file://${modelsDir}/${name}/1/model.json`),
  ),
);
const items = JSON.parse(readFileSync(`${modelsDir}/recommendations/1/assets/items.json`, 'utf8'));
const segments = JSON.parse(readFileSync(`${modelsDir}/segmentation/1/assets/segments.json`, 'utf8'));

const server = new ApolloServer({
  typeDefs: BASELINE_SDL,
  resolvers: {
    Query: { customer: (_root, { customerId }) => known.get(customerId) },
    Customer: {
      customerId: (c) => c.id,
      segment: async (c) => {
        const output = segmentation.predict(tf.tensor2d([c.rfm]));
        const confidence = await output.data();
        const best = confidence.indexOf(Math.max(...confidence));
        return { segment: segments[best], confidence: confidence[best] };
      },
      recommendations: async (c, { first }) => {
        const outputs = recommendations.predict([
          tf.tensor2d([c.items], undefined, 'int32'),
          tf.tensor2d([c.weights]),
          tf.tensor2d([c.shares]),
        ]);
        const [all, repeats] = await Promise.all(outputs.map((output) => output.data()));
        c.items.forEach((item, i) => {
          if (item > 0) all[item - 1] += repeats[i];
        });
        const { values, indices } = tf.topk(tf.tensor1d(all), first);
        const [scores, places] = [await values.data(), await indices.data()];
        return {
          items: [...places].map((place, i) => ({
            rank: i + 1,
            score: scores[i],
            item: { itemId: items[place].id, title: items[place].title },
          })),
        };
      },
      assessTransaction: async (c) => {
        const [probability] = await fraud.predict(tf.tensor2d([c.fraud])).data();
        return { probability, decision: probability > 0.2 ? 'DECLINE' : probability > 0.01 ? 'REVIEW' : 'APPROVE' };
      },
    },
  },
});
await server.start();
const app = express();
// The documentation's wiring leaks tensors; the scope per request keeps the baseline alive for as long as it is measured.
app.use((_request, response, next) => {
  tf.engine().startScope();
  response.on('finish', () => tf.engine().endScope());
  next();
});
app.use('/graphql', express.json(), expressMiddleware(server));
const http = app.listen(0, '127.0.0.1', () => process.send({ port: http.address().port }));
process.on('message', (what) => what === 'stop' && process.exit(0));
