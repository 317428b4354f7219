import { type GraphQLSchema, isObjectType } from 'graphql';
import { STORED_FEATURES } from '../../features/stored.js';
import type { Datatype, ManifestFeature, ModelManifest, OutputSpec, TensorSpec } from '../../inference/ports.js';
import { sizeOf } from '../../inference/shape.js';
import { fieldNameOf, isGraphName, type ModelNames, namesOf, outputTypeOf } from './naming.js';

/** Fields that one model may bring, inputs and outputs together. */
const MAX_FIELDS = 1_000;
/** Values that one row may have, and one answer. */
const MAX_VALUES = 10_000;
/** Written parts of the graph, each for the model of its name. */
const WRITTEN = new Set(['fraud', 'recommendations', 'segmentation']);
/** Entities that generated fields can hang on, by what manifests call them. */
const ENTITIES: Readonly<Record<string, string>> = { customer: 'Customer' };

/** A manifest that the graph cannot serve: a word for programs, a sentence for people. */
export class GraphRefusal extends Error {
  constructor(
    readonly reason: GraphRefusalReason,
    message: string,
  ) {
    super(message);
  }
}
export type GraphRefusalReason =
  | 'GRAPH_NAME_INVALID'
  | 'GRAPH_NAME_TAKEN'
  | 'GRAPH_TOO_LARGE'
  | 'GRAPH_DOMAIN_UNKNOWN'
  | 'ENTITY_UNKNOWN'
  | 'FEATURE_UNKNOWN'
  | 'SCHEMA_BREAKING';

/** One field of the input type: a feature, or a whole tensor whose values have no names. */
export interface InputField {
  readonly name: string;
  /** What the manifest calls it. */
  readonly from: string;
  readonly datatype: Datatype;
  readonly feature: ManifestFeature | null;
  /** Values; 1: a plain number. */
  readonly size: number;
  readonly shape: readonly number[];
}
/** One output: a number, a list, or an object of named columns. */
export interface OutputField {
  readonly name: string;
  readonly from: string;
  readonly datatype: Datatype;
  readonly size: number;
  readonly shape: readonly number[];
  /** What describes the single value, where the manifest does. */
  readonly feature: ManifestFeature | null;
  /** The columns' own type; null: they have no names. */
  readonly type: string | null;
  readonly columns: readonly { readonly name: string; readonly feature: ManifestFeature }[];
}
/** What a model brings to the graph. */
export interface ModelPlan {
  readonly manifest: ModelManifest;
  readonly names: ModelNames;
  readonly inputs: readonly InputField[];
  readonly outputs: readonly OutputField[];
  /** The type that gets a field with what the model says of it from stored features; null: none. */
  readonly entity: string | null;
}

/** Whether the graph has a written part for this model, so that nothing is generated. */
export const isWritten = ({ name, graph }: ModelManifest): boolean => graph?.domain === name && WRITTEN.has(name);

/**
 * What a model brings to the graph.
 * @throws GraphRefusal when names do not fit GraphQL or each other, features are not known, or there is too much of it.
 */
export function planOf(manifest: ModelManifest): ModelPlan {
  const { name, graph } = manifest;
  if (graph?.domain !== undefined)
    throw new GraphRefusal(
      'GRAPH_DOMAIN_UNKNOWN',
      `graph.domain: expected the model’s own name, one of ${[...WRITTEN].join(', ')}, or no domain, got ${JSON.stringify(graph.domain)}`,
    );
  const inputs = manifest.inputs.flatMap(inputFields);
  const outputs = manifest.outputs
    .filter(({ addsTo }) => addsTo === undefined)
    .map((output) => outputField(name, output));
  const fields = inputs.length + outputs.reduce((sum, { columns }) => sum + 1 + columns.length, 0);
  const values = Math.max(sum(inputs), sum(outputs));
  if (fields > MAX_FIELDS || values > MAX_VALUES)
    throw new GraphRefusal(
      'GRAPH_TOO_LARGE',
      `expected at most ${MAX_FIELDS} fields and ${MAX_VALUES} values in and out, got ${fields} and ${values}`,
    );
  distinct('inputs', inputs);
  distinct('outputs', outputs);
  for (const { from, columns } of outputs)
    distinct(
      `outputs.${from}.features`,
      columns.map((column) => ({ name: column.name, from: column.feature.name })),
    );
  const names = namesOf(name, graph?.field);
  for (const made of Object.values(names)) named('graph.field', made, made);
  return { manifest, names, inputs, outputs, entity: entityOf(manifest) };
}

const sum = (fields: readonly { readonly size: number }[]): number => fields.reduce((all, { size }) => all + size, 0);

function named(place: string, from: string, name: string): string {
  if (isGraphName(from) && isGraphName(name)) return name;
  throw new GraphRefusal(
    'GRAPH_NAME_INVALID',
    `${place}: expected a GraphQL name (letters, digits and _, no digit first, no __ first), got ${JSON.stringify(from)}`,
  );
}

function inputFields(spec: TensorSpec & { readonly features?: readonly ManifestFeature[] }): InputField[] {
  const { name, datatype, shape, features = [] } = spec;
  const size = sizeOf(shape);
  if (features.length === 0)
    return [{ name: named('inputs', name, fieldNameOf(name)), from: name, datatype, feature: null, size, shape }];
  matching(`inputs.${name}.features`, size, features);
  return features.map((feature) => ({
    name: named(`inputs.${name}.features`, feature.name, fieldNameOf(feature.name)),
    from: feature.name,
    datatype,
    feature,
    size: 1,
    shape: [-1],
  }));
}

function outputField(model: string, spec: OutputSpec): OutputField {
  const { name, datatype, shape, features = [] } = spec;
  const size = sizeOf(shape);
  const place = `outputs.${name}.features`;
  if (features.length > 0) matching(place, size, features);
  const field = { name: named('outputs', name, fieldNameOf(name)), from: name, datatype, size, shape };
  if (features.length < 2) return { ...field, feature: features[0] ?? null, type: null, columns: [] };
  const columns = features.map((feature) => ({ name: named(place, feature.name, fieldNameOf(feature.name)), feature }));
  return { ...field, feature: null, type: outputTypeOf(model, name), columns };
}

function matching(place: string, size: number, features: readonly ManifestFeature[]): void {
  if (features.length !== size)
    throw new GraphRefusal(
      'FEATURE_UNKNOWN',
      `${place}: expected ${size}, one for each value of the shape, got ${features.length}`,
    );
}

/** Two fields must not get one name. */
function distinct(place: string, fields: readonly { readonly name: string; readonly from: string }[]): void {
  const by = new Map<string, string>();
  for (const { name, from } of fields) {
    const other = by.get(name);
    if (other !== undefined)
      throw new GraphRefusal(
        'GRAPH_NAME_TAKEN',
        `${place}: ${JSON.stringify(other)} and ${JSON.stringify(from)} would both be the field ${name}`,
      );
    by.set(name, from);
  }
}

function entityOf({ entity, inputs, graph }: ModelManifest): string | null {
  const features = inputs.flatMap(({ name, features: own }) => own ?? [{ name, description: '' } as ManifestFeature]);
  const stored = features.filter((feature) => feature.stored !== undefined);
  if (stored.length === 0) {
    if (graph?.field === undefined) return null;
    throw new GraphRefusal(
      'FEATURE_UNKNOWN',
      'graph.field: expected features with "stored", which say what is known of the entity',
    );
  }
  const type = ENTITIES[entity];
  if (type === undefined)
    throw new GraphRefusal(
      'ENTITY_UNKNOWN',
      `entity: expected ${Object.keys(ENTITIES).join(', ')} for a model with stored features, got ${JSON.stringify(entity)}`,
    );
  for (const { name, stored: from, default: taken } of features) {
    if (from !== undefined && !STORED_FEATURES.includes(from))
      throw new GraphRefusal(
        'FEATURE_UNKNOWN',
        `${name}.stored: expected one of ${STORED_FEATURES.join(', ')}, got ${JSON.stringify(from)}`,
      );
    if (taken === undefined)
      throw new GraphRefusal(
        'FEATURE_UNKNOWN',
        `${name}: expected a default, for an entity of which it is not known: the model has stored features`,
      );
  }
  return type;
}

/**
 * Whether a plan fits a schema that does not have it yet.
 * @throws GraphRefusal naming what is taken.
 */
export function expectFree({ names, outputs, entity }: ModelPlan, schema: GraphQLSchema): void {
  const taken = (what: string) => new GraphRefusal('GRAPH_NAME_TAKEN', `the graph has ${what} already`);
  const types = [names.input, names.prediction, ...outputs.flatMap(({ type }) => type ?? [])];
  const double = types.find((type, i) => types.indexOf(type) !== i || schema.getType(type) !== undefined);
  if (double !== undefined) throw taken(`a type ${double}`);
  const fields: [string, string][] = [['Query', names.query]];
  if (entity !== null) fields.push([entity, names.field]);
  for (const [type, field] of fields) {
    const owner = schema.getType(type);
    if (isObjectType(owner) && owner.getFields()[field] !== undefined) throw taken(`a field ${type}.${field}`);
  }
  const own = schema.getType('Prediction');
  const kept = own !== undefined && 'getFields' in own ? own.getFields() : {};
  for (const { name, from } of outputs)
    if (Object.hasOwn(kept, name))
      throw new GraphRefusal(
        'GRAPH_NAME_TAKEN',
        `outputs: ${JSON.stringify(from)} would be ${name}, which every prediction has`,
      );
}
