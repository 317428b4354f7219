import { effect } from '@preact/signals';
import { render } from 'preact';
import { signInNeeded } from './graph/token.js';
import {
  detail,
  engine,
  folderProblems,
  followModelPages,
  list,
  problem,
  selected,
  simulated,
  standing,
} from './live/model-pages.js';
import { caller, knowCaller, whyNot } from './live/operations.js';
import { followTraffic } from './live/traffic.js';
import { Announcements } from './panels/announcements.js';
import { Confirm } from './panels/confirm.js';
import { Header } from './panels/header.js';
import { AliasesPanel, HistoryPanel } from './panels/model-history.js';
import { ModelList } from './panels/model-list.js';
import { RollOutPanel } from './panels/model-roll-out.js';
import { ShiftPanel } from './panels/model-shift.js';
import { SplitPanel } from './panels/model-split.js';
import { VersionsPanel } from './panels/model-versions.js';
import { SignIn } from './panels/sign-in.js';
import { Hint } from './parts/panel.js';
import { plural } from './state/format.js';

function NoModels() {
  return (
    <Hint>
      <p>
        <b>There is no model yet.</b> Put one into the models folder (<code>SCOREGRAPH_MODELS_DIR</code>) and it shows
        up here within two seconds:
      </p>
      <pre>
        <code>npm run scoregraph -- models add churn ./churn_export --features recency,complaints,tenure_months</code>
      </pre>
      <p>
        Or train the reference models: <code>npm run train</code>.
      </p>
    </Hint>
  );
}

function FolderProblems() {
  if (folderProblems.value.length === 0) return null;
  return (
    <section class="panel" aria-labelledby="folder-problems-title" id="folder-problems">
      <h2 id="folder-problems-title">Cannot be served</h2>
      <ul>
        {folderProblems.value.map(({ model, reason, message }) => (
          <li key={`${model} ${reason} ${message}`}>
            <b>{model === '' ? 'the models folder' : model}</b> <span class="tag">{reason}</span>{' '}
            <span class="muted">{message}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function View() {
  const model = detail.value;
  if (model === null)
    return <div class="model-view">{selected.value !== null && problem.value === null && <Hint>Asking …</Hint>}</div>;
  return (
    <article class="model-view" key={model.name} aria-labelledby="model-title">
      <header class="model-head">
        <h2 id="model-title">{model.name}</h2>
        <p class="muted">{model.description}</p>
      </header>
      <div class="columns">
        <SplitPanel model={model} />
        <div class="column">
          <ShiftPanel model={model} />
          <RollOutPanel model={model} />
        </div>
      </div>
      <VersionsPanel model={model} />
      <div class="columns">
        <HistoryPanel model={model} />
        <AliasesPanel model={model} />
      </div>
    </article>
  );
}

function Page() {
  const why = caller.value === null ? null : (whyNot(false) ?? whyNot(true));
  const runs = engine.value;
  return (
    <>
      <a class="skip" href="#model-title">
        Skip to the model
      </a>
      <Header here="models" standing={{ ...standing.value, notice: null }} simulated={simulated.value} />
      {signInNeeded.value && (
        <main>
          <SignIn />
        </main>
      )}
      <main class="models-page" hidden={signInNeeded.value}>
        {why !== null && (
          <p class="caution" data-testid="role">
            You can look at everything here. {why}
          </p>
        )}
        {problem.value !== null && <Hint problem>{problem.value}</Hint>}
        {list.value?.length === 0 ? (
          <NoModels />
        ) : (
          <div class="models-layout">
            <ModelList />
            <View />
          </div>
        )}
        <FolderProblems />
      </main>
      <footer>
        <p>
          {runs !== null && `${runs.version}, ${runs.workersAlive} of ${plural(runs.workers, 'worker')} running. `}
          Built from the public graph alone: what is here, your own page can do.{' '}
          <a href="/graphiql">Explore the graph</a>
        </p>
      </footer>
      <Confirm />
      <Announcements />
    </>
  );
}

knowCaller();
followModelPages();
followTraffic();
effect(() => {
  document.title = selected.value === null ? 'Models · scoregraph' : `${selected.value} · scoregraph`;
});
render(<Page />, document.getElementById('app')!);
