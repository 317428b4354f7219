import { RollBackModelDocument } from '../__generated__/graphql.js';
import type { Detail } from '../live/model-pages.js';
import { operate } from '../live/operations.js';
import { trafficTold } from '../live/traffic.js';
import { Panel, ScrollArea } from '../parts/panel.js';
import { ago, moment } from '../state/format.js';
import { confirm } from './confirm.js';
import { OperatorButton } from './operator-button.js';

type Alias = Detail['aliases'][number];

function AliasItem({ model, alias }: { model: Detail; alias: Alias }) {
  const { name, version, before, changedBy, changedAt, reason } = alias;
  trafficTold.value; // time goes by
  const earlier = before.at(-1);
  const back = () =>
    confirm({
      title: `Roll ${name} of ${model.name} back`,
      text: `${name} means version ${earlier} again instead of ${version.number}, which is loaded first if need be.`,
      button: `Back to ${earlier}`,
      danger: true,
      reason: true,
      act: (why) => operate(RollBackModelDocument, { model: model.name, alias: name, reason: why }),
      done: `${name} of ${model.name} means version ${earlier} again`,
    });
  return (
    <li class="alias" data-testid={`alias-${name}`}>
      <p class="alias-line">
        <span>
          <b>{name}</b> is version <b class="number">{version.number}</b>
        </span>
        <OperatorButton
          class="small"
          not={earlier === undefined ? 'It never meant another version.' : null}
          onClick={back}
          about={name}
          data-testid={`roll-back-${name}`}
        >
          {earlier === undefined ? 'Roll back …' : `Roll back to ${earlier} …`}
        </OperatorButton>
      </p>
      <p class="muted">
        {changedBy}, {ago(changedAt, Date.now())}
        {reason != null && `: ${reason}`}
      </p>
    </li>
  );
}

/** What names mean, and who said so. */
export function AliasesPanel({ model }: { model: Detail }) {
  return (
    <Panel id="aliases" title="Names" note="an alias decides what answers">
      {model.aliases.length === 0 ? (
        <p class="muted">No version has a name yet: the first one that can answer becomes the champion.</p>
      ) : (
        <ul>
          {model.aliases.map((alias) => (
            <AliasItem key={alias.name} model={model} alias={alias} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

/** What became of the model, as the event log has it. */
export function HistoryPanel({ model }: { model: Detail }) {
  return (
    <Panel id="history" title="What became of it" note="newest first, from the event log">
      <ScrollArea label="History" class="history">
        <ol>
          {model.history.map(({ at, kind, text, by, reason }, i) => (
            <li key={`${at} ${i}`} class={`happened ${kind.toLowerCase()}`}>
              <time class="muted number" dateTime={at}>
                {moment(at, Date.now())}
              </time>
              <span>
                <b>{text}</b>
                {(by !== 'system' || reason != null) && (
                  <span class="muted">
                    {' '}
                    {by === 'system' ? '' : by}
                    {by !== 'system' && reason != null && ': '}
                    {reason}
                  </span>
                )}
              </span>
            </li>
          ))}
        </ol>
      </ScrollArea>
    </Panel>
  );
}
