import type { FoundModel } from './found.js';
import type { ModelManifest } from './ports.js';

/** Models that are looked at file by file in one look, beside those whose folder changed. */
const AT_ONCE = 16;

/**
 * What earlier looks at the models folder found. Of a few models all are looked at each time; of many, those whose own folder shows that
 * something came or went, and of the others some in turn: a look at a hundred models costs a few hundred questions to the file system less.
 */
export class EarlierLooks {
  /** Manifests as they were read last, by model: one whose file has not changed is not read again. */
  readonly manifests = new Map<string, { readonly fingerprint: string; readonly manifest: ModelManifest }>();
  readonly #models = new Map<string, { readonly mark: string; readonly found: FoundModel }>();
  #looks = 0;
  #groups = 1;

  /** A look begins that found folders of these names; what is known of others is forgotten. */
  begin(names: readonly string[]): void {
    this.#looks++;
    this.#groups = Math.ceil(names.length / AT_ONCE);
    const here = new Set(names);
    for (const known of [this.manifests, this.#models])
      for (const name of known.keys()) if (!here.has(name)) known.delete(name);
  }

  /** What was found in the `place`-th folder, which bears this mark, if it need not be looked at this time. */
  still(name: string, place: number, mark: string): FoundModel | null {
    const known = this.#models.get(name);
    const isItsTurn = (place + this.#looks) % this.#groups === 0;
    return known === undefined || known.mark !== mark || isItsTurn ? null : known.found;
  }

  /** Notes what was found. Folders with anything wrong or unfinished in them (null) are looked at each time. */
  note(name: string, mark: string, found: FoundModel | null): void {
    if (found === null) this.#models.delete(name);
    else this.#models.set(name, { mark, found });
  }
}
