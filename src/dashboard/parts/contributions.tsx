import type { WhyFragment } from '../__generated__/graphql.js';

const plain = (n: number) => `${n < 0 ? '−' : ''}${Math.abs(n).toFixed(1)}`;
const signed = (n: number) => (n < 0 ? plain(n) : `+${plain(n)}`);

/** What each fact did to a score, strongest first: bars from a common middle, upwards to the right. */
export function Contributions({ why, brief = false }: { why: WhyFragment; brief?: boolean }) {
  const largest = Math.max(0.01, ...why.contributions.map(({ contribution }) => Math.abs(contribution)));
  return (
    <div class="contributions">
      <ol>
        {why.contributions.map(({ name, contribution, sentence }) => (
          <li key={name}>
            <span class="contribution-text">
              <span class="contribution-name">{name}</span>
              <span class="muted">{sentence}</span>
            </span>
            <span class="contribution-bar" aria-hidden="true">
              <span
                class={contribution < 0 ? 'lowers' : 'raises'}
                style={{ width: `${(50 * Math.abs(contribution)) / largest}%` }}
              />
            </span>
            <span class="number contribution-value">
              <span class="sr-only">{contribution < 0 ? 'lowers it by' : 'raises it by'} </span>
              {signed(contribution)}
            </span>
          </li>
        ))}
      </ol>
      {!brief && (
        <p class="sum">
          A typical one stands at <b class="number">{plain(why.baseline)}</b>; with these
          {Math.abs(why.rest) >= 0.05 && (
            <>
              {' '}
              and all others (<b class="number">{signed(why.rest)}</b>)
            </>
          )}{' '}
          it comes to <b class="number">{plain(why.score)}</b>, in {why.unit}.
        </p>
      )}
    </div>
  );
}
