import { useSignal } from '@preact/signals';
import {
  AbortRollOutDocument,
  PauseRollOutDocument,
  ResumeRollOutDocument,
  StartRollOutDocument,
} from '../__generated__/graphql.js';
import { type Detail, figures } from '../live/model-pages.js';
import { operate } from '../live/operations.js';
import { latest, toldAt, trafficTold } from '../live/traffic.js';
import { Panel } from '../parts/panel.js';
import { ago, count, share } from '../state/format.js';
import { guardWords, outcomeGuards, stepsOf } from '../state/model-words.js';
import { confirm } from './confirm.js';
import { championOf } from './model-split.js';
import { OperatorButton } from './operator-button.js';

type RollOut = NonNullable<Detail['rollOut']>;
const STATUS_WORDS: Readonly<Record<RollOut['status'], string>> = {
  RUNNING: 'goes on',
  PAUSED: 'is paused',
  ABORTED: 'was aborted',
  ROLLED_BACK: 'was rolled back',
  COMPLETED: 'is complete',
};

/** Steps as they were and will be; the one that holds fills with its time. */
function Steps({ rollOut }: { rollOut: RollOut }) {
  const { steps, step, status, stepStartedAt, stepSeconds } = rollOut;
  const over = status === 'COMPLETED';
  const held = Math.min(1, Math.max(0, (toldAt - new Date(stepStartedAt).getTime()) / 1_000 / stepSeconds));
  return (
    <ol class="steps" aria-label="Steps">
      {steps.map((percent, i) => {
        const state = i < step || over ? 'held' : i > step ? 'to come' : STATUS_WORDS[status];
        const filled = i < step || over ? 1 : i === step && status === 'RUNNING' ? held : 0;
        return (
          <li
            key={percent}
            class={i === step && !over ? `step now ${status.toLowerCase()}` : 'step'}
            aria-current={i === step ? 'step' : undefined}
          >
            <span class="step-bar" aria-hidden="true">
              <span style={{ transform: `scaleX(${filled})` }} />
            </span>
            <b class="number">{share(percent / 100)}</b>
            <span class="sr-only">, {state}</span>
          </li>
        );
      })}
    </ol>
  );
}

function UnderWay({ model, rollOut }: { model: Detail; rollOut: RollOut }) {
  const arms = latest.value?.traffic.find((one) => one.model === model.name)?.arms ?? [];
  const turned = figures.value?.rollOut?.arms.find(({ arm }) => arm === 'canary')?.outcomes ?? null;
  const write = { share, count };
  const guards = [
    ...guardWords(
      rollOut.guards,
      arms.find(({ arm }) => arm === 'canary') ?? null,
      arms.find(({ arm }) => arm === 'champion') ?? null,
      figures.value?.rollOut?.psi ?? null,
      write,
    ),
    ...outcomeGuards(rollOut.guards, turned, write),
  ];
  const what = { model: model.name };
  const ask = (title: string, text: string, button: string, act: (reason: string) => Promise<string[]>) =>
    confirm({
      ...{ title: `${title} of ${model.name} ${rollOut.version}`, text, button, reason: true, act },
      ...{ danger: button === 'Abort', done: `${title}: done` },
    });
  return (
    <>
      <table class="guards">
        <thead>
          <tr>
            <th scope="col">Guard</th>
            <th scope="col">Now</th>
            <th scope="col">May be</th>
          </tr>
        </thead>
        <tbody>
          {guards.map(({ name, now, limit, broken }) => (
            <tr key={name} class={broken ? 'broken' : ''}>
              <th scope="row">{name}</th>
              <td class="number">{now}</td>
              <td class="muted">{limit}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="actions">
        {rollOut.status === 'RUNNING' ? (
          <OperatorButton
            ofAll={false}
            onClick={() =>
              ask('Pause the roll-out', 'The step stays as it is, unjudged, until it is resumed.', 'Pause', (reason) =>
                operate(PauseRollOutDocument, { ...what, reason }),
              )
            }
          >
            Pause …
          </OperatorButton>
        ) : (
          <OperatorButton
            ofAll={false}
            onClick={() =>
              ask('Resume the roll-out', 'The step begins anew, and is judged.', 'Resume', (reason) =>
                operate(ResumeRollOutDocument, { ...what, reason }),
              )
            }
          >
            Resume …
          </OperatorButton>
        )}
        <OperatorButton
          ofAll={false}
          class="danger"
          onClick={() =>
            ask('Abort the roll-out', 'The champion answers everybody again, at once.', 'Abort', (reason) =>
              operate(AbortRollOutDocument, { ...what, reason }),
            )
          }
        >
          Abort …
        </OperatorButton>
      </p>
    </>
  );
}

function Start({ model }: { model: Detail }) {
  const champion = championOf(model);
  const candidates = model.versions.filter(({ state, number }) => state === 'AVAILABLE' && number !== champion);
  const version = useSignal<number | null>(null);
  const steps = useSignal('1, 5, 25, 100');
  const minutes = useSignal(10);
  const minRows = useSignal(200);
  const promote = useSignal(true);
  const own = version.value ?? candidates.at(-1)?.number ?? null;
  const parsed = stepsOf(steps.value);
  const not =
    own === null
      ? 'There is no other version that can answer: load one first.'
      : typeof parsed === 'string'
        ? parsed
        : null;
  const start = () => {
    if (own === null || typeof parsed === 'string') return;
    const stepSeconds = Math.max(1, Math.round(minutes.value * 60));
    confirm({
      title: `Roll out ${model.name} ${own}`,
      text: `Version ${own} gets ${parsed.join(', ')} % of the customers, each step for at least ${minutes.value} min and ${count(minRows.value)} answers. A broken guard gives everybody back to the champion. ${promote.value ? 'After the last step it becomes the champion.' : 'After the last step it stays the canary.'}`,
      button: 'Start',
      reason: true,
      act: (reason) =>
        operate(StartRollOutDocument, {
          ...{ model: model.name, version: own, steps: parsed, stepSeconds, promote: promote.value, reason },
          guards: { minRows: minRows.value },
        }),
      done: `The roll-out of ${model.name} ${own} has begun`,
    });
  };
  return (
    <div class="roll-out-form">
      <label>
        Version
        <select
          value={own ?? ''}
          onChange={(event) => {
            version.value = Number(event.currentTarget.value);
          }}
        >
          {candidates.map(({ number }) => (
            <option key={number}>{number}</option>
          ))}
        </select>
      </label>
      <label>
        Steps, %
        <input
          type="text"
          value={steps.value}
          aria-invalid={typeof parsed === 'string'}
          onInput={(event) => {
            steps.value = event.currentTarget.value;
          }}
        />
      </label>
      <label>
        Minutes a step
        <input
          type="number"
          min={0.1}
          step="any"
          value={minutes.value}
          onInput={(event) => {
            minutes.value = Number(event.currentTarget.value);
          }}
        />
      </label>
      <label>
        Answers a step
        <input
          type="number"
          min={1}
          max={1000}
          value={minRows.value}
          onInput={(event) => {
            minRows.value = Number(event.currentTarget.value);
          }}
        />
      </label>
      <label class="check">
        <input
          type="checkbox"
          checked={promote.value}
          onChange={(event) => {
            promote.value = event.currentTarget.checked;
          }}
        />
        Then it becomes the champion
      </label>
      <OperatorButton ofAll={false} not={not} onClick={start} data-testid="start-roll-out">
        Start a roll-out …
      </OperatorButton>
      <p class="muted shift-not">{not}</p>
    </div>
  );
}

/** The newest roll-out: where it stands and why, what must hold; or a form to start one. */
export function RollOutPanel({ model }: { model: Detail }) {
  trafficTold.value; // the step that holds fills, and time goes by
  const rollOut = model.rollOut ?? null;
  const going = rollOut?.status === 'RUNNING' || rollOut?.status === 'PAUSED';
  return (
    <Panel id="roll-out" title="Roll-out">
      {rollOut === null ? (
        <p class="muted">
          Gives a version more and more customers, step by step. Errors, latency and scores are watched meanwhile; what
          goes wrong takes it back by itself.
        </p>
      ) : (
        <>
          <p data-testid="roll-out">
            Version {rollOut.version}{' '}
            <b class={`roll-out-${rollOut.status.toLowerCase()}`}>{STATUS_WORDS[rollOut.status]}</b>{' '}
            {going && `at ${rollOut.percent} %, which began ${ago(rollOut.stepStartedAt, Date.now())}`}
          </p>
          <Steps rollOut={rollOut} />
          <p class="muted">{rollOut.reason}</p>
        </>
      )}
      {rollOut !== null && going ? <UnderWay model={model} rollOut={rollOut} /> : <Start model={model} />}
    </Panel>
  );
}
