/** How many rows a data set had, and what became of those that were not used: for the card, and for whoever brings their own data. */
export class DataQuality {
  readonly #counts: Map<string, number>;
  readonly #first = new Map<string, string>();
  #rows = 0;

  /** `expected`: peculiarities that are looked for, and are reported even when no row is so. */
  constructor(expected: readonly string[] = []) {
    this.#counts = new Map(expected.map((what) => [what, 0]));
  }

  /** Counts a row that was read. */
  row(): void {
    this.#rows++;
  }
  /**
   * Counts something that is peculiar about a row: why it was left out, or that it was kept in spite of it. `where` says which
   * row it is and what stands there; the first one is told in reports and errors.
   */
  note(what: string, where?: string): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + 1);
    if (where !== undefined && !this.#first.has(what)) this.#first.set(what, where);
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
    const width = Math.max(40, ...Object.keys(counts).map((what) => what.length));
    const share = (n: number) => `${((100 * n) / Math.max(1, this.#rows)).toFixed(1)} %`;
    return [
      `${rows!.toLocaleString('en')} rows read`,
      ...Object.entries(counts).map(([what, n]) => {
        const first = this.#first.get(what);
        return `  ${what.padEnd(width)} ${n.toLocaleString('en')} (${share(n)})${first === undefined ? '' : `, first ${first}`}`;
      }),
    ];
  }

  /**
   * Refuses data of which more than `most` (a share of the rows) are so; `what` is one peculiarity, or several taken together.
   * @throws Error saying how many they are, how many were expected at most, and which was the first of the commonest.
   */
  atMost(what: string | readonly string[], most: number, path: string): void {
    const kinds = (typeof what === 'string' ? [what] : what).filter((kind) => this.count(kind) > 0);
    const found = kinds.reduce((sum, kind) => sum + this.count(kind), 0);
    if (found <= most * this.#rows) return;
    kinds.sort((a, b) => this.count(b) - this.count(a));
    const first = this.#first.get(kinds[0]!);
    throw new Error(
      `${path}: expected at most ${100 * most} % of the rows to be ${kinds.map((kind) => `"${kind}"`).join(' or ')}, got ${found} of ${this.#rows}${first === undefined ? '' : ` (first ${first})`}: a model of them would be wrong`,
    );
  }
}
