import type { Decision } from '../state/ticker.js';

export const DECISION_WORDS: Readonly<Record<Decision, string>> = {
  APPROVE: 'Approve',
  REVIEW: 'Review',
  DECLINE: 'Decline',
};

/** A disc, a triangle, a square: the decision is told by its shape too, not by colour alone. */
const SHAPES: Readonly<Record<Decision, string>> = {
  APPROVE: 'M5 1.2a3.8 3.8 0 1 1 0 7.6a3.8 3.8 0 1 1 0-7.6z',
  REVIEW: 'M5 0.8L9.4 8.8H0.6z',
  DECLINE: 'M1.2 1.2h7.6v7.6H1.2z',
};

export function DecisionShape({ decision }: { decision: Decision }) {
  return (
    <svg class={`shape ${decision.toLowerCase()}`} viewBox="0 0 10 10" aria-hidden="true">
      <path d={SHAPES[decision]} />
    </svg>
  );
}

/** What to do with a payment: shape, colour and word. */
export function DecisionMark({ decision }: { decision: Decision | null | undefined }) {
  if (decision == null) return <span class="muted">not scored</span>;
  return (
    <span class={`decision ${decision.toLowerCase()}`}>
      <DecisionShape decision={decision} />
      {DECISION_WORDS[decision]}
    </span>
  );
}
