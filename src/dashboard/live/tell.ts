import { signal } from '@preact/signals';

/** More than are said before the next ones come. */
const KEPT = 5;

/** What a screen reader is told, the newest last: sparingly, since the page moves all the time. */
export const announcements = signal<readonly { readonly id: number; readonly text: string }[]>([]);
let told = 0;

/** Says it once, politely, after what was said before. */
export function tell(text: string): void {
  announcements.value = [...announcements.value.slice(1 - KEPT), { id: told++, text }];
}
