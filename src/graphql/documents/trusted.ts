import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { setImmediate as turn } from 'node:timers/promises';
import { messageOf } from '../../core/errors.js';
import { type Logger, silentLogger } from '../../core/logger.js';
import { readManifest, sha256 } from './manifest.js';

/** Larger manifests are refused. */
const MAX_BYTES = 64 * 1024 * 1024;

export interface TrustedOptions {
  /** Manifests; each has to be readable at the start. */
  readonly files: readonly string[];
  /** The manifest of the server's own page; may be missing, as the page may. */
  readonly ownFile?: string;
  /** What is wrong with a document, given the schema: a sentence for each mistake. */
  readonly check: (text: string) => readonly string[];
  readonly logger?: Logger;
  /** How often the files are looked at for changes, ms. Default 2 s. */
  readonly lookMs?: number;
}

/** What the files said when they could last be read. */
interface Known {
  /** By the id that its manifest gave it. */
  readonly byId: Map<string, string>;
  /** By the SHA-256 of the text. */
  readonly byHash: Map<string, string>;
  readonly texts: Set<string>;
  readonly problems: string[];
}
const nothing = (): Known => ({ byId: new Map(), byHash: new Map(), texts: new Set(), problems: [] });

/**
 * The documents that a team wrote itself and named in manifests. Read at the start, and again when a file changes: a change that cannot be
 * read is logged, and what was trusted before stays. A document that does not fit the schema is named in `problems` and stays known, so
 * that whoever asks for it learns what is wrong with it; the others are served.
 */
export class TrustedDocuments {
  readonly #options: TrustedOptions;
  readonly #logger: Logger;
  #known = nothing();
  /** What the files looked like just before they were read: what changes meanwhile is read again. */
  #seen = '';
  #looking = false;
  #looks: NodeJS.Timeout | undefined;

  private constructor(options: TrustedOptions) {
    this.#options = options;
    this.#logger = options.logger ?? silentLogger;
  }

  /** Trusts nothing. */
  static none(): TrustedDocuments {
    return new TrustedDocuments({ files: [], check: () => [] });
  }

  /**
   * Reads the manifests.
   * @throws Error naming the file that cannot be read, or is no manifest.
   */
  static async open(options: TrustedOptions): Promise<TrustedDocuments> {
    const trusted = new TrustedDocuments(options);
    trusted.#seen = await trusted.#signature();
    trusted.#known = await trusted.#read();
    // By looking, not by inotify: manifests are replaced by renaming, or mounted as links that are turned.
    trusted.#looks = setInterval(() => void trusted.#look(), options.lookMs ?? 2_000);
    trusted.#looks.unref();
    return trusted;
  }

  /** Documents that are trusted. */
  get size(): number {
    return this.#known.texts.size;
  }

  /** What is wrong in the manifests: a sentence for each entry that cannot be served, naming file and id. */
  get problems(): readonly string[] {
    return this.#known.problems;
  }

  /** The text of a document, by the id in its manifest. */
  byId(id: string): string | undefined {
    return this.#known.byId.get(id);
  }

  /** The text of a document, by its SHA-256 (hex), whatever its manifest calls it. */
  byHash(hash: string): string | undefined {
    return this.#known.byHash.get(hash);
  }

  /** Whether this is the text of a trusted document, to the letter. */
  has(text: string): boolean {
    return this.#known.texts.has(text);
  }

  /** Looks at the files no more. */
  close(): void {
    clearInterval(this.#looks);
  }

  /** Reads the files again if they changed. Never rejects. */
  async #look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    const signature = await this.#signature();
    if (signature !== this.#seen) {
      this.#seen = signature;
      try {
        this.#known = await this.#read();
        this.#logger.info({ documents: this.size }, 'The trusted documents were read again.');
        for (const problem of this.problems) this.#logger.warn({}, `A trusted document cannot be served: ${problem}`);
      } catch (error) {
        this.#logger.error({ error: messageOf(error) }, 'The trusted documents stay as they were.');
      }
    }
    this.#looking = false;
  }

  /** Differs when a file was changed, replaced or removed. */
  async #signature(): Promise<string> {
    const { files, ownFile } = this.#options;
    const looks = [...files, ...(ownFile === undefined ? [] : [ownFile])].map(async (file) => {
      const found = await stat(file, { bigint: true }).catch(() => null);
      return found === null ? 'none' : [found.ino, found.size, found.mtimeNs, found.ctimeNs].join(':');
    });
    return (await Promise.all(looks)).join(' ');
  }

  async #read(): Promise<Known> {
    const known = nothing();
    const { files, ownFile } = this.#options;
    for (const file of files) await this.#readFile(file, known);
    if (ownFile !== undefined && existsSync(ownFile)) await this.#readFile(ownFile, known);
    return known;
  }

  async #readFile(file: string, { byId, byHash, texts, problems }: Known): Promise<void> {
    const manifest = await manifestOf(file);
    problems.push(...manifest.problems.map((problem) => `${file}: ${problem}`));
    for (const { id, text } of manifest.entries) {
      const named = `${file}: ${JSON.stringify(id.slice(0, 80))}`;
      if ((byId.get(id) ?? text) !== text) {
        problems.push(`${named}: another document has this id`);
        continue;
      }
      byId.set(id, text);
      if (texts.has(text)) continue;
      texts.add(text);
      byHash.set(sha256(text), text);
      problems.push(...this.#options.check(text).map((mistake) => `${named}: ${mistake}`));
      await turn(); // a check takes about a millisecond: the server answers between them
    }
  }
}

async function manifestOf(file: string): Promise<ReturnType<typeof readManifest>> {
  try {
    const { size } = await stat(file);
    if (size > MAX_BYTES) throw new Error(`expected at most ${MAX_BYTES} bytes, got ${size}`);
    return readManifest(await readFile(file, 'utf8'));
  } catch (error) {
    throw new Error(`the trusted documents of ${file} cannot be read: ${messageOf(error)}`);
  }
}
