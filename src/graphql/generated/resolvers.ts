import type { GraphQLFieldResolver, GraphQLObjectType, GraphQLSchema } from 'graphql';
import { badInput, ScoregraphError } from '../../core/errors.js';
import { Interned } from '../../core/interned.js';
import type { GenericPrediction } from '../../domains/generic/generic.js';
import type { RowValues } from '../../domains/generic/rows.js';
import type { VersionSelector } from '../../inference/ports.js';
import type { GraphContext } from '../context.js';
import type { CustomerNode } from '../loaders.js';
import { predictionFields, selectorOf } from '../resolvers/shared.js';
import type { InputField, ModelPlan, OutputField } from './plan.js';
import { MAX_ROWS } from './sdl.js';

type Resolver<Source, Args> = (source: Source, args: Args, context: GraphContext) => unknown;
type Selector = { readonly model?: VersionSelector | null };
type Told = Readonly<Record<string, number | readonly number[] | null | undefined>>;

/** Puts the resolvers of a model's fields into the schema that has them. The same few for every model. */
export function attach({ manifest, names, inputs, outputs, entity }: ModelPlan, schema: GraphQLSchema): void {
  const model = manifest.name;
  const predict: Resolver<unknown, Selector & { readonly inputs: readonly Told[] }> = (_root, args, { app, row }) => {
    if (args.inputs.length === 0 || args.inputs.length > MAX_ROWS)
      throw badInput(`expected 1 to ${MAX_ROWS} rows, got ${args.inputs.length}`, 'inputs');
    const selector = selectorOf(args.model);
    return args.inputs.map((told) => app.generic.predict(model, valuesOf(inputs, told), row, selector));
  };
  put(schema, 'Query', { [names.query]: predict });
  if (entity !== null) {
    const ofCustomer: Resolver<CustomerNode, Selector> = (customer, args, { loaders }) =>
      loaders.generic(manifest, selectorOf(args.model)).load(customer);
    put(schema, entity, { [names.field]: ofCustomer });
  }
  put(schema, names.prediction, {
    ...predictionFields,
    explanation: () => null,
    ...Object.fromEntries(outputs.map((output) => [output.name, resolverOf(output)])),
  });
}

function put(schema: GraphQLSchema, type: string, resolvers: Readonly<Record<string, unknown>>): void {
  const fields = (schema.getType(type) as GraphQLObjectType).getFields();
  for (const [name, resolve] of Object.entries(resolvers))
    fields[name]!.resolve = resolve as GraphQLFieldResolver<unknown, unknown>;
}

/** What was told by the graph's names, by the manifest's. */
function valuesOf(inputs: readonly InputField[], told: Told): RowValues {
  const values: Record<string, number | readonly number[] | null | undefined> = {};
  for (const { name, from } of inputs) values[from] = told[name];
  return values;
}

const fields = new Interned();
const outputResolvers = new WeakMap<OutputField, ReturnType<typeof outputResolver>>();

/** The resolver of an output, one for all models that have the same. */
function resolverOf(output: OutputField): ReturnType<typeof outputResolver> {
  const field = fields.of(output);
  let resolver = outputResolvers.get(field);
  if (resolver === undefined) {
    resolver = outputResolver(field);
    outputResolvers.set(field, resolver);
  }
  return resolver;
}

function outputResolver({ from, size, columns }: OutputField): (prediction: GenericPrediction) => unknown {
  const read = (prediction: GenericPrediction): number | readonly number[] => {
    const value = prediction.output[from];
    // A recorded prediction of a version that had other outputs.
    if (value === undefined || (typeof value === 'number' ? 1 : value.length) !== size)
      throw new ScoregraphError(
        'NOT_FOUND',
        `${prediction.model} ${prediction.version} answered no ${from} of ${size} ${size === 1 ? 'value' : 'values'}.`,
        { model: prediction.model, version: prediction.version },
      );
    return value;
  };
  if (columns.length === 0) return read;
  return (prediction) => {
    const values = read(prediction) as readonly number[];
    return Object.fromEntries(columns.map(({ name }, i) => [name, values[i]]));
  };
}
