/** How often live values are drawn at most: quicker than that nobody reads, and a burst must not keep the page busy. */
const EVERY_MS = 200;

/** Calls `act` soon, once for all the times it was asked for meanwhile. */
export function coalesced(act: () => void, everyMs = EVERY_MS): () => void {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    setTimeout(() => {
      waiting = false;
      act();
    }, everyMs);
  };
}
