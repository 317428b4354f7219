import { CHAMPION } from './aliases.js';
import type { RegisteredModel, Registry } from './registry.js';
import type { Router } from './router.js';

/** Microseconds a row is taken to cost before any was computed. */
export const UNMEASURED_ROW_MICROSECONDS = 50;
/** How much the newest interval counts in the average … */
const WEIGHT = 0.2;
/** … when so many rows were computed in it; fewer count less: one row that a busy machine made wait is no price of the next thousand. */
const ENOUGH_ROWS = 64;
/** Bounds of what is believed, in microseconds: a stalled machine is not a price. */
const LEAST = 0.1;
const MOST = 100_000;

/** What a row costs, in milliseconds; the number is brought up to date. */
export interface RowPrice {
  readonly rowMs: number;
}

class Measured implements RowPrice {
  rowMs = UNMEASURED_ROW_MICROSECONDS / 1_000;
  #rows = 0;
  #seconds = 0;
  #known = false;

  /** Takes the counters of the version since it was loaded. */
  observe(rows: number, computeSeconds: number): void {
    const newRows = rows - this.#rows;
    const newSeconds = computeSeconds - this.#seconds;
    this.#rows = rows;
    this.#seconds = computeSeconds;
    if (newRows <= 0 || newSeconds < 0) return; // nothing was computed, or it was loaded anew
    const sample = Math.min(MOST, Math.max(LEAST, (newSeconds * 1e6) / newRows)) / 1_000;
    const weight = (this.#known ? WEIGHT : 1) * Math.min(1, newRows / ENOUGH_ROWS);
    this.rowMs += weight * (sample - this.rowMs);
    this.#known ||= newRows >= ENOUGH_ROWS;
  }
}

/** Follows the version that answers by default. */
class Usual implements RowPrice {
  current: RowPrice = new Measured();
  get rowMs(): number {
    return this.current.rowMs;
  }
}

interface Known {
  readonly usual: Usual;
  readonly versions: Map<number, Measured>;
  aliases: readonly { readonly name: string; readonly version: number }[];
}

/**
 * What a row of each version costs: the moving average of its compute time, taken from the registry's counters when `refresh` is called (each
 * second), so that nothing is measured where rows are computed. Larger batches make rows cheaper, so a busy server's prices are lower.
 */
export class RowCosts {
  readonly #registry: Registry;
  readonly #router: Router;
  readonly #models = new Map<string, Known>();

  constructor(registry: Registry, router: Router) {
    this.#registry = registry;
    this.#router = router;
    this.refresh();
  }

  /** Looks at the counters again. */
  refresh(): void {
    for (const model of this.#registry.list()) this.#observe(model);
  }

  /** The price of the version that answers when nobody asks for another. Keep it: it stays up to date. */
  of(model: string): RowPrice {
    return this.#known(model).usual;
  }

  /** The price of the version that a selector means; of the usual one where it means none. */
  selected(model: string, selector: unknown): RowPrice {
    const known = this.#known(model);
    if (typeof selector !== 'object' || selector === null) return known.usual;
    const { version, alias } = selector as { version?: unknown; alias?: unknown };
    const number = typeof version === 'number' ? version : known.aliases.find(({ name }) => name === alias)?.version;
    return (number === undefined ? undefined : known.versions.get(number)) ?? known.usual;
  }

  /** Microseconds a row of a version costs. */
  rowMicroseconds(model: string, version: number): number {
    const price = this.#models.get(model)?.versions.get(version);
    return price === undefined ? UNMEASURED_ROW_MICROSECONDS : price.rowMs * 1_000;
  }

  #known(model: string): Known {
    let known = this.#models.get(model);
    if (known === undefined) {
      known = { usual: new Usual(), versions: new Map(), aliases: [] };
      this.#models.set(model, known);
    }
    return known;
  }

  #observe(model: RegisteredModel): void {
    const known = this.#known(model.name);
    for (const { number, statistics } of model.versions) {
      let measured = known.versions.get(number);
      if (measured === undefined) {
        measured = new Measured();
        known.versions.set(number, measured);
      }
      measured.observe(statistics.rows, statistics.computeSeconds);
    }
    known.aliases = this.#router.aliases(model);
    const champion = known.aliases.find(({ name }) => name === CHAMPION)?.version;
    const price = champion === undefined ? undefined : known.versions.get(champion);
    if (price !== undefined) known.usual.current = price;
  }
}
