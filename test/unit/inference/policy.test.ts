import { describe, expect, it } from 'vitest';
import { parseManifest } from '../../../src/inference/manifest.js';
import { wanted } from '../../../src/inference/policy.js';

const versions = [1, 2, 9, 10];
const none = new Set<number>();

describe('a version policy', () => {
  it('chooses what is loaded; a name pins', () => {
    const latest = (count: number) => ({ kind: 'latest', count }) as const;
    expect([...wanted(latest(1), none, versions)]).toEqual([10]); // integers: 10 is newer than 9
    expect([...wanted(latest(2), none, versions)]).toEqual([9, 10]);
    expect([...wanted(latest(100), none, versions)]).toEqual(versions);
    expect([...wanted(latest(1), new Set([1, 7]), versions)]).toEqual([1, 10]);
    expect([...wanted({ kind: 'all' }, none, versions)]).toEqual(versions);
    expect([...wanted({ kind: 'specific', versions: [9, 77] }, new Set([2]), versions)]).toEqual([2, 9]);
    expect([...wanted(latest(1), none, [])]).toEqual([]);
  });
});

describe('a manifest', () => {
  const good = {
    ...{ name: 'm', task: 't', description: 'd', entity: 'e' },
    inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 2] }],
    outputs: [{ name: 'y', datatype: 'FP32', shape: [-1, 2] }],
  };
  it.each([
    [{ version_policy: { latest: {} } }, /version_policy/],
    [{ version_policy: { latest: { num_versions: 0 } } }, /version_policy/],
    [{ version_policy: { latest: { num_versions: 1 }, all: {} } }, /version_policy/],
    [{ version_policy: 'all' }, /version_policy/],
    [{ promotion: 'always' }, /promotion/],
    [{ aliases: { Champion: 1 } }, /aliases/],
    [{ aliases: { champion: 1.5 } }, /aliases/],
    [{ colour: 'red' }, /colour/],
    [{ batching: { max_batch: 5 } }, /max_batch/],
    [{ outputs: [{ ...good.outputs[0], adds_to: { output: 'y', at: 'x' } }] }, /adds_to/],
  ])('is refused with %j, and says where', (changes, message) => {
    expect(parseManifest(JSON.stringify(good)).promotion).toBe('manual');
    expect(() => parseManifest(JSON.stringify({ ...good, ...changes }))).toThrow(message);
  });
});
