import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';

const useFile = z.record(z.string().regex(/^[0-9a-f]{8}$/), z.int());

/** When each key was last used, by its prefix, milliseconds UTC; nothing where that is not known. */
export function readKeyUse(file: string): Readonly<Record<string, number>> {
  try {
    return useFile.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return {}; // it says nothing about who gets in: without it, keys are only not known to have been used
  }
}

/** Notes when keys are used and writes it down now and then, beside the keys: they themselves are written by their maker only. */
export class KeyUse {
  readonly #file: string;
  readonly #used: Map<string, number>;
  #written = true;

  constructor(file: string) {
    this.#file = file;
    this.#used = new Map(Object.entries(readKeyUse(file)));
  }

  note(prefix: string, now: number): void {
    this.#used.set(prefix, now);
    this.#written = false;
  }

  /** Forgets keys that `isKept` does not know, and writes the rest. A disk that takes nothing is tried again the next time. */
  write(isKept: (prefix: string) => boolean): void {
    if (this.#written) return;
    for (const prefix of this.#used.keys()) if (!isKept(prefix)) this.#used.delete(prefix);
    try {
      const temporary = `${this.#file}.tmp`;
      writeFileSync(temporary, JSON.stringify(Object.fromEntries(this.#used)), { mode: 0o600 });
      renameSync(temporary, this.#file);
      this.#written = true;
    } catch {
      // Nobody is kept out because it cannot be noted that they came in.
    }
  }
}

/** The file beside `apiKeyFile`. */
export const keyUseFileOf = (apiKeyFile: string) => apiKeyFile.replace(/(\.json)?$/, '-use.json');
