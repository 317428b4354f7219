import { type ListedModel, list, selected } from '../live/model-pages.js';
import { latest, trafficTold, versionFigures } from '../live/traffic.js';
import { rate } from '../state/format.js';

const UNDER_WAY = { RUNNING: 'roll-out', PAUSED: 'roll-out paused' } as const;
const KINDS = { CANARY: 'canary', SPLIT: 'split', SHADOW: 'shadow' } as const;

/** What is worth a word beside the name: something is being tried. */
function underWay({ rollOut, policy }: ListedModel): string | null {
  const rolling = rollOut == null ? undefined : UNDER_WAY[rollOut.status as keyof typeof UNDER_WAY];
  return rolling ?? (policy == null ? null : KINDS[policy.kind]);
}

function Item({ model }: { model: ListedModel }) {
  const { name, aliases, versions } = model;
  const champion = aliases.find((alias) => alias.name === 'champion')?.version.number;
  const serving = versions.filter(({ state }) => state === 'AVAILABLE').length;
  trafficTold.value; // drawn anew with every word on the traffic
  const rows = versions.reduce((sum, { number }) => sum + (versionFigures.of(name, number)?.rowsPerSecond ?? 0), 0);
  const word = underWay(model);
  return (
    <li>
      <a href={`#${name}`} aria-current={selected.value === name ? 'true' : undefined}>
        <span class="model-line">
          <b>{name}</b>
          {word !== null && <span class="tag under-way">{word}</span>}
          <span class="number muted">{latest.value === null ? '' : `${rate(rows)}/s`}</span>
        </span>
        <span class="muted model-line">
          {champion === undefined ? 'nothing answers' : `version ${champion} answers`}
          <span>
            {serving} of {versions.length} loaded
          </span>
        </span>
      </a>
    </li>
  );
}

/** Every model in a line, to choose from. */
export function ModelList() {
  const models = list.value ?? [];
  return (
    <nav class="model-list" aria-label="Models">
      <ul>
        {models.map((model) => (
          <Item key={model.name} model={model} />
        ))}
      </ul>
    </nav>
  );
}
