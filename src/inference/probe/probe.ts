import { type ChildProcess, fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { builtFile } from '../../core/built-file.js';
import { type ErrorCode, ScoregraphError } from '../../core/errors.js';
import type { WorkerOptions } from '../pool/protocol.js';
import type { TensorMap, VersionSource } from '../ports.js';
import { loadError } from '../runtimes/files.js';
import { watchMemory } from './memory.js';
import type { ProbeAnswer, ProbeRequest } from './protocol.js';

export interface ProberOptions extends WorkerOptions {
  /** Name and version of the engine: what passed on one has to pass on another again. */
  readonly engineVersion: string;
  /** For one version, the start of the process included, ms. */
  readonly timeoutMs: number;
  /** The most memory a probing process may use, MiB. */
  readonly memoryMb: number;
}
/** What a probe found: how the version runs. */
export interface Probed {
  readonly mode: string;
}

/** Change it when a probe looks at more, or models compile otherwise: what passed the old one has to pass the new one. */
const PROBE_VERSION = 2;
const NICE = 10;
/** A process that has nothing to probe waits this long for more: a folder often brings several versions. */
const LINGER_MS = 200;

interface Child {
  readonly process: ChildProcess;
  linger: NodeJS.Timeout | undefined;
}

/**
 * Probes versions in a process of their own before a worker loads them: one after the other, with a time and a memory limit, at low
 * priority. What passed is remembered by its content, so that a restart probes nothing twice.
 */
export class Prober {
  readonly #options: ProberOptions;
  #turn: Promise<unknown> = Promise.resolve();
  #child: Child | null = null;
  #closed = false;

  constructor(options: ProberOptions) {
    this.#options = options;
  }

  /**
   * Resolves when the version loaded, warmed up and answered finite numbers for `rows`.
   * @throws ScoregraphError MODEL_UNAVAILABLE with what `Runtime.load` says, or reason `NON_FINITE_OUTPUT`, `LOAD_TIMEOUT`,
   * `OUT_OF_MEMORY` or `LOAD_CRASHED`.
   */
  probe(source: VersionSource, warmUp: readonly number[], rows: TensorMap): Promise<Probed> {
    const turn = this.#turn.then(async () => {
      const known = this.#recall(source);
      if (known !== null) return known;
      const fresh = this.#child === null;
      const probed = await this.#run(source, warmUp, rows).catch((error) => {
        // A process that probed others before may have been broken by them: it has its chance alone.
        if (fresh || !(error instanceof ScoregraphError) || error.details.reason !== 'LOAD_CRASHED') throw error;
        return this.#run(source, warmUp, rows);
      });
      this.#remember(source, probed);
      return probed;
    });
    this.#turn = turn.catch(() => {});
    return turn;
  }

  /** Ends the process; a probe under way fails. */
  close(): void {
    this.#closed = true;
    this.#end();
  }

  #run(source: VersionSource, warmUp: readonly number[], rows: TensorMap): Promise<Probed> {
    const { engine, cacheDir, timeoutMs, memoryMb } = this.#options;
    if (this.#closed) return Promise.reject(loadError(source, 'SHUTTING_DOWN', 'the server is shutting down'));
    this.#child ??= this.#start();
    const child = this.#child;
    clearTimeout(child.linger);
    return new Promise<Probed>((resolve, reject) => {
      const settle = (end: boolean, tell: () => void) => {
        clearTimeout(timer);
        stopWatching();
        child.process.off('message', hear).off('exit', died).off('error', failed);
        if (end) this.#end();
        else {
          child.linger = setTimeout(() => this.#end(), LINGER_MS);
        }
        tell();
      };
      const refuse = (reason: string, message: string) =>
        settle(true, () => reject(loadError(source, reason, message)));
      const hear = (answer: ProbeAnswer) => {
        if (answer.kind === 'ready') return;
        if (answer.kind === 'passed') {
          settle(false, () => resolve({ mode: answer.mode }));
          return;
        }
        const { code, message, reason } = answer.error;
        settle(false, () =>
          reject(
            code === null
              ? loadError(source, 'LOAD_FAILED', message)
              : new ScoregraphError(code as ErrorCode, message, {
                  model: source.model,
                  version: source.version,
                  ...(reason === null ? {} : { reason }),
                }),
          ),
        );
      };
      const died = (code: number | null, signal: string | null) =>
        refuse('LOAD_CRASHED', `loading it ended the process that tried it (${signal ?? `code ${code}`})`);
      const failed = (error: Error) => refuse('LOAD_CRASHED', `it could not be tried: ${error.message}`);
      const timer = setTimeout(
        () => refuse('LOAD_TIMEOUT', `expected it to load within ${timeoutMs} ms; it did not`),
        timeoutMs,
      );
      const stopWatching = watchMemory(child.process.pid, memoryMb * 1024 * 1024, (bytes) =>
        refuse(
          'OUT_OF_MEMORY',
          `expected it to load within ${memoryMb} MiB; it took ${Math.round(bytes / 1024 / 1024)} MiB`,
        ),
      );
      child.process.on('message', hear).on('exit', died).on('error', failed);
      const request: ProbeRequest = { options: { engine, cacheDir }, source, warmUp, rows };
      child.process.send(request);
    });
  }

  #start(): Child {
    const process = fork(fileURLToPath(builtFile(import.meta.url, 'child.js')), [], {
      serialization: 'advanced',
      execArgv: [`--max-old-space-size=${this.#options.memoryMb}`],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    process.on('error', () => {}); // whoever probes hears of it
    if (process.pid !== undefined) {
      try {
        setPriority(process.pid, NICE);
      } catch {
        // it has ended already; the probe will say so
      }
    }
    return { process, linger: undefined };
  }

  #end(): void {
    const child = this.#child;
    this.#child = null;
    if (child === null) return;
    clearTimeout(child.linger);
    child.process.kill('SIGKILL');
  }

  #noteOf({ sha256 }: VersionSource): string | null {
    const { cacheDir, engine, engineVersion } = this.#options;
    if (cacheDir === null) return null;
    const key = createHash('sha256').update(`${PROBE_VERSION}\0${engine}\0${engineVersion}\0${sha256}`).digest('hex');
    return join(cacheDir, 'probed', `${key}.json`);
  }

  #recall(source: VersionSource): Probed | null {
    const file = this.#noteOf(source);
    if (file === null) return null;
    try {
      const { mode } = JSON.parse(readFileSync(file, 'utf8'));
      return typeof mode === 'string' ? { mode } : null;
    } catch {
      return null;
    }
  }

  #remember(source: VersionSource, probed: Probed): void {
    const file = this.#noteOf(source);
    if (file === null) return;
    try {
      mkdirSync(join(file, '..'), { recursive: true });
      writeFileSync(`${file}.new`, JSON.stringify(probed));
      renameSync(`${file}.new`, file);
    } catch {
      // a cache that cannot be written costs a probe at the next start
    }
  }
}
