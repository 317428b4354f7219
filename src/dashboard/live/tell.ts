import { signal } from '@preact/signals';

/** What a screen reader is told: sparingly, since the page moves all the time. */
export const announcement = signal('');

/** Says it once, politely. */
export function tell(text: string): void {
  announcement.value = text;
}
