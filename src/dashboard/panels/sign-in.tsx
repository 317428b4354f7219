import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { signIn } from '../graph/sign-in.js';
import { signInNeeded, signOut, token } from '../graph/token.js';

/** How far the page was scrolled before somebody had to sign in. */
let place = 0;
signInNeeded.subscribe((needed) => {
  if (needed) place = window.scrollY;
});

/** Shown only while the server asks who this is; the page goes on below it where it was. */
export function SignIn() {
  const text = useSignal('');
  const problem = useSignal<string | null>(null);
  const checking = useSignal(false);
  const field = useRef<HTMLInputElement>(null);
  const ended = token.value !== null;
  // The place on the page, which is as short as this form meanwhile, is found again afterwards.
  useEffect(() => {
    field.current!.focus();
    return () => requestAnimationFrame(() => window.scrollTo({ top: place, behavior: 'instant' }));
  }, []);
  const check = async () => {
    checking.value = true;
    problem.value = await signIn(text.value);
    checking.value = false;
    if (problem.value !== null) field.current?.select();
  };
  return (
    <section class="panel sign-in" aria-labelledby="sign-in-title">
      <h2 id="sign-in-title">Sign in</h2>
      <p>
        {ended
          ? 'Your token is taken no longer: it has expired, or was revoked. With another one the page goes on where it was.'
          : 'This server asks who you are. Give it the token that you got from whoever runs it.'}
      </p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void check();
        }}
      >
        <label for="token">Token</label>
        <input
          id="token"
          ref={field}
          type="password"
          autocomplete="current-password"
          spellcheck={false}
          aria-invalid={problem.value !== null}
          aria-describedby="sign-in-problem"
          value={text.value}
          onInput={(event) => {
            text.value = event.currentTarget.value;
          }}
        />
        <p id="sign-in-problem" class="problem-line" role="alert">
          {problem.value}
        </p>
        <div class="actions">
          <button type="submit" class="primary" disabled={checking.value}>
            {checking.value ? 'Asking …' : 'Sign in'}
          </button>
          {ended && (
            <button type="button" onClick={signOut}>
              I am somebody else
            </button>
          )}
        </div>
      </form>
      <p class="muted">It is kept in this tab only, and gone when the tab is closed.</p>
      {!ended && (
        <p class="muted">
          Whoever runs the server makes one with
          <code>npm run scoregraph -- keys create Ada --roles scorer,operator</code>
        </p>
      )}
    </section>
  );
}
