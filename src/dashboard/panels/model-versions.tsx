import {
  LoadModelVersionDocument,
  SetModelAliasDocument,
  UnloadModelVersionDocument,
} from '../__generated__/graphql.js';
import { type Detail, figures, type Version } from '../live/model-pages.js';
import { operate } from '../live/operations.js';
import { trafficTold, versionFigures } from '../live/traffic.js';
import { Panel } from '../parts/panel.js';
import { StateMark } from '../parts/version-state.js';
import { ago, bytes, count, date, duration, plural, rate, share, shortCount } from '../state/format.js';
import { rightness, signatureWords } from '../state/model-words.js';
import { confirm } from './confirm.js';
import { championOf } from './model-split.js';
import { OperatorButton } from './operator-button.js';

/** A sign beside the words, for those who see no colours. */
const SIGNS = { vouched: '✓', plain: '○', wrong: '!' } as const;

function Actions({ model, version }: { model: Detail; version: Version }) {
  const { number, state, aliases } = version;
  const champion = championOf(model);
  const named = `${model.name} ${number}`;
  const policy = model.policy;
  const routed = policy?.shadow?.version === number || policy?.arms.some((arm) => arm.version === number);
  const promote = () =>
    confirm({
      title: `Make version ${number} the champion`,
      text: `Everybody who asks for no version by name is answered by ${named}${champion === null ? '' : ` instead of ${champion}`}, at once. Roll back goes back.`,
      button: 'Make it the champion',
      reason: true,
      act: (reason) =>
        operate(SetModelAliasDocument, { model: model.name, alias: 'champion', version: number, reason }),
      done: `${named} is the champion`,
    });
  const load = () =>
    confirm({
      title: `Load ${named}`,
      text: 'It is tried in a process of its own, then loaded beside those that serve. It answers who asks for it by number, nobody else.',
      button: 'Load',
      reason: false,
      act: () => operate(LoadModelVersionDocument, { model: model.name, version: number }),
      done: `${named} is loaded`,
    });
  const unload = () =>
    confirm({
      title: `Unload ${named}`,
      text: 'Who chose it before is still answered; then it gives its memory back. It can be loaded again.',
      button: 'Unload',
      danger: true,
      reason: false,
      act: () => operate(UnloadModelVersionDocument, { model: model.name, version: number }),
      done: `${named} is unloaded`,
    });
  const why = {
    promote:
      number === champion
        ? 'It is the champion.'
        : state === 'AVAILABLE'
          ? null
          : 'Only a version that can answer may become the champion: load it first.',
    unload:
      aliases.length > 0
        ? `It is ${aliases.join(' and ')}: let that mean another version first.`
        : routed
          ? 'The routing policy needs it: change that first.'
          : null,
  };
  return (
    <p class="version-actions">
      <OperatorButton
        class="small"
        not={why.promote}
        onClick={promote}
        about={`version ${number}`}
        data-testid={`promote-${number}`}
      >
        Make champion …
      </OperatorButton>
      {state === 'AVAILABLE' || state === 'UNLOADING' ? (
        <OperatorButton class="small" not={why.unload} onClick={unload} about={`version ${number}`}>
          Unload …
        </OperatorButton>
      ) : (
        <OperatorButton
          class="small"
          not={state === 'LOADING' ? 'It is being loaded.' : null}
          onClick={load}
          about={`version ${number}`}
        >
          Load …
        </OperatorButton>
      )}
    </p>
  );
}

function Facts({ rows }: { rows: readonly (readonly [string, string, string?])[] }) {
  return (
    <dl class="version-facts">
      {rows.map(([name, value, title]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd class="number" title={title}>
            {value}
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** What the version's card says; closed until somebody wants to know. */
function Card({ version }: { version: Version }) {
  const { card, metrics, sha256, featureSet } = version;
  if (card == null) return <p class="muted">Its version.json cannot be read.</p>;
  const { intendedUse, limits, trainingData, format } = card;
  const { name, rows, from, to, licence, url, notes } = trainingData ?? {};
  return (
    <details class="card">
      <summary>Card, metrics and checksum</summary>
      <div class="card-body">
        <div>
          <h3>What it is for</h3>
          <p>{intendedUse ?? 'Its card does not say.'}</p>
          {limits.length > 0 && (
            <>
              <h3>What it is not</h3>
              <ul class="limits">
                {limits.map((limit) => (
                  <li key={limit}>{limit}</li>
                ))}
              </ul>
            </>
          )}
          <h3>What it was trained on</h3>
          {trainingData == null ? (
            <p>Its card does not say.</p>
          ) : (
            <>
              <p>
                {name ?? 'Unnamed data'}
                {rows != null && `, ${plural(rows, 'row')}`}
                {from != null && to != null && `, ${from.slice(0, 10)} to ${to.slice(0, 10)}`}
              </p>
              <p>
                <b>Licence:</b> {licence ?? 'not told'}
                {url != null && /^https:\/\//.test(url) && (
                  <>
                    {' '}
                    <a href={url} rel="noreferrer noopener" target="_blank">
                      Source
                    </a>
                  </>
                )}
              </p>
              {notes != null && <p class="muted">{notes}</p>}
            </>
          )}
          <h3>Its files</h3>
          <p>
            {format}
            {featureSet != null && `, features ${featureSet}`}
          </p>
          <p class="checksum">
            SHA-256 <code>{sha256}</code>
          </p>
        </div>
        <div>
          <h3>How good it is, as measured when it was made</h3>
          {metrics.length === 0 ? (
            <p>Its card has no figures.</p>
          ) : (
            // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
            <section class="scroll metrics" tabIndex={0} aria-label={`Metrics of version ${version.number}`}>
              <table>
                <tbody>
                  {metrics.map(({ name: metric, value, dataset }) => (
                    <tr key={`${metric} ${dataset}`}>
                      <th scope="row" title={dataset}>
                        {metric}
                      </th>
                      <td class="number">{value}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </section>
          )}
        </div>
      </div>
    </details>
  );
}

function VersionItem({ model, version }: { model: Detail; version: Version }) {
  const { number, state, reason, stateChangedAt, aliases, mode, signature, card, sha256 } = version;
  trafficTold.value; // drawn anew with every word on the traffic
  const live = versionFigures.of(model.name, number);
  const counted = figures.value?.versions.find((one) => one.number === number)?.statistics;
  const { words, sign } = signatureWords(signature);
  const outcomes = figures.value?.outcomes.filter((one) => one.version === number) ?? [];
  const right = rightness(outcomes.map((one) => one.figures));
  return (
    <li class="version" data-testid={`version-${number}`}>
      <div class="version-head">
        <h3 class="version-number">{number}</h3>
        {aliases.map((alias) => (
          <span key={alias} class={alias === 'champion' ? 'tag champion' : 'tag'}>
            {alias}
          </span>
        ))}
        <StateMark state={state} />
        <span class="muted" title={`${date(stateChangedAt)} ${stateChangedAt}`}>
          {ago(stateChangedAt, Date.now())}
        </span>
        <Actions model={model} version={version} />
      </div>
      {reason != null && <p class={state === 'END' ? 'version-reason' : 'muted'}>{reason}</p>}
      <Facts
        rows={[
          ['Rows a second', live === null ? '–' : rate(live.rowsPerSecond)],
          ['Latency 50 %', duration(live?.latencyP50Ms)],
          ['99 %', duration(live?.latencyP99Ms)],
          ['Rows in all', counted === undefined ? '–' : shortCount(counted.rows)],
          ['Errors', counted === undefined ? '–' : count(counted.errors)],
          ...(right.precision === null
            ? []
            : [
                [
                  'Precision',
                  share(right.precision),
                  `Of ${count(right.flagged)} flagged, by outcomes that are known`,
                ] as const,
              ]),
          ...(right.recall === null
            ? []
            : [['Recall', share(right.recall), `Of ${count(right.fraud)} frauds that are known`] as const]),
          ['Files', bytes(version.sizeBytes)],
          ['In memory', bytes(version.memoryBytes), 'While it is loaded, over all workers, by estimate'],
        ]}
      />
      <p class="version-trust">
        <span class={`signature ${sign}`}>
          <span aria-hidden="true">{SIGNS[sign]}</span> {words}
        </span>
        {sha256 != null && (
          <span class="muted">
            SHA-256 <code title={sha256}>{sha256.slice(0, 12)}…</code>
          </span>
        )}
        {mode != null && <span class="muted">Runs as {mode}</span>}
        {card?.trainingData?.licence != null && <span class="muted">Data: {card.trainingData.licence}</span>}
      </p>
      <Card version={version} />
    </li>
  );
}

/** Every version, the newest first: its state, how it does, and why it may be trusted. */
export function VersionsPanel({ model }: { model: Detail }) {
  return (
    <Panel id="versions" title="Versions" note={plural(model.versions.length, 'version')}>
      <ol class="versions">
        {model.versions.toReversed().map((version) => (
          <VersionItem key={version.number} model={model} version={version} />
        ))}
      </ol>
      {model.versions.length === 1 && (
        <p class="hint">
          One version is there. Publish another as{' '}
          <code>
            models/{model.name}/{model.versions[0]!.number + 1}
          </code>
          , by rename or with its version.json last: it shows up here within two seconds, and answers nobody until you
          say so.
        </p>
      )}
    </Panel>
  );
}
