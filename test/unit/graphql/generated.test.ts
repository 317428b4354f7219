import { findBreakingChanges, isInterfaceType, isObjectType, print } from 'graphql';
import { describe, expect, it } from 'vitest';
import { decisionsOf } from '../../../src/graphql/authorisation.js';
import { merged, mergedWith } from '../../../src/graphql/generated/merge.js';
import { fieldNameOf, isGraphName, namesOf, typeNameOf } from '../../../src/graphql/generated/naming.js';
import { planOf } from '../../../src/graphql/generated/plan.js';
import { documentOf } from '../../../src/graphql/generated/sdl.js';
import { buildGraph } from '../../../src/graphql/schema.js';
import { parseManifest } from '../../../src/inference/manifest.js';
import { CHURN } from '../../support/drop-in.js';

const written = buildGraph();
const plan = (manifest: object) => planOf(parseManifest(JSON.stringify({ ...CHURN, ...manifest })));
const withModel = (manifest: object = {}) => mergedWith(written, [], plan(manifest));
/** A model without features: a tensor in, a tensor out. */
const TENSORS = {
  name: 'image_tags',
  entity: 'image',
  inputs: [
    { name: 'pixels', datatype: 'FP32', shape: [-1, 2, 3] },
    { name: 'width', datatype: 'INT32', shape: [-1, 1] },
  ],
  outputs: [
    { name: 'embedding', datatype: 'FP32', shape: [-1, 4] },
    {
      name: 'class',
      datatype: 'FP32',
      shape: [-1, 2],
      features: [
        { name: 'cat', description: 'A cat.' },
        { name: 'dog', description: 'A dog.' },
      ],
    },
  ],
};
/** What a model adds to the written graph, as SDL. */
const added = (manifest: object): string => `${print(documentOf(plan(manifest)))}\n`;

describe('the part of the graph that a model brings', () => {
  it('is made of its manifest: features with units, ranges and defaults', async () => {
    await expect(added({})).toMatchFileSnapshot('__snapshots__/churn.graphql.snap');
  });

  it('is made of tensors where there are no features', async () => {
    await expect(added(TENSORS)).toMatchFileSnapshot('__snapshots__/image-tags.graphql.snap');
  });

  it('changes nothing of the written graph, and says of every field who may have it', () => {
    const schema = withModel();
    expect(findBreakingChanges(written, schema)).toEqual([]);
    expect(decisionsOf(schema).get('Query.predictChurn')).toEqual({ role: 'scorer', ofAll: false });
    expect(decisionsOf(schema).get('Customer.churn')).toEqual({ role: 'scorer', ofAll: false });
    const selector = schema.getType('ModelSelector') as { isOneOf?: boolean };
    expect(selector.isOneOf).toBe(true);
    for (const type of Object.values(written.getTypeMap())) {
      if (!isObjectType(type) && !isInterfaceType(type)) continue;
      const merged = schema.getType(type.name) as typeof type;
      for (const [name, field] of Object.entries(type.getFields()))
        expect(merged.getFields()[name]!.resolve, `${type.name}.${name}`).toBe(field.resolve);
    }
  });

  it('has the fields that every prediction has', () => {
    const schema = withModel();
    const [prediction, type] = [schema.getType('Prediction'), schema.getType('ChurnPrediction')];
    if (!isInterfaceType(prediction) || !isObjectType(type)) throw new Error('expected both');
    for (const [name, { type: of }] of Object.entries(prediction.getFields()))
      expect(String(type.getFields()[name]?.type), name).toBe(String(of));
  });

  const [input] = CHURN.inputs;
  const feature = (change: object, at = 2) => ({
    inputs: [{ ...input, features: input!.features.map((one, i) => (i === at ? { ...one, ...change } : one)) }],
  });
  it.each([
    ['a feature that is no GraphQL name', feature({ name: 'days since' }), 'GRAPH_NAME_INVALID'],
    ['a feature that GraphQL keeps for itself', feature({ name: '__typename' }), 'GRAPH_NAME_INVALID'],
    ['a feature that tries to write SDL', feature({ name: 'x: Int } type Y {' }), 'GRAPH_NAME_INVALID'],
    ['two features of one name', feature({ name: 'logRecency' }), 'GRAPH_NAME_TAKEN'],
    ['features that are not as many as the values', { inputs: [{ ...input, shape: [-1, 4] }] }, 'FEATURE_UNKNOWN'],
    ['a stored feature that is not stored', feature({ stored: 'rfm@1/x' }), 'FEATURE_UNKNOWN'],
    ['stored features of what has no field', { entity: 'merchant' }, 'ENTITY_UNKNOWN'],
    ['an entity’s feature without a default', feature({ default: undefined }), 'FEATURE_UNKNOWN'],
    ['a field of an entity without stored features', { ...TENSORS, graph: { field: 'tags' } }, 'FEATURE_UNKNOWN'],
    ['a field that the entity has already', { graph: { field: 'segment' } }, 'GRAPH_NAME_TAKEN'],
    ['a field that is no name', { graph: { field: 'a-b' } }, 'GRAPH_NAME_INVALID'],
    ['the domain of another model', { graph: { domain: 'fraud' } }, 'GRAPH_DOMAIN_UNKNOWN'],
    ['a type that the graph has already', { name: 'transaction' }, 'GRAPH_NAME_TAKEN'],
    [
      'an output that every prediction has',
      { outputs: [{ ...CHURN.outputs[0], name: 'recorded' }] },
      'GRAPH_NAME_TAKEN',
    ],
    ['too many values', { ...TENSORS, inputs: [{ ...TENSORS.inputs[0], shape: [-1, 20_000] }] }, 'GRAPH_TOO_LARGE'],
  ])('is refused for %s', (_what, manifest, reason) => {
    expect(() => withModel(manifest)).toThrow(expect.objectContaining({ reason }));
  });

  it('escapes whatever a description says', () => {
    const description = 'a """ b " c \\ d \n e # f \u2028 } type Evil { x: Int } é 😀';
    const schema = withModel(feature({ description }));
    expect(schema.getType('Evil')).toBeUndefined();
    const type = schema.getType('ChurnInput') as unknown as {
      getFields(): Record<string, { description: string }>;
    };
    expect(type.getFields().tenureMonths!.description).toContain(description);
  });

  it('lets two models stand beside each other, but not in one place', () => {
    const other = plan({ name: 'loyalty' });
    expect(merged(written, [plan({}), other]).getType('LoyaltyPrediction')).toBeDefined();
    expect(() => mergedWith(written, [other], plan({ graph: { field: 'loyalty' } }))).toThrow(/Customer\.loyalty/);
    expect(() => mergedWith(written, [plan({ name: 'my_model' })], plan({ name: 'myModel' }))).toThrow(/MyModel/);
  });
});

describe('names', () => {
  it.each([
    ['tenure_months', 'tenureMonths', 'TenureMonths'],
    ['MedInc', 'medInc', 'MedInc'],
    ['AGE', 'age', 'AGE'],
    ['x', 'x', 'X'],
    ['category_2', 'category2', 'Category2'],
  ])('makes of %s the field %s and the type %s', (name, field, type) => {
    expect(fieldNameOf(name)).toBe(field);
    expect(typeNameOf(name)).toBe(type);
  });
  it('knows what GraphQL takes', () => {
    expect(['a', '_a', 'A1'].every(isGraphName)).toBe(true);
    expect(['', '1a', 'a-b', '__a', 'a b', 'é', 'a'.repeat(129)].some(isGraphName)).toBe(false);
  });
  it('names everything a model has', () => {
    expect(namesOf('churn')).toEqual({
      query: 'predictChurn',
      input: 'ChurnInput',
      prediction: 'ChurnPrediction',
      field: 'churn',
    });
  });
});
