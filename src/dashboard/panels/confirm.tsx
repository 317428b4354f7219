import { signal, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { signInNeeded } from '../graph/token.js';
import { refresh } from '../live/model-pages.js';
import { tell } from '../live/tell.js';

/** Something that is done only when it was confirmed. */
export interface Question {
  /** What is to be done, as a heading: `Make version 2 the champion`. */
  readonly title: string;
  /** What comes of it, in a sentence. */
  readonly text: string;
  /** The button that does it. */
  readonly button: string;
  /** It takes something away from customers or operators: the button says so. */
  readonly danger?: boolean;
  /** Whether a reason is asked for, which those who come later can read. */
  readonly reason: boolean;
  /** Does it; answers why it was not done, in sentences. */
  readonly act: (reason: string) => Promise<string[]>;
  /** Said when it is done. */
  readonly done: string;
}

const asked = signal<Question | null>(null);

/** Opens the question. The page goes on behind it. */
export function confirm(question: Question): void {
  asked.value = question;
}

/** The longest reason that the graph takes. */
const MAX_REASON = 500;

function Form({ question, close }: { question: Question; close: () => void }) {
  const reason = useSignal('');
  const problems = useSignal<readonly string[]>([]);
  const busy = useSignal(false);
  const first = useRef<HTMLInputElement & HTMLButtonElement>(null);
  useEffect(() => first.current?.focus(), []);
  const act = async () => {
    busy.value = true;
    problems.value = [];
    const refused = await question.act(reason.value.trim());
    busy.value = false;
    problems.value = refused;
    refresh();
    if (refused.length > 0) return;
    tell(question.done);
    close();
  };
  return (
    <form
      class="confirm-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy.value) void act();
      }}
    >
      <h2 id="confirm-title">{question.title}</h2>
      <p>{question.text}</p>
      {question.reason && (
        <label>
          Why, for those who read it later
          <input
            ref={first}
            type="text"
            required
            maxLength={MAX_REASON}
            autocomplete="off"
            value={reason.value}
            data-testid="reason"
            onInput={(event) => {
              reason.value = event.currentTarget.value;
            }}
          />
        </label>
      )}
      <div class="problem-line" role="alert" data-testid="refused">
        {problems.value.map((problem) => (
          <p key={problem}>{problem}</p>
        ))}
      </div>
      <div class="actions">
        <button
          type="submit"
          ref={question.reason ? undefined : first}
          class={question.danger ? 'danger' : 'primary'}
          disabled={busy.value || (question.reason && reason.value.trim() === '')}
          title={question.reason && reason.value.trim() === '' ? 'Give a reason first.' : undefined}
          data-testid="confirm"
        >
          {busy.value ? 'Working …' : question.button}
        </button>
        <button type="button" onClick={close}>
          Leave it
        </button>
      </div>
    </form>
  );
}

/** Asks before something is done, and says why it was not. Escape leaves it. */
export function Confirm() {
  const dialog = useRef<HTMLDialogElement>(null);
  const question = asked.value;
  const away = signInNeeded.value;
  useEffect(() => {
    const { open } = dialog.current!;
    if (question !== null && !away && !open) dialog.current!.showModal();
    else if ((question === null || away) && open) dialog.current!.close();
  }, [question, away]);
  return (
    <dialog
      ref={dialog}
      class="confirm"
      aria-labelledby="confirm-title"
      onClose={() => {
        if (!signInNeeded.peek()) asked.value = null;
      }}
    >
      {question !== null && <Form key={question.title} question={question} close={() => dialog.current!.close()} />}
    </dialog>
  );
}
