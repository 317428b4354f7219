import { describe, expect, it } from 'vitest';
import type { StoredEvent } from '../../../src/core/events.js';
import type { RollOut, RoutingPolicy } from '../../../src/core/routing.js';
import { entriesOf, inWords, modelHistory } from '../../../src/flows/model-history.js';

let seq = 0;
const event = (type: string, payload: object): StoredEvent =>
  ({
    ...{ id: String(++seq), type, schemaVersion: 1, entity: 'fraud', source: 'system', seq, recordedAt: seq },
    ...{ occurredAt: seq * 1_000, payload },
  }) as unknown as StoredEvent;
const alias = (version: number, history: readonly number[], name = 'champion') =>
  event('model.alias_changed', { alias: name, version, history, highest: 9, reason: 'because', by: 'anna' });
const state = (version: number, to: string) => event('model.state_changed', { version, state: to, reason: null });
const canary: RoutingPolicy = {
  ...{
    kind: 'CANARY',
    arms: [{ name: 'canary', version: 2, percent: 5 }],
    rule: [{ on: 'segment', values: ['loyal'] }],
    shadow: null,
  },
};
const rollOut = {
  ...{ candidate: 2, status: 'RUNNING', steps: [5, 100], step: 1, reason: '5 % held' },
} as unknown as RollOut;

const texts = (events: readonly StoredEvent[]) => entriesOf(events).map(({ text }) => text);

describe('what became of a model', () => {
  it('tells where an alias came from, also when it was rolled back', () => {
    expect(texts([alias(1, []), alias(2, [1]), alias(3, [1, 2]), alias(2, [1]), alias(2, [], 'challenger')])).toEqual([
      ...['champion: 1', 'champion: 1 → 2', 'champion: 2 → 3', 'champion: 3 → 2', 'challenger: 2'],
    ]);
  });
  it('goes by what an alias remembers where the move before is not on the log any more', () => {
    expect(texts([alias(3, [1, 2])])).toEqual(['champion: 2 → 3']);
  });
  it('tells policies and what roll-outs decide apart', () => {
    const by = 'anna';
    expect(
      texts([
        event('model.policy_changed', { policy: canary, rollOut: null, reason: 'a few', by }),
        event('model.policy_changed', { policy: canary, rollOut, reason: '5 % held', by: 'system' }),
        event('model.policy_changed', {
          ...{ policy: null, rollOut: { ...rollOut, status: 'ROLLED_BACK', reason: 'failed' }, reason: 'failed', by },
        }),
        event('model.policy_changed', { policy: canary, rollOut, reason: 'once more', by }),
        event('model.policy_changed', { policy: null, rollOut, reason: 'enough', by }),
      ]),
    ).toEqual([
      'canary: 5 % of segment loyal to 2',
      'roll-out of 2: 100 %',
      'roll-out of 2: rolled back',
      'canary: 5 % of segment loyal to 2',
      'the champion answers everybody',
    ]);
  });
  it('has words for every policy', () => {
    expect(inWords({ kind: 'SHADOW', arms: [], rule: [], shadow: { version: 3, percent: 100 } })).toBe(
      'shadow: 3, 100 %',
    );
    const arms = [
      { name: 'blue', version: 1, percent: 100 },
      { name: 'green', version: 2, percent: 0 },
    ];
    expect(inWords({ kind: 'SPLIT', arms, rule: [], shadow: null })).toBe('split: blue 100 % to 1, green 0 % to 2');
  });
  it('is asked of the log in pages: all of a model, or what was about one version', async () => {
    const events = [state(1, 'AVAILABLE'), state(2, 'AVAILABLE'), alias(1, []), alias(2, [1])];
    const asked: number[] = [];
    const log = {
      async byEntity(entity: string, type: string, { limit }: { limit: number }) {
        asked.push(limit);
        return events
          .filter((one) => one.entity === entity && one.type === type)
          .toReversed()
          .slice(0, limit);
      },
    };
    expect((await modelHistory(log, 'fraud', 3)).map(({ text }) => text)).toEqual([
      ...['champion: 1 → 2', 'champion: 1', '2 is AVAILABLE'],
    ]);
    expect((await modelHistory(log, 'fraud', 5, 2)).map(({ text }) => text)).toEqual([
      ...['champion: 1 → 2', '2 is AVAILABLE'],
    ]);
    expect(await modelHistory(log, 'other', 5)).toEqual([]);
    expect(Math.max(...asked)).toBe(300);
  });
});
