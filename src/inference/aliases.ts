/** The alias that answers when nobody asks for another. */
export const CHAMPION = 'champion';

/** What an alias means, and what it meant before. */
export interface AliasState {
  readonly version: number;
  /** What it meant before, the newest last: what `rollBackModel` goes back to. */
  readonly history: readonly number[];
  /** The newest version it ever meant: `promotion: auto` looks only beyond it, not back to what was rolled back. */
  readonly highest: number;
  readonly reason: string | null;
  /** Who moved it: a principal, or `system`. */
  readonly by: string;
  /** Milliseconds UTC. */
  readonly changedAt: number;
}
/** A wish to move an alias. */
export interface AliasMove {
  readonly model: string;
  readonly alias: string;
  readonly version: number;
  readonly reason: string;
}

/** How many earlier versions an alias remembers. */
const MAX_HISTORY = 20;

/** What the aliases of all models mean now. Not durable by itself: what changes it is on the event log (flows/model-aliases.ts). */
export class AliasBook {
  /** Grows whenever an alias is moved. */
  changes = 0;
  readonly #models = new Map<string, Map<string, AliasState>>();
  readonly #routed = new Map<string, readonly number[]>();

  get(model: string, alias: string): AliasState | null {
    return this.#models.get(model)?.get(alias) ?? null;
  }
  /** Aliases of a model with what they mean. */
  of(model: string): ReadonlyMap<string, AliasState> {
    return this.#models.get(model) ?? NONE;
  }
  /** The versions of a model that have a name, or that its routing policy needs. */
  aliased(model: string): Set<number> {
    return new Set([...[...this.of(model).values()].map(({ version }) => version), ...this.routed(model)]);
  }
  /** The versions that a model's routing policy needs. */
  routed(model: string): readonly number[] {
    return this.#routed.get(model) ?? [];
  }
  /** Says which versions a model's routing policy needs: they stay loaded as named ones do. */
  setRouted(model: string, versions: readonly number[]): void {
    this.#routed.set(model, versions);
  }
  set(model: string, alias: string, state: AliasState): void {
    let aliases = this.#models.get(model);
    if (aliases === undefined) {
      aliases = new Map();
      this.#models.set(model, aliases);
    }
    aliases.set(alias, state);
    this.changes++;
  }

  /** How an alias would stand after a move. Does not move it. */
  moved({ model, alias, version, reason }: AliasMove, by: string, changedAt: number): AliasState {
    const before = this.get(model, alias);
    const history = before === null ? [] : [...before.history, before.version].slice(-MAX_HISTORY);
    return { version, history, highest: Math.max(version, before?.highest ?? 0), reason, by, changedAt };
  }
}

const NONE: ReadonlyMap<string, AliasState> = new Map();
