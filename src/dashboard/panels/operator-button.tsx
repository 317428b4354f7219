import type { ComponentChildren } from 'preact';
import { whyNot } from '../live/operations.js';

/**
 * A button for operators. Where it cannot be pressed it says why: as its title, and to screen readers.
 * @param not another reason why it cannot be pressed now; null or absent: none
 * @param ofAll whether it needs a caller who may hear of all customers; default true
 */
export function OperatorButton(props: {
  readonly children: ComponentChildren;
  readonly onClick: () => void;
  readonly not?: string | null | undefined;
  readonly ofAll?: boolean;
  readonly class?: string;
  /** What screen readers hear after the button's own words: which of the many like it this one is. */
  readonly about?: string;
  readonly 'data-testid'?: string;
}) {
  const { children, onClick, not = null, ofAll = true, about, ...rest } = props;
  const why = whyNot(ofAll) ?? not;
  return (
    <button
      type="button"
      disabled={why !== null}
      title={why ?? undefined}
      aria-description={why ?? undefined}
      onClick={onClick}
      {...rest}
    >
      {children}
      {about !== undefined && <span class="sr-only"> {about}</span>}
    </button>
  );
}
