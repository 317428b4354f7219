import { DECISIONS, type Decision } from '../state/ticker.js';

type Colours = Readonly<Record<Decision, string>> & { readonly text: string; readonly line: string };

let known: { readonly theme: string; readonly colours: Colours } | null = null;
const dark = matchMedia('(prefers-color-scheme: dark)');

/** The theme's colours as a canvas takes them: it knows no custom properties. Read again when the theme is another. */
export function colours(): Colours {
  const theme = `${document.documentElement.dataset.theme ?? ''}${dark.matches}`;
  if (known?.theme === theme) return known.colours;
  const probe = document.body.appendChild(document.createElement('i'));
  const resolved = (name: string) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const [approve, review, decline] = DECISIONS.map((decision) => resolved(decision.toLowerCase()));
  const colours = {
    APPROVE: approve!,
    REVIEW: review!,
    DECLINE: decline!,
    text: resolved('muted'),
    line: resolved('line'),
  };
  probe.remove();
  known = { theme, colours };
  return colours;
}
