/** How many rows a data set had, and what became of those that were not used: for the card, and for whoever brings their own data. */
export class DataQuality {
  readonly #counts = new Map<string, number>();
  #rows = 0;

  /** Counts a row that was read. */
  row(): void {
    this.#rows++;
  }
  /** Counts something that is peculiar about a row: why it was left out, or that it was kept in spite of it. */
  note(what: string): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + 1);
  }
  count(what: string): number {
    return this.#counts.get(what) ?? 0;
  }

  /** For `version.json`: rows, and each peculiarity with its count. */
  toJSON(): Record<string, number> {
    return { rows: this.#rows, ...Object.fromEntries([...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1))) };
  }

  /** For people, one line each, with shares. */
  lines(): string[] {
    const { rows, ...counts } = this.toJSON();
    const share = (n: number) => `${((100 * n) / Math.max(1, this.#rows)).toFixed(1)} %`;
    return [
      `${rows!.toLocaleString('en')} rows read`,
      ...Object.entries(counts).map(([what, n]) => `  ${what.padEnd(40)} ${n.toLocaleString('en')} (${share(n)})`),
    ];
  }

  /**
   * Refuses data of which more than `most` (a share of the rows) are so.
   * @throws Error saying how many they are and how many were expected at most.
   */
  atMost(what: string, most: number, path: string): void {
    const found = this.count(what);
    if (found <= most * this.#rows) return;
    throw new Error(
      `${path}: expected at most ${100 * most} % of the rows to be "${what}", got ${found} of ${this.#rows}: a model of them would be wrong`,
    );
  }
}
