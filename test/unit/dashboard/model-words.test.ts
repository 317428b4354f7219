import { describe, expect, it } from 'vitest';
import { bytes, share } from '../../../src/dashboard/state/format.js';
import {
  guardWords,
  outcomeGuards,
  policyWords,
  rightness,
  segmentsOf,
  segmentText,
  shortOf100,
  signatureWords,
  stepsOf,
} from '../../../src/dashboard/state/model-words.js';
import { VersionFigures } from '../../../src/dashboard/state/version-figures.js';

describe('who answers, as a sentence', () => {
  it.each([
    [null, 'The champion (version 1) answers everybody.'],
    [
      { kind: 'CANARY', arms: [{ name: 'canary', version: 2, percent: 25 }] },
      'Version 2 answers 25 % of the customers, the champion (version 1) the rest.',
    ],
    [
      { kind: 'CANARY', arms: [{ name: 'canary', version: 2, percent: 100 }], rule: [{ segment: ['loyal'] }] },
      'Version 2 answers 100 % of the customers with segment loyal, the champion (version 1) the rest.',
    ],
    [
      { kind: 'CANARY', arms: [{ name: 'canary', version: 2, percent: 100 }] },
      'Version 2 answers everybody, in place of the champion (version 1).',
    ],
    [
      { kind: 'SHADOW', arms: [], shadow: { version: 2, percent: 50 } },
      'The champion (version 1) answers everybody; version 2 is computed beside it for 50 % of the customers, and never answers.',
    ],
    [
      {
        kind: 'SPLIT',
        arms: [
          { name: 'a', version: 1, percent: 40 },
          { name: 'b', version: 2, percent: 60 },
        ],
      },
      'The customers are split: 40 % to a (version 1), 60 % to b (version 2).',
    ],
  ] as const)('%j', (policy, words) => expect(policyWords(policy, 1)).toBe(words));
  it('without a champion', () => expect(policyWords(undefined, null)).toBe('The champion answers everybody.'));
});

describe('rules', () => {
  it.each([
    [{ segment: ['a', 'b'] }, 'segment a or b'],
    [{ country: ['A', 'B', 'C', 'D'] }, 'country one of 4'],
    [{ customers: 1 }, '1 customer by name'],
    [{ feature: { name: 'customer@1/recency_days', atLeast: 30, below: null } }, 'customer@1/recency_days from 30'],
    [{ category: ['grocery_pos'] }, 'category grocery_pos'],
    [{ amount: { atLeast: null, below: { amount: '10.00', currency: 'USD' } } }, 'amount below 10.00 USD'],
  ])('%j', (condition, words) =>
    expect(
      policyWords({ kind: 'CANARY', arms: [{ name: 'canary', version: 2, percent: 5 }], rule: [condition] }, 1),
    ).toBe(`Version 2 answers 5 % of the customers with ${words}, the champion (version 1) the rest.`),
  );
  it('are written in the form as far as they are segments', () => {
    expect(segmentText([{ segment: ['a', 'b'] }])).toBe('a, b');
    expect(segmentsOf(' a, b ,, ')).toEqual(['a', 'b']);
    expect([segmentText([]), segmentText(undefined)]).toEqual(['', '']);
    expect(segmentText([{ country: ['France'] }])).toBeNull();
    expect(segmentText([{ segment: ['a'] }, { country: ['France'] }])).toBeNull();
  });
});

describe('who vouches for a version', () => {
  it.each([
    [{ state: 'VERIFIED', required: true, keyId: 'ab12' }, 'signed with key ab12', 'vouched'],
    [{ state: 'NOT_CHECKED', required: false }, 'signed; this server has no keys to check it', 'plain'],
    [{ state: 'INVALID', required: true }, 'signed by nobody whose key is known', 'wrong'],
    [{ state: 'UNSIGNED', required: true }, 'not signed: it is not loaded here', 'wrong'],
    [{ state: 'UNSIGNED', required: false }, 'not signed, and need not be', 'plain'],
    [null, 'its signature is not known', 'plain'],
  ] as const)('%j', (signature, words, sign) => expect(signatureWords(signature)).toEqual({ words, sign }));
});

describe('what people write', () => {
  it.each([
    ['1, 5, 25, 100', [1, 5, 25, 100]],
    [' 0.5 %;10%  100 ', [0.5, 10, 100]],
    ['50', [50]],
  ])('steps: %s', (text, steps) => expect(stepsOf(text)).toEqual(steps));
  it.each(['', '5, 5', '10, 5', '101', '-1, 5', 'half', '1,'.repeat(21)])('no steps: %s', (text) =>
    expect(typeof stepsOf(text)).toBe('string'),
  );
  it('shares that are to be 100 together', () => {
    expect(shortOf100([33.3, 33.3, 33.4])).toBeNull();
    expect(shortOf100([50, 45])).toBe('5 % are still to be given.');
    expect(shortOf100([60, 45.5])).toBe('5.5 % too much.');
    expect(shortOf100([-5, 105])).toBe('Each share is from 0 to 100 %.');
    expect(shortOf100([Number.NaN, 100])).toBe('Each share is from 0 to 100 %.');
  });
});

describe('guards beside what was measured', () => {
  const guards = { minRows: 200, maxErrorRate: 0.01, maxLatencyRatio: 3, maxPsi: 0.25, minOutcomes: 50 };
  const write = { share, count: String };
  it('before anything was measured', () => {
    expect(guardWords(guards, null, null, null, write).map(({ now }) => now)).toEqual(['0', '–', '–', '–']);
  });
  it('with rows, and a share of failures that is too large', () => {
    const champion = { rows: 300, errors: 0, p95Ms: 4 };
    const words = guardWords(guards, { rows: 100, errors: 5, p95Ms: 6 }, champion, 0.312, write);
    expect(words.map(({ now }) => now)).toEqual(['100', '5.0 %', '1.5 ×', 'PSI 0.31']);
    expect(words.map(({ broken }) => broken)).toEqual([false, true, false, true]);
  });
});

describe('what predictions turned out to be', () => {
  it('over all arms of a version', () => {
    const arm = { truePositives: 3, falsePositives: 1, falseNegatives: 2 };
    const two = { ...arm, falsePositives: 1 };
    expect(rightness([arm, two])).toEqual({ precision: 0.75, recall: 0.6, flagged: 8, fraud: 10 });
    expect(rightness([])).toEqual({ precision: null, recall: null, flagged: 0, fraud: 0 });
  });
  it('beside the guards that are set', () => {
    const guards = { minRows: 200, maxErrorRate: 0.01, maxLatencyRatio: 3, maxPsi: 0.25, minOutcomes: 50 };
    const write = { share, count: String };
    expect(outcomeGuards(guards, null, write)).toEqual([]);
    const set = { ...guards, minPrecision: 0.5, maxRecallDrop: 0.05 };
    const told = outcomeGuards(set, { outcomes: 70, precision: { value: 0.8 } }, write);
    expect(told.map(({ name, now, limit }) => [name, now, limit])).toEqual([
      ['Precision', '80 %', 'at least 50 %'],
      ['Recall', '–', 'at most 5.0 % below the champion’s'],
      ['Outcomes', '70', 'at least 50'],
    ]);
  });
});

describe('figures that can be read', () => {
  it('sizes and shares', () => {
    expect([0, 812, 97_540, 999_950, 1_591_088, 5e12].map(bytes)).toEqual([
      ...['0 B', '812 B', '97.5 KB', '1.0 MB', '1.6 MB', '5.0 TB'],
    ]);
    expect([null, 0, 0.004, 0.0995, 0.5, 1].map(share)).toEqual(['–', '0 %', '0.4 %', '10 %', '50 %', '100 %']);
  });
  it('of versions: means of five messages, and latencies that outlast a quiet second but not a quiet minute', () => {
    const figures = new VersionFigures();
    const word = (rowsPerSecond: number, latency: number | null) =>
      figures.take([{ model: 'fraud', version: 1, rowsPerSecond, latencyP50Ms: latency, latencyP99Ms: latency }]);
    expect(figures.of('fraud', 1)).toBeNull();
    for (const rate of [100, 1, 2, 3, 4, 5]) word(rate, rate);
    expect(figures.of('fraud', 1)).toEqual({ rowsPerSecond: 3, latencyP50Ms: 5, latencyP99Ms: 5 });
    word(0, null);
    expect(figures.of('fraud', 1)).toMatchObject({ rowsPerSecond: 2.8, latencyP50Ms: 5 });
    for (let i = 0; i < 60; i++) word(0, null);
    expect(figures.of('fraud', 1)).toMatchObject({ latencyP50Ms: null });
    figures.take([]);
    expect(figures.of('fraud', 1)).toBeNull();
  });
});
