import {
  counterKey,
  counters,
  countersProblem,
  engine,
  type ModelFacts,
  models,
  modelsProblem,
} from '../live/models.js';
import { stats } from '../live/stats.js';
import { Hint, Panel, ScrollArea } from '../parts/panel.js';
import { StateMark } from '../parts/version-state.js';
import { ago, duration, plural, rate, shortCount } from '../state/format.js';

type Version = ModelFacts['versions'][number];

function VersionRow({ model, version, first }: { model: ModelFacts; version: Version; first: boolean }) {
  const live = stats.value?.models.find((one) => one.model === model.name && one.version === version.number);
  const counted = counters.value.get(counterKey(model.name, version.number));
  return (
    <tr>
      {first && (
        <th scope="rowgroup" rowSpan={model.versions.length} class="model-name">
          {model.name}
          <span class="muted model-about">{model.description}</span>
        </th>
      )}
      <td class="number">
        {version.number}
        {version.aliases.map((alias) => (
          <span key={alias} class="tag">
            {alias}
          </span>
        ))}
      </td>
      <td>
        <StateMark state={version.state} />
        <span class="muted model-since">{ago(version.stateChangedAt, Date.now())}</span>
        {version.reason != null && <span class="muted model-about">{version.reason}</span>}
      </td>
      <td class="mode">{version.mode ?? '–'}</td>
      <td class="number">{live === undefined ? '–' : rate(live.rowsPerSecond)}</td>
      <td class="number">{duration(live?.latencyP50Ms)}</td>
      <td class="number">{duration(live?.latencyP99Ms)}</td>
      <td class="number">{live?.meanBatchSize == null ? '–' : live.meanBatchSize.toFixed(1)}</td>
      <td class="number">{live === undefined ? '–' : shortCount(live.queueDepth)}</td>
      <td class="number">{counted === undefined ? '–' : shortCount(counted.rows)}</td>
      <td class="number">{counted === undefined ? '–' : shortCount(counted.errors)}</td>
      <td class="trained">{version.trainedOn ?? '–'}</td>
    </tr>
  );
}

/** What runs: versions, their states, and how quick they are. */
export function Models() {
  const known = models.value;
  const runs = engine.value;
  return (
    <Panel
      id="models"
      title="Models"
      note={
        runs === null ? undefined : `${runs.version}, ${runs.workersAlive} of ${plural(runs.workers, 'worker')} running`
      }
      tools={<a href="/models">Versions, roll-outs and who answers</a>}
    >
      {modelsProblem.value !== null && <Hint problem>{modelsProblem.value}</Hint>}
      {known?.length === 0 && (
        <Hint>
          There is no model. Put one into the models folder (<code>SCOREGRAPH_MODELS_DIR</code>), or train the reference
          models: <code>npm run train</code>.
        </Hint>
      )}
      {known !== null && known.length > 0 && (
        <ScrollArea label="Table of models">
          <table class="models">
            <thead>
              <tr>
                <th scope="col">Model</th>
                <th scope="col">Version</th>
                <th scope="col">State</th>
                <th scope="col">Runs as</th>
                <th scope="col" class="number">
                  Rows a second
                </th>
                <th scope="col" class="number">
                  Latency 50 %
                </th>
                <th scope="col" class="number">
                  99 %
                </th>
                <th scope="col" class="number">
                  Rows a batch
                </th>
                <th scope="col" class="number">
                  Waiting
                </th>
                <th scope="col" class="number">
                  Rows in all
                </th>
                <th scope="col" class="number">
                  Errors
                </th>
                <th scope="col">Trained on</th>
              </tr>
            </thead>
            {known.map((model) => (
              <tbody key={model.name}>
                {model.versions.map((version, i) => (
                  <VersionRow key={version.number} model={model} version={version} first={i === 0} />
                ))}
              </tbody>
            ))}
          </table>
        </ScrollArea>
      )}
      {known !== null && countersProblem.value !== null && <Hint>{countersProblem.value}</Hint>}
    </Panel>
  );
}
