import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AUDIT_KINDS } from '../../../src/data/audit.js';
import { Counting } from '../../../src/data/embedded/audit/counting.js';
import { Tape } from '../../../src/data/embedded/audit/tape.js';

const MINUTE = 60_000;
const BASE = 28_000_000 * MINUTE;

interface Question {
  readonly principal: string;
  readonly kind: number;
  readonly model: string;
  readonly version: number;
  readonly entity: string;
  /** Since the question before, ms. */
  readonly after: number;
  readonly id: string | null;
}
const question: fc.Arbitrary<Question> = fc.record({
  principal: fc.constantFrom('anonymous', 'key:1'),
  kind: fc.constantFrom(AUDIT_KINDS.indexOf('QUESTION'), AUDIT_KINDS.indexOf('READING')),
  model: fc.integer({ min: 0, max: 40 }).map((n) => `m${n}`),
  version: fc.integer({ min: 1, max: 2 }),
  entity: fc.oneof(
    fc.integer({ min: 0, max: 60 }).map((n) => `C-${n}`),
    fc.constantFrom('', 'Größe'),
  ),
  after: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 20_000 })),
  id: fc.option(
    fc.integer({ min: 0, max: 99 }).map((n) => `id-${n}`),
    { freq: 4 },
  ),
});

/** What tapes of these questions come to, as `Counting` tells it. */
function counted(questions: readonly Question[], perTape: number): Map<string, unknown> {
  const counting = new Counting();
  let now = BASE;
  for (let from = 0; from < questions.length; from += perTape) {
    const tape = new Tape();
    for (const { principal, kind, model, version, entity, after, id } of questions.slice(from, from + perTape)) {
      now += after;
      expect(tape.add(principal, 'http', kind, model, version, entity, now, id)).toBe(true);
    }
    counting.add(tape.wind());
  }
  const all = new Map<string, unknown>();
  for (const [[kind, principal, , model, version], { entity, ...facts }] of counting.where(() => true)) {
    const key = [Math.floor(facts.at / MINUTE), kind, principal, model, version, entity].join('|');
    expect(all.has(key)).toBe(false);
    all.set(key, facts);
  }
  expect(counting.size).toBe(all.size);
  return all;
}

/** The same, one by one. */
function slowly(questions: readonly Question[]): Map<string, unknown> {
  const all = new Map<string, Record<string, unknown> & { count: number }>();
  let now = BASE;
  for (const { principal, kind, model, version, entity, after, id } of questions) {
    now += after;
    const key = [Math.floor(now / MINUTE), kind, principal, model, version, entity].join('|');
    const known = all.get(key);
    if (known === undefined) all.set(key, { at: now, lastAt: now, count: 1, firstPrediction: id, lastPrediction: id });
    else {
      known.lastAt = now;
      known.count++;
      known.firstPrediction ??= id;
      known.lastPrediction = id ?? known.lastPrediction;
    }
  }
  return all;
}

describe('questions counted from tapes', () => {
  it('are those that were asked, by minute, caller, model and customer', () => {
    fc.assert(
      fc.property(fc.array(question, { maxLength: 400 }), fc.integer({ min: 1, max: 500 }), (questions, perTape) => {
        expect(counted(questions, perTape)).toEqual(slowly(questions));
      }),
      { numRuns: 200 },
    );
  });

  it('may be many different ones', () => {
    const questions = Array.from({ length: 20_000 }, (_, n) => ({
      ...{ principal: 'anonymous', kind: 0, version: 1, after: 0, id: null },
      ...{ model: `m${n % 100}`, entity: `C-${(n * 7) % 999}` },
    }));
    expect(counted(questions, 5_000)).toEqual(slowly(questions));
  });

  it('come out entity by entity', () => {
    const counting = new Counting();
    const tape = new Tape();
    for (let n = 0; n < 30; n++) tape.add('anonymous', 'http', 0, `m${n % 5}`, 1, `C-${n % 3}`, BASE, null);
    counting.add(tape.wind());
    const entities = [...counting.where(() => true)].map(([, { entity }]) => entity);
    expect(entities).toEqual(['C-0', 'C-1', 'C-2'].flatMap((entity) => Array(5).fill(entity)));
  });
});
