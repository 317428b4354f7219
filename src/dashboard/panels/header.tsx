import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { busy } from '../graph/busy.js';
import { connection } from '../graph/socket.js';
import { signInNeeded, signOut, token } from '../graph/token.js';
import { count } from '../state/format.js';
import { NOTICE_MS, type Phase } from '../state/resume.js';
import { nextTheme, THEME_KEY, type Theme, themeOf } from '../state/theme.js';

/** Where the page's stream of events stands. */
export interface Standing {
  readonly phase: Phase;
  /** Of what was missed, so far. */
  readonly replayed: number;
  /** What is worth telling for a while: what was caught up on, or is missing; null: nothing. `at`: when, ms. */
  readonly notice: { readonly text: string; readonly at: number } | null;
}

function ConnectionState({ phase, replayed, notice }: Standing) {
  const fresh = useSignal(false);
  const at = notice?.at ?? null;
  useEffect(() => {
    if (at === null) return;
    fresh.value = true;
    const timer = setTimeout(() => {
      fresh.value = false;
    }, NOTICE_MS);
    return () => clearTimeout(timer);
  }, [at]);
  let state: 'live' | 'waiting' | 'lost' = 'live';
  let text = 'Live';
  if (signInNeeded.value) [state, text] = ['waiting', 'Not signed in'];
  else if (connection.value === 'lost') [state, text] = ['lost', 'Connection lost, trying again'];
  else if (phase === 'catching-up') [state, text] = ['waiting', `Catching up: ${count(replayed)}`];
  else if (connection.value === 'connecting' || phase === 'starting') [state, text] = ['waiting', 'Connecting'];
  return (
    <p class={`connection ${state}`} data-testid="connection">
      <span class="connection-dot" aria-hidden="true" />
      <span>{text}</span>
      {busy.value !== null && <span class="notice">{busy.value}</span>}
      {busy.value === null && state === 'live' && fresh.value && notice !== null && (
        <span class="notice" data-testid="notice">
          {notice.text}
        </span>
      )}
    </p>
  );
}

const PAGES = [
  ['live', '/', 'Scores'],
  ['models', '/models', 'Models'],
] as const;

const THEME_WORDS: Readonly<Record<Theme, string>> = { system: 'Auto', light: 'Light', dark: 'Dark' };

function ThemeToggle() {
  const theme = useSignal(themeOf(localStorage.getItem(THEME_KEY)));
  const turn = () => {
    theme.value = nextTheme(theme.value);
    const root = document.documentElement;
    if (theme.value === 'system') {
      localStorage.removeItem(THEME_KEY);
      delete root.dataset.theme;
    } else {
      localStorage.setItem(THEME_KEY, theme.value);
      root.dataset.theme = theme.value;
    }
  };
  return (
    <button type="button" class="quiet" onClick={turn} data-testid="theme">
      <svg viewBox="0 0 16 16" class="icon" aria-hidden="true">
        <circle cx="8" cy="8" r="6.2" fill="none" stroke="currentColor" stroke-width="1.4" />
        <path d="M8 1.8a6.2 6.2 0 0 1 0 12.4z" fill="currentColor" />
      </svg>
      <span class="sr-only">Theme: </span>
      {THEME_WORDS[theme.value]}
    </button>
  );
}

/**
 * The bar of every page.
 * @param here which page this is
 * @param simulated what to say of simulated data among what is shown; null where there is none
 */
export function Header(props: {
  readonly here: 'live' | 'models';
  readonly standing: Standing;
  readonly simulated: string | null;
}) {
  return (
    <header class="top">
      <h1>
        <svg viewBox="0 0 20 20" class="logo" aria-hidden="true">
          <path d="M2 15.5L7 9l3.5 3.2L18 4" fill="none" stroke="currentColor" stroke-width="2.4" />
          <circle cx="18" cy="4" r="2" fill="currentColor" />
        </svg>
        scoregraph
      </h1>
      <nav class="pages" aria-label="Pages">
        {PAGES.map(([page, path, name]) => (
          <a key={page} href={path} aria-current={props.here === page ? 'page' : undefined}>
            {name}
          </a>
        ))}
      </nav>
      <ConnectionState {...props.standing} />
      {props.simulated !== null && (
        <p class="simulated" title={props.simulated}>
          Simulated data
        </p>
      )}
      <nav class="links" aria-label="Tools">
        <a href="/graphiql">GraphiQL</a>
        {/* Pages of their own, to which a link brings no token. */}
        {token.value === null && !signInNeeded.value && (
          <a href="/metrics" class="wide-only">
            Metrics
          </a>
        )}
        <ThemeToggle />
        {token.value !== null && !signInNeeded.value && (
          <button type="button" class="quiet" onClick={signOut}>
            Sign out
          </button>
        )}
      </nav>
    </header>
  );
}
