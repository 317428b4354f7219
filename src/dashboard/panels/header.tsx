import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { busy } from '../graph/busy.js';
import { connection } from '../graph/socket.js';
import { signInNeeded, signOut, token } from '../graph/token.js';
import { anySimulated, lastNotice, NOTICE_MS, noticeText, stream } from '../live/payments.js';
import { simulation } from '../live/stats.js';
import { count } from '../state/format.js';
import { nextTheme, THEME_KEY, type Theme, themeOf } from '../state/theme.js';

function ConnectionState() {
  const fresh = useSignal(false);
  const notice = lastNotice.value;
  useEffect(() => {
    if (notice === null) return;
    fresh.value = true;
    const timer = setTimeout(() => {
      fresh.value = false;
    }, NOTICE_MS);
    return () => clearTimeout(timer);
  }, [notice]);
  const { phase, replayed } = stream.value;
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
          {noticeText(notice)}
        </span>
      )}
    </p>
  );
}

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

export function Header() {
  const simulated = anySimulated.value || simulation.value != null;
  return (
    <header class="top">
      <h1>
        <svg viewBox="0 0 20 20" class="logo" aria-hidden="true">
          <path d="M2 15.5L7 9l3.5 3.2L18 4" fill="none" stroke="currentColor" stroke-width="2.4" />
          <circle cx="18" cy="4" r="2" fill="currentColor" />
        </svg>
        scoregraph
      </h1>
      <ConnectionState />
      {simulated && (
        <p class="simulated" title={simulation.value?.note ?? 'Payments of the simulated world are among these.'}>
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
