/** Where a version is between its folder and its end. */
export type VersionState = 'START' | 'LOADING' | 'AVAILABLE' | 'UNLOADING' | 'END';

/** A sign beside the word, for those who see no colours. */
const SIGNS: Readonly<Record<VersionState, string>> = {
  START: '○',
  LOADING: '◐',
  AVAILABLE: '●',
  UNLOADING: '◑',
  END: '✕',
};

export function StateMark({ state }: { state: VersionState }) {
  const word = state.toLowerCase();
  return (
    <span class={`model-state ${word}`}>
      <span aria-hidden="true">{SIGNS[state]}</span> {word}
    </span>
  );
}
