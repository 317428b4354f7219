import { announcements } from '../live/tell.js';

/** What a screen reader is told, and nobody sees. A log: what is added is said, and what came just before is not cut off by it. */
export function Announcements() {
  return (
    <div class="sr-only" role="log" aria-live="polite">
      {announcements.value.map(({ id, text }) => (
        <p key={id}>{text}</p>
      ))}
    </div>
  );
}
