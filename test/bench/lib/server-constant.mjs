// Apollo Server on Express 5 with constant answers: what the framework alone costs.
import { ApolloServer } from '@apollo/server';
import { expressMiddleware } from '@as-integrations/express5';
import express from 'express';
import { CONSTANT } from './constant.mjs';
import { BASELINE_SDL } from './sdl.mjs';

const server = new ApolloServer({ typeDefs: BASELINE_SDL, resolvers: { Query: { customer: () => CONSTANT } } });
await server.start();
const app = express();
app.use('/graphql', express.json(), expressMiddleware(server));
const http = app.listen(0, '127.0.0.1', () => process.send({ port: http.address().port }));
process.on('message', (what) => what === 'stop' && process.exit(0));
