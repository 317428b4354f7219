import { describe, expect, it } from 'vitest';
import { Course, EPOCHS, type EpochFigures, MORE_EPOCHS } from '../../../src/training/fraud-course.js';

/** Runs a course over the epochs' figures. @returns how many it took of them, and the number (from 1) of the epoch that is taken. */
function run(epochs: readonly EpochFigures[], mostFalls = 0.01) {
  const course = new Course<number>(mostFalls);
  const said: string[] = [];
  for (const [i, figures] of epochs.entries()) {
    said.push(course.after({ ...figures, weights: i + 1 }));
    if (said.at(-1) === 'end') break;
  }
  const more = said.filter((next) => next === 'more').length;
  return { epochs: said.length, more, next: said.at(-1), taken: course.taken?.weights };
}
const rising = (falls: number): EpochFigures[] =>
  Array.from({ length: EPOCHS }, (_, i) => ({ prAuc: 0.9 + i / 1_000, falls }));
const flat = (count: number, prAuc: number, falls: number): EpochFigures[] => new Array(count).fill({ prAuc, falls });

describe('the course of a fraud fit', () => {
  it('runs the schedule to its end, and takes the end as it is', () => {
    expect(run(rising(0.0099))).toEqual({ epochs: EPOCHS, more: 0, next: 'end', taken: EPOCHS });
    const best = rising(0.002);
    best[EPOCHS - 3] = { prAuc: 0.99, falls: 0 };
    expect(run(best)).toMatchObject({ epochs: EPOCHS, taken: EPOCHS });
  });

  it('ends when the validation period has gained nothing for six epochs, and goes back to the best', () => {
    const figures = [...flat(3, 0.9, 0.004), { prAuc: 0.95, falls: 0.005 }, ...flat(20, 0.94, 0.001)];
    expect(run(figures)).toEqual({ epochs: 10, more: 0, next: 'end', taken: 4 });
  });

  it('of epochs that rank alike takes the later', () => {
    expect(run([{ prAuc: 0.9, falls: 0 }, ...flat(23, 1, 0)])).toMatchObject({ epochs: 8, taken: 8 });
  });

  it('goes back to the best epoch that falls seldom enough, unless that one is much worse', () => {
    const about = [{ prAuc: 0.945, falls: 0.008 }, { prAuc: 0.95, falls: 0.03 }, ...flat(22, 0.9, 0.02)];
    expect(run(about)).toEqual({ epochs: 8, more: 0, next: 'end', taken: 1 });
    const worse = [{ prAuc: 0.8, falls: 0.008 }, { prAuc: 0.95, falls: 0.03 }, ...flat(6, 0.9, 0.02)];
    expect(run(worse)).toMatchObject({ epochs: 8, next: 'more', taken: 2 });
  });

  it('goes on where the risk falls too often, until it does not, with a margin', () => {
    const more = [0.0105, 0.0099, 0.0091, 0.0089, 0.001].map((falls) => ({ prAuc: 0.95, falls }));
    expect(run([...rising(0.0101), ...more])).toEqual({ epochs: EPOCHS + 4, more: 4, next: 'end', taken: EPOCHS + 4 });
  });

  it('goes on for six epochs at most, and takes the one with the fewest falls', () => {
    const falls = (all: number[]) => all.map((each) => ({ prAuc: 0.95, falls: each }));
    const held = run([...rising(0.02), ...falls([0.012, 0.0092, 0.0095, 0.011, 0.0093, 0.0099, 0])]);
    expect(held).toEqual({ epochs: EPOCHS + MORE_EPOCHS, more: 6, next: 'end', taken: EPOCHS + 2 });
    const never = run([...rising(0.02), ...falls([0.03, 0.03, 0.03, 0.03, 0.03, 0.03, 0])]);
    expect(never).toEqual({ epochs: EPOCHS + MORE_EPOCHS, more: 6, next: 'end', taken: EPOCHS });
  });
});
