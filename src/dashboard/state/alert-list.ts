/** What the list needs of an alert. */
export interface ListedAlert {
  readonly alertId: string;
  readonly raisedAt: string;
  readonly state: 'OPEN' | 'ACKNOWLEDGED' | 'CLEARED';
}

/** Cleared alerts stay to be seen for a while: so many at most. */
const CLEARED_KEPT = 20;
const ALL_KEPT = 500;
const RANK = { OPEN: 0, ACKNOWLEDGED: 1, CLEARED: 2 } as const;

/**
 * Alerts with the newest word on each: the open ones first, the newest of them first. Takes what a page of standing alerts and
 * what the stream says, in any order. Bounded.
 */
export class AlertList<A extends ListedAlert> {
  #alerts = new Map<string, A>();

  /** An alert never goes back to an earlier state: an older word about it is not taken. */
  put(alert: A): void {
    const known = this.#alerts.get(alert.alertId);
    if (known !== undefined && RANK[known.state] > RANK[alert.state]) return;
    this.#alerts.set(alert.alertId, alert);
    this.#trim();
  }

  /** Everything again from a fresh page: what stands no more is dropped. */
  replace(standing: readonly A[]): void {
    this.#alerts = new Map();
    for (const alert of standing) this.put(alert);
  }

  list(): A[] {
    return [...this.#alerts.values()].sort(
      (a, b) => RANK[a.state] - RANK[b.state] || (a.raisedAt < b.raisedAt ? 1 : a.raisedAt > b.raisedAt ? -1 : 0),
    );
  }

  get open(): number {
    return this.#count('OPEN');
  }

  /** The oldest cleared ones go first; the list is in the order of what to keep. */
  #trim(): void {
    let cleared = this.#count('CLEARED');
    if (cleared <= CLEARED_KEPT && this.#alerts.size <= ALL_KEPT) return;
    for (const { alertId, state } of this.list().toReversed()) {
      const excess = state === 'CLEARED' && cleared > CLEARED_KEPT;
      if (!excess && this.#alerts.size <= ALL_KEPT) return;
      this.#alerts.delete(alertId);
      if (state === 'CLEARED') cleared--;
    }
  }

  #count(state: ListedAlert['state']): number {
    let n = 0;
    for (const alert of this.#alerts.values()) if (alert.state === state) n++;
    return n;
  }
}
