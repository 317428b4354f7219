import { type GraphQLField, getNamedType, isInputObjectType, isObjectType } from 'graphql';
import { describe, expect, it } from 'vitest';
import { answersList, ruleOf } from '../../../../src/graphql/cost/rules.js';
import { graph } from '../../../support/costs.js';

type Field = GraphQLField<unknown, unknown>;
const fields = Object.values(graph.getTypeMap())
  .filter((type) => isObjectType(type))
  .filter(({ name }) => !name.startsWith('__'))
  .flatMap((type) => Object.values(type.getFields()).map((field: Field) => ({ type: type.name, field })));

/** Fields that answer an object of this type, or an interface or union it belongs to. */
const answering = (name: string) => fields.filter(({ field }) => getNamedType(field.type).name === name);

describe('the schema', () => {
  it('decides for every list how long it gets', () => {
    const undecided = fields
      .filter(({ field }) => answersList(field) && ruleOf(graph, field).size === null)
      .filter(({ type, field }) => {
        const parents = answering(type);
        const sized = parents.filter((parent) => ruleOf(graph, parent.field).size?.sized.includes(field.name));
        return parents.length === 0 || sized.length < parents.length;
      })
      .map(({ type, field }) => `${type}.${field.name}`);
    expect(undecided).toEqual([]);
  });

  it('bounds every list by a number', () => {
    for (const { type, field } of fields) {
      const { size } = ruleOf(graph, field);
      if (size === null) continue;
      expect(Math.min(size.assumed, size.maximum), `${type}.${field.name}`).toBeLessThanOrEqual(1_000);
      if (size.slicing.length > 0) expect(size.maximum, `${type}.${field.name}`).toBeLessThanOrEqual(1_000);
    }
  });

  it('names arguments, fields and models that there are', () => {
    const models = ['fraud', 'recommendations', 'segmentation'];
    for (const { type, field } of fields) {
      const { model, selector, when, each, size } = ruleOf(graph, field);
      const where = `${type}.${field.name}`;
      if (model !== null) expect(models, where).toContain(model);
      for (const path of [
        ...(size?.slicing ?? []),
        ...[selector, when].filter((one) => one !== null).map((one) => [one]),
        ...(each === null ? [] : [each]),
      ]) {
        let input = field.args.find(({ name }) => name === path[0])?.type;
        expect(input, `${where}: ${path.join('.')}`).toBeDefined();
        for (const key of path.slice(1)) {
          const object = getNamedType(input!);
          input = isInputObjectType(object) ? object.getFields()[key]?.type : undefined;
          expect(input, `${where}: ${path.join('.')}`).toBeDefined();
        }
      }
      const answered = getNamedType(field.type);
      for (const name of size?.sized ?? []) {
        expect(isObjectType(answered) && answered.getFields()[name], `${where}: ${name}`).toBeTruthy();
      }
    }
  });
});
