import type { Clock } from '../core/clock.js';
import type { Row, RowResult } from './ports.js';

/**
 * Answers by model, resolved version and the row's own bytes: never by model alone, so a new version cannot answer with an
 * old one's numbers. Bounded in entries (the least recently used goes) and age.
 */
export class PredictionCache {
  readonly #entries = new Map<string, { result: RowResult; at: number }>();
  readonly #maxEntries: number;
  readonly #maxAgeMs: number;
  readonly #clock: Clock;

  constructor(options: { maxEntries: number; maxAgeMs: number; clock: Clock }) {
    this.#maxEntries = options.maxEntries;
    this.#maxAgeMs = options.maxAgeMs;
    this.#clock = options.clock;
  }

  get size(): number {
    return this.#entries.size;
  }

  clear(): void {
    this.#entries.clear();
  }

  /** The key of a row for one version. */
  static key(model: string, version: number, { inputs, topK }: Row): string {
    let key = `${model}/${version}`;
    for (const name of Object.keys(inputs).sort()) {
      const { buffer, byteOffset, byteLength } = inputs[name]!;
      key += `/${name}:${Buffer.from(buffer, byteOffset, byteLength).toString('latin1')}`;
    }
    return topK === undefined ? key : `${key}/${topK.output}:${topK.k}:${topK.exclude?.join(',') ?? ''}`;
  }

  get(key: string): RowResult | null {
    const entry = this.#entries.get(key);
    if (entry === undefined) return null;
    this.#entries.delete(key);
    if (this.#clock.monotonic() - entry.at > this.#maxAgeMs) return null;
    this.#entries.set(key, entry); // the newest use goes to the end
    return entry.result;
  }

  set(key: string, result: RowResult): void {
    this.#entries.delete(key);
    if (this.#entries.size >= this.#maxEntries) {
      for (const oldest of this.#entries.keys()) {
        this.#entries.delete(oldest);
        break;
      }
    }
    this.#entries.set(key, { result, at: this.#clock.monotonic() });
  }
}
