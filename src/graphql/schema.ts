import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { makeExecutableSchema } from '@graphql-tools/schema';
import { type GraphQLSchema, isObjectType } from 'graphql';
import { accessOf } from './authorisation.js';
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
  return tellingRoles(
    makeExecutableSchema({
      typeDefs: typeDefinitions(),
      resolvers: resolvers as never,
      inheritResolversFromInterfaces: false,
    }),
  );
}

/** Introspection does not show directives: what a field's own `@access` says goes into its description. */
function tellingRoles(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      const decision = accessOf([field.astNode]);
      if (decision === null || decision.role === null) continue;
      const whom = decision.ofAll ? ', bound to no customers' : '';
      field.description = `${field.description ?? ''}\n\nRole: ${decision.role.toUpperCase()}${whom}.`;
    }
  }
  return schema;
}
