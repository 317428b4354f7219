import type { ComponentChildren } from 'preact';
import { openAlerts } from '../live/alerts.js';
import { lastMinute, simulation, stats, statsProblem } from '../live/stats.js';
import { DECISION_WORDS, DecisionShape } from '../parts/decision.js';
import { Sparkline } from '../parts/sparkline.js';
import { count, duration, rate, shortCount } from '../state/format.js';
import { DECISIONS } from '../state/ticker.js';

function Figure(props: { label: string; value: string; more?: ComponentChildren; class?: string }) {
  return (
    <div class={`figure ${props.class ?? ''}`}>
      <dt>{props.label}</dt>
      <dd>
        <span class="figure-value">{props.value}</span>
        {props.more !== undefined && <span class="figure-more">{props.more}</span>}
      </dd>
    </div>
  );
}

/** What was decided on the payments of the last minute. */
function DecisionMix() {
  const { decisions: counts, seconds } = lastMinute.value;
  const all = counts.APPROVE + counts.REVIEW + counts.DECLINE;
  return (
    <div class="figure mix">
      <dt>Decisions, last {seconds >= 59 ? 'minute' : `${Math.round(seconds)} s`}</dt>
      <dd>
        <span class="mix-bar" aria-hidden="true">
          {DECISIONS.map((decision) => (
            <span key={decision} class={decision.toLowerCase()} style={{ flexGrow: counts[decision] }} />
          ))}
        </span>
        <span class="mix-words">
          {DECISIONS.map((decision) => (
            <span key={decision}>
              <DecisionShape decision={decision} /> {DECISION_WORDS[decision]}{' '}
              <b class="number">{shortCount(counts[decision])}</b>
              {counts[decision] > 0 && (
                <span class="muted number"> {Math.round((100 * counts[decision]) / all)} %</span>
              )}
            </span>
          ))}
        </span>
      </dd>
    </div>
  );
}

/** How the simulated world's frauds are found: only there is the truth known. */
function Truth() {
  const world = simulation.value;
  if (world == null) return null;
  const { recall, precision, truePositives, falseNegatives } = world.fraudTruth;
  return (
    <Figure
      label="Simulated frauds found"
      value={recall == null ? '–' : `${count(truePositives)} of ${count(truePositives + falseNegatives)}`}
      more={precision == null ? 'none flagged yet' : `${Math.round(100 * precision)} % of flags right`}
    />
  );
}

/** The state of things in one line. */
export function Figures() {
  const now = stats.value;
  const { transactionsPerSecond, predictionsPerSecond, rates, p50Ms, p99Ms } = lastMinute.value;
  const alerts = (
    <Figure
      label="Open alerts"
      value={count(openAlerts.value)}
      class={openAlerts.value > 0 ? 'attention' : ''}
      more={openAlerts.value > 0 ? <a href="#alerts">See to them</a> : 'all seen to'}
    />
  );
  if (statsProblem.value !== null)
    return (
      <dl class="figures">
        {alerts}
        <div class="figure untold">
          <dt>Figures of the last minute</dt>
          <dd>{statsProblem.value}</dd>
        </div>
      </dl>
    );
  return (
    <dl class="figures" aria-label="Figures of the last minute">
      <Figure
        label="Payments a second"
        value={transactionsPerSecond === null ? '–' : rate(transactionsPerSecond)}
        more={<Sparkline values={rates} />}
      />
      <Figure label="Time to score" value={duration(p50Ms)} more={`99 %: ${duration(p99Ms)}`} />
      <DecisionMix />
      {alerts}
      <Figure
        label="Predictions a second"
        value={predictionsPerSecond === null ? '–' : rate(predictionsPerSecond)}
        more={now === null ? '' : `${count(now.subscribers)} subscriptions`}
      />
      <Figure
        label="Waiting for a score"
        value={now === null ? '–' : shortCount(now.scorerBacklog)}
        more={now === null ? '' : `${shortCount(now.eventLog.head)} events`}
      />
      <Truth />
    </dl>
  );
}
