import { signal } from '@preact/signals';

/** What the page is waiting for, in a sentence, while a server that is too busy is asked again; null else. */
export const busy = signal<string | null>(null);

let timer: ReturnType<typeof setTimeout> | undefined;

/** Says so until `ms` from now; who asks again says it again if it is still so. */
export function sayBusy(rateLimited: boolean, ms: number): void {
  const when = ms < 1_500 ? 'in a moment' : `in ${Math.round(ms / 1_000)} s`;
  busy.value = `${rateLimited ? 'Your share of the server is used up' : 'The server is busy'}, asking again ${when}`;
  clearTimeout(timer);
  timer = setTimeout(() => {
    busy.value = null;
  }, ms + 300);
}
