import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { messageOf } from '../core/errors.js';
import type { Logger } from '../core/logger.js';
import type { Gauge } from '../core/metrics.js';

/** How often the files are looked at. */
const LOOK_MS = 2_000;

/** Where a certificate (PEM, with its chain behind it) and its private key (PEM, without a passphrase) are. */
export interface TlsFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

/** What goes into a TLS server. */
export interface TlsPair {
  readonly cert: Buffer;
  readonly key: Buffer;
  /** When the certificate ends, epoch ms. */
  readonly expiresAt: number;
}

/**
 * Reads a certificate and its key, and checks that they belong together.
 * @throws Error with a sentence that names the file.
 */
export async function readTlsPair({ certFile, keyFile }: TlsFiles): Promise<TlsPair> {
  const [cert, key] = await Promise.all([read(certFile, 'certificate'), read(keyFile, 'key')]);
  const certificate = parsed(certFile, 'a certificate in PEM', () => new X509Certificate(cert));
  const privateKey = parsed(keyFile, 'a private key in PEM without a passphrase', () => createPrivateKey(key));
  if (!certificate.checkPrivateKey(privateKey))
    throw new Error(`The TLS key in ${keyFile} does not belong to the certificate in ${certFile}.`);
  parsed(certFile, 'a certificate and its chain', () => createSecureContext({ cert, key }));
  return { cert, key, expiresAt: Date.parse(certificate.validTo) };
}

async function read(path: string, what: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new Error(`The TLS ${what} could not be read: ${messageOf(error)}`, { cause: error });
  }
}

function parsed<T>(path: string, expected: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new Error(`${path}: expected ${expected} (${messageOf(error)})`, { cause: error });
  }
}

/**
 * Follows the files: a renewed pair is used for connections that come, without a restart. One that cannot be used is told in the
 * log, and the old one stays.
 */
export class TlsRenewal {
  readonly #files: TlsFiles;
  readonly #use: (pair: TlsPair) => void;
  readonly #logger: Logger;
  readonly #expires: Gauge;
  readonly #timer: NodeJS.Timeout;
  #pair: TlsPair;
  /** The files' state that was tried last, and that of the last look. */
  #tried: string | null = null;
  #seen: string | null = null;
  #looking: Promise<void> = Promise.resolve();

  /** `pair`: what is in use. `use` is called with each later one. `expires`: set to the end of the certificate, epoch seconds. */
  constructor(
    files: TlsFiles,
    pair: TlsPair,
    options: { use: (pair: TlsPair) => void; logger: Logger; expires: Gauge; lookMs?: number | undefined },
  ) {
    this.#files = files;
    this.#pair = pair;
    this.#use = options.use;
    this.#logger = options.logger;
    this.#expires = options.expires;
    this.#took(pair);
    this.#timer = setInterval(() => {
      this.#looking = this.#looking.then(() => this.#look());
    }, options.lookMs ?? LOOK_MS);
    this.#timer.unref();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
  }

  /** Never rejects. */
  async #look(): Promise<void> {
    const state = await this.#state();
    // Two files cannot be replaced at one instant: they are read when they stood still between two looks.
    const stands = state === this.#seen;
    this.#seen = state;
    if (!stands || state === this.#tried) return;
    this.#tried = state;
    try {
      const pair = await readTlsPair(this.#files);
      if (pair.cert.equals(this.#pair.cert) && pair.key.equals(this.#pair.key)) return;
      this.#use(pair);
      this.#took(pair);
      this.#logger.info({ expires: new Date(pair.expiresAt).toISOString() }, 'A new TLS certificate is in use.');
    } catch (error) {
      this.#logger.error({ error: messageOf(error) }, 'The new TLS certificate cannot be used; the old one stays.');
    }
  }

  /** What tells a file from another at the same path; links are followed. */
  async #state(): Promise<string> {
    const of = async (path: string) => {
      try {
        const { ino, mtimeMs, size } = await stat(path);
        return `${ino} ${mtimeMs} ${size}`;
      } catch (error) {
        return (error as NodeJS.ErrnoException).code;
      }
    };
    return `${await of(this.#files.certFile)}, ${await of(this.#files.keyFile)}`;
  }

  #took(pair: TlsPair): void {
    this.#pair = pair;
    this.#expires.set(pair.expiresAt / 1_000);
    if (pair.expiresAt < Date.now())
      this.#logger.warn(
        { expired: new Date(pair.expiresAt).toISOString() },
        'The TLS certificate has expired: clients will refuse it.',
      );
  }
}
