import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { makeExecutableSchema } from '@graphql-tools/schema';
import type { GraphQLSchema } from 'graphql';
import { resolvers } from './resolvers/index.js';

/** Where the SDL is: beside `src` and `dist` alike. */
const FOLDER = fileURLToPath(new URL('../../schema/', import.meta.url));

/** The SDL of the written graph, one document per file of `schema/`. */
export function typeDefinitions(folder = FOLDER): string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.graphql'))
    .sort()
    .map((file) => readFileSync(`${folder}/${file}`, 'utf8'));
}

/** The executable graph. */
export function buildGraph(): GraphQLSchema {
  return makeExecutableSchema({
    typeDefs: typeDefinitions(),
    resolvers: resolvers as never,
    inheritResolversFromInterfaces: false,
  });
}
