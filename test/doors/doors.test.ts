import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Attack } from './attacks/attack.js';
import { ATTACKS, LEAKS } from './attacks/index.js';
import type { Ask, Door, Outcome } from './door.js';
import { DOORS } from './doors.js';
import { createWorld, type World } from './world.js';

/** What is asked in a cell of the table; a text: why it has none. */
function asked(attack: Attack, door: Door): ((world: World) => Ask) | string {
  return attack.except?.[door.name] ?? attack[door.takes];
}

const GOOD: Readonly<Record<Door['takes'], Ask>> = {
  operations: { query: '{ models { name } }' },
  streams: { query: 'subscription { transactionScored { __typename } }' },
  lines: { lines: '' },
};

/** Ids differ from answer to answer; a close frame has room for 123 bytes. */
const words = ({ errors }: Outcome) =>
  errors.map(({ code, message }) => `${code}: ${message.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '…')}`);

describe('every attack at every door', () => {
  let world: World;
  /** What each door said to each attack, to be compared. */
  const said = new Map<Attack, Map<Door, string[]>>(ATTACKS.map((attack) => [attack, new Map()]));
  let cells = 0;
  beforeAll(async () => {
    world = await createWorld();
  });
  afterAll(() => world.stop());

  describe.each(DOORS)('$name', (door) => {
    it.each(ATTACKS)('$name', async (attack) => {
      cells++;
      const ask = asked(attack, door);
      if (typeof ask === 'string') return expect(ask, 'the reason why there is no such cell').toMatch(/\w{3}/);
      const { by = door.takes === 'lines' ? 'ingester' : 'viewer', without, times = 1, code, message } = attack;
      const authorization = by === null ? {} : { authorization: world.callers[by] };
      const attempt = () => door.ask(world.url, { ...authorization, ...ask(world) });
      for (let time = 0; time < times; time++) {
        const outcome = await (without === undefined
          ? attempt()
          : world.without(door.takes === 'lines' ? without.lines : without.operations, attempt));
        for (const leak of LEAKS) expect(outcome.text).not.toMatch(leak);
        if (code !== undefined) expect(outcome.errors[0]?.code, outcome.text.slice(0, 300)).toBe(code);
        if (message !== undefined) expect(outcome.errors[0]?.message).toMatch(message);
        await attack.holds?.(outcome, world, door);
        if (code !== undefined && door.takes !== 'lines') expect(outcome.data).toBeFalsy();
        said.get(attack)!.set(door, words(outcome));
      }
      expect((await fetch(`${world.url}/v2/health/ready`)).status).toBe(200);
      const good = await door.ask(world.url, { authorization: world.callers.admin, ...GOOD[door.takes] });
      expect(good.errors).toEqual([]);
      expect(good.data).toBeTruthy();
    });
  });

  it('is a table without holes', () => {
    expect(cells).toBe(DOORS.length * ATTACKS.length);
    expect(new Set(DOORS.map(({ name }) => name)).size).toBe(DOORS.length);
    expect(new Set(ATTACKS.map(({ name }) => name)).size).toBe(ATTACKS.length);
    const names = new Set(DOORS.map(({ name }) => name));
    for (const { name, except = {}, ownWords = [] } of ATTACKS)
      for (const door of [...Object.keys(except), ...ownWords]) expect(names, name).toContain(door);
  });

  it.each(ATTACKS)('$name: all doors say the same', (attack) => {
    const alike = [...said.get(attack)!].filter(([{ name }]) => attack.ownWords?.includes(name) !== true);
    for (const [door, words] of alike) expect(words, `${door.name} against ${alike[0]![0].name}`).toEqual(alike[0]![1]);
  });
});
