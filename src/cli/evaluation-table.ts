import type { Evaluation } from '../training/index.js';

/** An evaluation for people: every figure as the card has it beside the recomputed one, and a last line that sums up. */
export function evaluationTable({ model, version, figures }: Evaluation): string[] {
  const shown = (value: number | null) => (value === null ? 'absent' : String(value));
  const name = Math.max(...figures.map((figure) => figure.name.length), 0);
  const lines = figures.map(
    ({ name: figure, dataset, recorded, recomputed, same }) =>
      `${same ? ' ' : '!'} ${figure.padEnd(name)}  card ${shown(recorded).padStart(9)}  now ${shown(recomputed).padStart(9)}  ${dataset}`,
  );
  const differing = figures.filter((figure) => !figure.same).length;
  const verdict =
    differing === 0
      ? `all ${figures.length} figures are as the card says`
      : `${differing} of ${figures.length} figures differ from the card (!)`;
  return [...lines, `${model} ${version}: ${verdict}`];
}
