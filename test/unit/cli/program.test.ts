import { describe, expect, it } from 'vitest';
import { evaluationTable } from '../../../src/cli/evaluation-table.js';
import { createProgram } from '../../../src/cli/program.js';

describe('evaluationTable', () => {
  const figure = { name: 'rocAuc', dataset: 'the test period', recorded: 0.9, recomputed: 0.9, same: true };

  it('says that all is as the card says', () => {
    expect(evaluationTable({ model: 'fraud', version: 2, figures: [figure] })).toEqual([
      '  rocAuc  card       0.9  now       0.9  the test period',
      'fraud 2: all 1 figures are as the card says',
    ]);
  });

  it('marks what differs, or is on one side only', () => {
    const lines = evaluationTable({
      model: 'fraud',
      version: 2,
      figures: [
        figure,
        { ...figure, name: 'prAuc', recomputed: 0.8, same: false },
        { ...figure, recorded: null, same: false },
      ],
    });
    expect(lines.map((line) => line[0])).toEqual([' ', '!', '!', 'f']);
    expect(lines[2]).toContain('card    absent');
    expect(lines[3]).toBe('fraud 2: 2 of 3 figures differ from the card (!)');
  });
});

describe('the commands', () => {
  const run = async (...args: string[]) => {
    const said: string[] = [];
    const program = createProgram((line) => said.push(line));
    for (const command of [program, ...program.commands])
      command
        .exitOverride()
        .configureOutput({ writeErr: (text) => said.push(text), writeOut: (text) => said.push(text) });
    const error = await program.parseAsync(args, { from: 'user' }).then(
      () => null,
      (failure: Error) => failure,
    );
    return { error, said: said.join('') };
  };

  it.each([
    [['train', 'weather', '--data', 'x'], /expected one of fraud, recommendations, segmentation/],
    [['train', 'fraud'], /required option '--data <folder>'/],
    [['train', 'fraud', '--data', 'x', '--seed', 'one'], /expected a whole number/],
    [['evaluate', 'fraud', 'newest', '--data', 'x'], /expected a whole number/],
    [['evaluate', 'fraud'], /required option '--data <folder>'/],
    [['nonsense'], /too many arguments|unknown command/],
  ])('refuse %j with a sentence', async (args, message) => {
    const { error, said } = await run(...args);
    expect(error).not.toBeNull();
    expect(said).toMatch(message);
  });
});
