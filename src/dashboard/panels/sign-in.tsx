import { useSignal } from '@preact/signals';
import { signIn, token } from '../graph/token.js';

/** Shown only when the server asks who this is. */
export function SignIn() {
  const text = useSignal('');
  return (
    <section class="panel sign-in" aria-labelledby="sign-in-title">
      <h2 id="sign-in-title">Sign in</h2>
      <p>
        {token.value === null ? 'This server asks for a token.' : 'This server does not take the token that was given.'}
      </p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          signIn(text.value);
        }}
      >
        <label>
          Token
          <input
            type="password"
            autocomplete="current-password"
            value={text.value}
            onInput={(event) => {
              text.value = event.currentTarget.value;
            }}
          />
        </label>
        <button type="submit" class="primary">
          Sign in
        </button>
      </form>
      <p class="muted">It is kept in this tab only, and gone when the tab is closed.</p>
    </section>
  );
}
