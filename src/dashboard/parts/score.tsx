import { percent } from '../state/format.js';
import type { Decision } from '../state/ticker.js';
import { DecisionShape } from './decision.js';

/**
 * A probability as number and bar. The bar says nothing that the number does not. On a phone there is no column for the decision:
 * its shape stands in for the bar.
 */
export function Score({ probability, decision }: { probability: number | null; decision: Decision | null }) {
  if (probability === null) return <span class="muted">–</span>;
  return (
    <span class="score">
      <span class="score-bar" aria-hidden="true">
        <span
          class={`score-fill ${(decision ?? 'APPROVE').toLowerCase()}`}
          style={{ transform: `scaleX(${Math.max(0.015, probability)})` }}
        />
      </span>
      <span class="number">{percent(probability)}</span>
      {decision !== null && <DecisionShape decision={decision} />}
    </span>
  );
}
