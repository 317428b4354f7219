import { effect } from '@preact/signals';
import { render } from 'preact';
import { signInNeeded } from './graph/token.js';
import { followAlerts, openAlerts } from './live/alerts.js';
import { followWatched } from './live/customer.js';
import { followModels } from './live/models.js';
import { anySimulated, followPayments, lastNotice, noticeText, stream, type TimedNotice } from './live/payments.js';
import { followStats, simulation } from './live/stats.js';
import { Alerts } from './panels/alerts.js';
import { Announcements } from './panels/announcements.js';
import { CustomerPanel } from './panels/customer.js';
import { Figures } from './panels/figures.js';
import { Header } from './panels/header.js';
import { Models } from './panels/models.js';
import { Payments } from './panels/payments.js';
import { ScoreChart } from './panels/score-chart.js';
import { SignIn } from './panels/sign-in.js';
import { TrialPanel } from './panels/trial.js';
import { startTrials } from './panels/trial-state.js';
import { Why } from './panels/why.js';

const noticeOf = (notice: TimedNotice | null) => (notice === null ? null : { text: noticeText(notice), at: notice.at });

function Page() {
  return (
    <>
      <a class="skip" href="#payments">
        Skip to the live payments
      </a>
      <Header
        here="live"
        standing={{ ...stream.value, notice: noticeOf(lastNotice.value) }}
        simulated={
          anySimulated.value || simulation.value != null
            ? (simulation.value?.note ?? 'Payments of the simulated world are among these.')
            : null
        }
      />
      {signInNeeded.value && (
        <main>
          <SignIn />
        </main>
      )}
      {/* Not taken apart while somebody signs in: filters, pauses and notes are there again afterwards. */}
      <main hidden={signInNeeded.value}>
        <Figures />
        <div class="columns">
          <div class="column">
            <ScoreChart />
            <Payments />
          </div>
          <div class="column">
            <Alerts />
            <TrialPanel />
          </div>
        </div>
        <CustomerPanel />
        <Models />
      </main>
      <footer>
        <p>
          Built from the public graph alone: what is here, your own page can do.{' '}
          <a href="/graphiql">Explore the graph</a>
        </p>
      </footer>
      <Why />
      <Announcements />
    </>
  );
}

followPayments();
followWatched();
followAlerts();
followModels();
followStats();
startTrials();
// Seen in the tab of a page that is left open.
effect(() => {
  document.title = openAlerts.value === 0 ? 'scoregraph' : `(${openAlerts.value}) scoregraph`;
});
render(<Page />, document.getElementById('app')!);
