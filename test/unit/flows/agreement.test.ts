import { readFileSync } from 'node:fs';
import { buildASTSchema, type GraphQLObjectType, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { Agreement } from '../../../src/flows/agreement.js';

describe('agreement of two versions', () => {
  it('is of nothing at first', () => {
    expect(new Agreement().facts()).toEqual({ rows: 0, agreements: 0, meanDifference: null, meanOverlap: null });
  });

  it('leaves rows out of the mean difference whose numbers cannot be compared', () => {
    const agreement = new Agreement();
    expect(agreement.add({ label: 'a', score: 0.5 }, { label: 'a', score: 0.75 })).toBe(true);
    expect(agreement.add({ label: 'a', score: 1, values: [1, 2] }, { label: 'b', score: 1, values: [1] })).toBe(false);
    expect(agreement.facts()).toEqual({ rows: 2, agreements: 1, meanDifference: 0.25, meanOverlap: null });
  });

  it('may have no mean difference in the graph either', () => {
    const text = readFileSync(new URL('../../../schema/rollout.graphql', import.meta.url), 'utf8');
    const type = parse(text).definitions.filter((one) => 'name' in one && one.name?.value === 'SideBySideAgreement');
    const schema = buildASTSchema({ kind: parse(text).kind, definitions: type }, { assumeValidSDL: true });
    const fields = (schema.getType('SideBySideAgreement') as GraphQLObjectType).getFields();
    expect(String(fields.meanDifference!.type)).toBe('Float');
    const unlike = new Agreement();
    unlike.add({ label: null, score: 1, values: [1, 2] }, { label: null, score: 1, values: [1] });
    expect(unlike.facts()).toMatchObject({ rows: 1, meanDifference: null });
  });

  it('of lists says how many items both have', () => {
    const agreement = new Agreement();
    const list = (...items: string[]) => ({ label: items[0]!, score: 1, items });
    agreement.add(list('a', 'b'), list('a', 'c'));
    agreement.add(list('a', 'b'), list('a', 'b'));
    expect(agreement.facts().meanOverlap).toBe(0.75);
  });
});
