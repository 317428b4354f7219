import type { IncomingHttpHeaders } from 'node:http';
import { HeaderMap } from '@apollo/server';

/**
 * A request's headers as Apollo and its plugins read them, without a copy: asking for one, which is all that most requests see,
 * looks at what Node parsed. Going through them or changing one copies them first, so that the request itself stays as it came.
 */
export class RequestHeaders extends HeaderMap {
  readonly #parsed: IncomingHttpHeaders;
  #isCopied = false;

  /** `parsed`: of `IncomingMessage`, names in lower case. */
  constructor(parsed: IncomingHttpHeaders) {
    super();
    this.#parsed = parsed;
  }

  override get(name: string): string | undefined {
    return this.#isCopied ? super.get(name) : textOf(this.#parsed[name.toLowerCase()]);
  }

  override has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  override get size(): number {
    this.#copy();
    return super.size;
  }

  override set(name: string, value: string): this {
    this.#copy();
    return super.set(name, value);
  }

  override delete(name: string): boolean {
    this.#copy();
    return super.delete(name);
  }

  override clear(): void {
    this.#isCopied = true;
    super.clear();
  }

  override forEach(each: (value: string, name: string, map: Map<string, string>) => void, self?: unknown): void {
    this.#copy();
    super.forEach(each, self);
  }

  override entries() {
    this.#copy();
    return super.entries();
  }

  override keys() {
    this.#copy();
    return super.keys();
  }

  override values() {
    this.#copy();
    return super.values();
  }

  override [Symbol.iterator]() {
    return this.entries();
  }

  #copy(): void {
    if (this.#isCopied) return;
    this.#isCopied = true;
    for (const name in this.#parsed) {
      const value = textOf(this.#parsed[name]);
      if (value !== undefined) super.set(name, value);
    }
  }
}

/** Node keeps a few headers as lists. What is no text is no header: Node's object has a `constructor` too. */
function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return Array.isArray(value) ? value.join(', ') : undefined;
}
