import { compare, comparisonKey, comparisons } from '../live/compare.js';
import { type Detail, figures, figuresProblem } from '../live/model-pages.js';
import { latest, split, toldAt, trafficProblem, trafficTold } from '../live/traffic.js';
import { Hint, Panel, ScrollArea } from '../parts/panel.js';
import { ago, count, duration, plural, rate, share } from '../state/format.js';
import { policyWords } from '../state/model-words.js';
import { type ArmShare, areas, rateLine } from '../state/split-window.js';
import { OperatorButton } from './operator-button.js';

/** Colours there are; versions take them in turn, so that one keeps its own when it is promoted. */
const COLOURS = 6;
const MINUTE = 60;

export const championOf = ({ aliases }: Detail): number | null =>
  aliases.find(({ name }) => name === 'champion')?.version.number ?? null;

const colourOf = (model: Detail, version: number | null): string =>
  `arm-${
    Math.max(
      0,
      model.versions.findIndex(({ number }) => number === version),
    ) % COLOURS
  }`;

/** The stream of the last five minutes, and the last minute as a bar. */
function Picture({ model, shares }: { model: Detail; shares: readonly ArmShare[] }) {
  const arms = split.arms(model.name);
  const stream = split.stream(model.name, toldAt);
  const paths = areas(
    stream,
    arms.map(({ key }) => key),
  );
  const most = Math.max(1, ...stream.map((point) => point.rate));
  const seen = shares.filter(({ rows }) => rows > 0);
  const words = seen.map((one) => `version ${one.version} (${one.arm}) ${share(one.share)}`).join(', ');
  return (
    <figure class="split-picture">
      <div class="split-stream">
        <svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
          {[25, 50, 75].map((y) => (
            <line key={y} class="grid-line" x1={0} x2={100} y1={y} y2={y} />
          ))}
          {arms.map(({ key, version }) => (
            <path key={key} class={colourOf(model, version)} d={paths.get(key)} />
          ))}
        </svg>
        {arms.length === 0 && <p class="split-empty muted">Nothing was asked since this page was opened.</p>}
      </div>
      <svg class="split-rate" viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
        <path d={rateLine(stream, most)} />
      </svg>
      <div class="curve-ends" aria-hidden="true">
        <span>5 min ago</span>
        <span>rows a second, {rate(most)} at most</span>
        <span>now</span>
      </div>
      <div class="split-bar" role="img" aria-label={`Of the last minute’s rows: ${words === '' ? 'none' : words}`}>
        {seen.map((one) => (
          <span
            key={one.key}
            class={colourOf(model, one.version)}
            style={{ flexGrow: one.rows }}
            data-testid="split-part"
            data-version={one.version}
          >
            {(one.share ?? 0) >= 0.08 && (
              <b>
                {one.version}: {share(one.share)}
              </b>
            )}
          </span>
        ))}
      </div>
      <figcaption class="muted">
        {seen.length === 0 ? 'No rows in the last minute' : `The last minute: ${words}`}
      </figcaption>
    </figure>
  );
}

/** What two versions say of the same rows, asked for by hand. */
function Agreement({ model, version, champion }: { model: Detail; version: number; champion: number | null }) {
  if (champion === null || version === champion) return <span class="muted">–</span>;
  const known = comparisons.value.get(comparisonKey(model.name, champion, version));
  const ask = (
    <OperatorButton
      class="small"
      onClick={() => void compare(model.name, champion, version)}
      about={`version ${version} with the champion`}
      not={known?.figures === null && known.problem === null ? 'Comparing …' : null}
    >
      {known === undefined ? 'Compare' : 'Again'}
    </OperatorButton>
  );
  if (known?.figures == null)
    return (
      <>
        {known?.problem != null && <span class="muted agreement-problem">{known.problem} </span>}
        {ask}
      </>
    );
  const { agreement, rows, psi, changes } = known.figures;
  const [most] = changes;
  return (
    <>
      <b title={`${count(rows)} recorded predictions asked again; PSI of the scores ${psi?.toFixed(2) ?? '–'}`}>
        {share(agreement)}
      </b>{' '}
      {ask}
      {most !== undefined && (
        <span class="muted agreement-change">
          {most.before.toLowerCase()} → {most.after.toLowerCase()}: {count(most.rows)} of {count(rows)}
        </span>
      )}
    </>
  );
}

function Arms({ model, shares }: { model: Detail; shares: readonly ArmShare[] }) {
  const traffic = latest.value?.traffic.find((one) => one.model === model.name);
  const champion = championOf(model);
  if (traffic === undefined || traffic.arms.length === 0) return null;
  return (
    <ScrollArea label="What each arm does">
      <table class="arms">
        <thead>
          <tr>
            <th scope="col">Arm</th>
            <th scope="col">Version</th>
            <th scope="col" class="number">
              Wanted
            </th>
            <th scope="col" class="number">
              Last minute
            </th>
            <th scope="col" class="number">
              Rows/s
            </th>
            <th scope="col" class="number">
              Failed
            </th>
            <th scope="col" class="number">
              95 % within
            </th>
            <th scope="col">Agrees with champion</th>
          </tr>
        </thead>
        <tbody>
          {traffic.arms.map(({ arm, version = null, percent, rows, errors, p95Ms }) => {
            const had = shares.find((one) => one.arm === arm && one.version === version);
            return (
              <tr key={arm}>
                <th scope="row">
                  <span class={`swatch ${colourOf(model, version)}`} aria-hidden="true" />
                  {arm}
                </th>
                <td class="number">{version ?? '–'}</td>
                <td class="number">{share(percent / 100)}</td>
                <td class="number">{share(had?.share)}</td>
                <td class="number">{had === undefined ? '–' : rate(had.rows / MINUTE)}</td>
                <td class="number">{rows === 0 ? '–' : share(errors / rows)}</td>
                <td class="number">{duration(p95Ms)}</td>
                <td>{version !== null && <Agreement model={model} version={version} champion={champion} />}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </ScrollArea>
  );
}

function Facts({ label, facts }: { label: string; facts: readonly (readonly [name: string, value: string])[] }) {
  return (
    <dl class="shadow-facts" aria-label={label}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd class="number">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Shadow({ version }: { version: number }) {
  const facts = figures.value?.policy?.shadow;
  if (facts == null) return figuresProblem.value === null ? null : <Hint>{figuresProblem.value}</Hint>;
  return (
    <Facts
      label={`What version ${version} says beside the champion`}
      facts={[
        ['Computed beside it', plural(facts.rows, 'row')],
        ['Agrees with the champion', share(facts.agreement)],
        ['Scores differ by', apart(facts.meanDifference)],
        ['Failed', count(facts.failed)],
        ['Left out', count(facts.dropped)],
      ]}
    />
  );
}

const apart = (meanDifference: number | null | undefined) => meanDifference?.toFixed(4) ?? '–';

/** Versions that somebody asked the same in one query: a line for each two. */
function SideBySide() {
  return figures.value?.sideBySide.map(({ versions: [one, other], rows, agreement, meanDifference, overlap }) => (
    <Facts
      key={`${one}/${other}`}
      label={`What versions ${one} and ${other} say side by side`}
      facts={[
        [`Versions ${one} and ${other}, side by side`, plural(rows, 'row')],
        ['Agree', share(agreement)],
        ['Scores differ by', apart(meanDifference)],
        ...(overlap == null ? [] : [['Items in both lists', share(overlap)] as const]),
      ]}
    />
  ));
}

/** Who answers: what holds, what it comes to, and how each version does. */
export function SplitPanel({ model }: { model: Detail }) {
  trafficTold.value; // drawn anew with every word on the traffic
  const shares = split.shares(model.name, toldAt, MINUTE);
  const { policy } = model;
  const rows = shares.reduce((sum, one) => sum + one.rows, 0);
  return (
    <Panel
      id="split"
      title="Who answers"
      note={trafficProblem.value === null ? `${plural(rows, 'row')} in the last minute` : undefined}
    >
      <p class="policy-words" data-testid="policy">
        {policyWords(policy, championOf(model))}
        {policy != null && (
          <span class="muted">
            {' '}
            {policy.changedBy}, {ago(policy.changedAt, Date.now())}: {policy.reason}
          </span>
        )}
      </p>
      {trafficProblem.value === null ? <Picture model={model} shares={shares} /> : <Hint>{trafficProblem.value}</Hint>}
      {policy?.shadow != null && <Shadow version={policy.shadow.version} />}
      <SideBySide />
      <Arms model={model} shares={shares} />
    </Panel>
  );
}
