import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { SetRoutingPolicyDocument, type SetRoutingPolicyMutationVariables } from '../__generated__/graphql.js';
import type { Detail } from '../live/model-pages.js';
import { operate } from '../live/operations.js';
import { Panel } from '../parts/panel.js';
import { policyWords, segmentsOf, segmentText, shortOf100 } from '../state/model-words.js';
import { confirm } from './confirm.js';
import { championOf } from './model-split.js';
import { OperatorButton } from './operator-button.js';

type PolicyInput = SetRoutingPolicyMutationVariables['policy'];
type Way = 'canary' | 'split' | 'shadow' | 'champion';
const WAYS: readonly (readonly [Way, string, string])[] = [
  ['champion', 'Champion', 'It answers everybody.'],
  ['canary', 'Canary', 'Another version for a share of the customers; the same customer always gets the same one.'],
  ['split', 'Split', 'Versions share the customers: an A/B test, or blue and green with 0 and 100 %.'],
  ['shadow', 'Shadow', 'Another version is computed beside the champion, compared, and never answered.'],
];
interface Arm {
  readonly name: string;
  readonly version: number;
  readonly percent: number;
}

/** What is to hold, as the form has it. */
interface Choice {
  readonly way: Way;
  readonly version: number;
  readonly percent: number;
  readonly arms: readonly Arm[];
  /** Only customers of this segment; empty: all. */
  readonly segment: string;
}

/** What the form begins with: what holds, else the newest version that could be tried. */
function beginning(model: Detail): Choice {
  const { policy, versions } = model;
  const champion = championOf(model);
  const others = versions.filter(({ state, number }) => state === 'AVAILABLE' && number !== champion);
  const other = others.at(-1)?.number ?? champion ?? 1;
  const arms = [
    { name: 'a', version: champion ?? 1, percent: 50 },
    { name: 'b', version: other, percent: 50 },
  ];
  const none: Choice = { way: 'canary', version: other, percent: 5, arms, segment: segmentText(policy?.rule) ?? '' };
  if (policy == null) return none;
  const [first] = policy.arms;
  if (policy.kind === 'SPLIT') return { ...none, way: 'split', arms: policy.arms };
  if (policy.shadow != null) return { ...none, way: 'shadow', ...policy.shadow };
  return { ...none, version: first?.version ?? other, percent: first?.percent ?? 5 };
}

function VersionSelect(props: { model: Detail; label: string; value: number; onChange: (version: number) => void }) {
  const { model, label, value, onChange } = props;
  const champion = championOf(model);
  return (
    <label>
      {label}
      <select value={value} onChange={(event) => onChange(Number(event.currentTarget.value))}>
        {model.versions
          .filter(({ state, number }) => state === 'AVAILABLE' || number === value)
          .map(({ number }) => (
            <option key={number} value={number}>
              {number === champion ? `${number}, the champion` : number}
            </option>
          ))}
      </select>
    </label>
  );
}

function Percent(props: { label: string; value: number; onInput: (percent: number) => void; testId?: string }) {
  const { label, value, onInput, testId } = props;
  const take = (event: { currentTarget: HTMLInputElement }) => {
    const percent = Number(event.currentTarget.value);
    if (Number.isFinite(percent)) onInput(Math.min(100, Math.max(0, percent)));
  };
  return (
    <div class="percent">
      <label class="slider">
        <span>{label}</span>
        <input
          type="range"
          min={0}
          max={100}
          step={1}
          value={value}
          aria-valuetext={`${value} %`}
          data-testid={testId}
          onInput={take}
        />
      </label>
      <label class="percent-number">
        <span class="sr-only">{label}, as a number</span>
        <input type="number" min={0} max={100} step="any" value={value} onChange={take} /> %
      </label>
    </div>
  );
}

/** Who is to answer: chosen, tried on the slider, and set after a reason was given. */
export function ShiftPanel({ model }: { model: Detail }) {
  // What holds, until somebody begins to choose something else.
  const chosen = useSignal<Choice | null>(null);
  const { way, version, percent, arms, segment } = chosen.value ?? beginning(model);
  const change = (part: Partial<Choice>) => {
    chosen.value = { way, version, percent, arms, segment, ...part };
  };
  // What was set shows by itself once it holds; until then what was chosen stays.
  const set = useRef(false);
  useEffect(() => {
    if (set.current) chosen.value = null;
    set.current = false;
  }, [model.policy?.changedAt]);
  const champion = championOf(model);
  const rolling = model.rollOut?.status === 'RUNNING' || model.rollOut?.status === 'PAUSED';

  const segments = segmentsOf(segment);
  const of = { rule: segments.length === 0 ? [] : [{ segment: segments }] };
  const foreign = segmentText(model.policy?.rule) === null;
  const policies: Readonly<Record<Way, PolicyInput>> = {
    champion: { champion: true },
    canary: { canary: { version, percent, ...of } },
    split: { split: { arms, ...of } },
    shadow: { shadow: { version, percent, ...of } },
  };
  const words = {
    champion: policyWords(null, champion),
    canary: policyWords({ kind: 'CANARY', arms: [{ name: 'canary', version, percent }], ...of }, champion),
    split: policyWords({ kind: 'SPLIT', arms, ...of }, champion),
    shadow: policyWords({ kind: 'SHADOW', arms: [], shadow: { version, percent }, ...of }, champion),
  }[way];
  const alone = !model.versions.some(({ state, number }) => state === 'AVAILABLE' && number !== champion);
  const not = rolling
    ? 'A roll-out says who answers: abort it first.'
    : way === 'champion'
      ? model.policy == null
        ? 'The champion answers everybody already.'
        : null
      : foreign
        ? 'The policy that holds has a rule that is not written here: set another by mutation, or the champion first.'
        : alone
          ? 'There is no other version that can answer: load one first.'
          : way === 'split'
            ? shortOf100(arms.map((arm) => arm.percent))
            : null;
  /** Of two arms the other one has the rest. */
  const share = (place: number, value: number) =>
    change({
      arms: arms.map((arm, i) => {
        if (i === place) return { ...arm, percent: value };
        return arms.length === 2 ? { ...arm, percent: Math.round((100 - value) * 100) / 100 } : arm;
      }),
    });
  const apply = () =>
    confirm({
      title: `Change who answers for ${model.name}`,
      text: words,
      button: 'Let it hold',
      reason: true,
      async act(reason) {
        const refused = await operate(SetRoutingPolicyDocument, { model: model.name, policy: policies[way], reason });
        set.current = refused.length === 0;
        return refused;
      },
      done: words,
    });
  return (
    <Panel id="shift" title="Shift traffic">
      <div class="shift">
        <fieldset class="chips">
          <legend class="sr-only">Who is to answer</legend>
          {WAYS.map(([one, name]) => (
            <button
              key={one}
              type="button"
              class="chip"
              aria-pressed={way === one}
              onClick={() => {
                change({ way: one });
              }}
            >
              {name}
            </button>
          ))}
        </fieldset>
        <p class="muted shift-about">{WAYS.find(([one]) => one === way)?.[2]}</p>
        {(way === 'canary' || way === 'shadow') && (
          <>
            <VersionSelect
              model={model}
              label="Version"
              value={version}
              onChange={(number) => {
                change({ version: number });
              }}
            />
            <Percent
              label="Share of the customers"
              value={percent}
              testId="percent"
              onInput={(value) => {
                change({ percent: value });
              }}
            />
          </>
        )}
        {way === 'split' &&
          arms.map((arm, place) => (
            <div class="arm-form" key={arm.name}>
              <VersionSelect
                model={model}
                label={`Arm ${arm.name}: version`}
                value={arm.version}
                onChange={(number) =>
                  change({ arms: arms.map((one, i) => (i === place ? { ...one, version: number } : one)) })
                }
              />
              <Percent label={`Share of ${arm.name}`} value={arm.percent} onInput={(value) => share(place, value)} />
            </div>
          ))}
        {way !== 'champion' && (
          <label>
            Only customers of these segments; empty: all
            <input
              type="text"
              maxLength={200}
              autocomplete="off"
              value={segment}
              onInput={(event) => change({ segment: event.currentTarget.value })}
            />
          </label>
        )}
        <p class="shift-words">{words}</p>
        <OperatorButton class="primary" ofAll={false} not={not} onClick={apply} data-testid="apply">
          Apply …
        </OperatorButton>
        <p class="muted shift-not">{not}</p>
      </div>
    </Panel>
  );
}
