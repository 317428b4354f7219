import type { Clock } from '../core/clock.js';
import { messageOf } from '../core/errors.js';
import type { Logger } from '../core/logger.js';
import { type AliasBook, type AliasMove, CHAMPION } from './aliases.js';
import { EarlierLooks } from './earlier-looks.js';
import type { FoundModel, Problem } from './found.js';
import { wanted } from './policy.js';
import type { ModelManifest } from './ports.js';
import { folderReason, type RegisteredModel, type RegisteredVersion, type Registry } from './registry.js';
import { scanModels } from './repository.js';
import { EVICTED, type Residency } from './residency.js';

/** Why a manifest may not be served, and the one that counts instead; null: the model is not served at all. */
export interface ManifestRefusal {
  readonly reason: string;
  readonly message: string;
  readonly instead: ModelManifest | null;
}
export interface LifecycleOptions {
  readonly registry: Registry;
  readonly residency: Residency;
  readonly aliases: AliasBook;
  readonly modelsDir: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Moves an alias, durably where there is something durable. Default: in the book alone. */
  readonly moveAlias?: ((move: AliasMove) => Promise<void>) | undefined;
  /** Whether a manifest may be served; null: it may. Default: all may. */
  readonly admit?: ((manifest: ModelManifest) => ManifestRefusal | null) | undefined;
  /** How often the folder is looked at, ms; 0: never again after the start. Default 0. */
  readonly pollMs?: number | undefined;
}

export const NOT_IN_POLICY = 'not loaded by the version policy';
const GONE = 'its folder is gone';

/**
 * What is loaded: watches the models folder and brings the versions to what policies, aliases and explicit wishes say. What is done to a
 * model is done one thing after the other.
 */
export class ModelLifecycle {
  readonly #options: LifecycleOptions;
  readonly #turns = new Map<string, Promise<unknown>>();
  /** Wishes that hold until the server ends: true loaded, false not. By `model/version`. */
  readonly #wishes = new Map<string, boolean>();
  readonly #demanded = new Set<RegisteredVersion>();
  readonly #earlier = new EarlierLooks();
  #problems: readonly Problem[] = [];
  #timer: NodeJS.Timeout | undefined;
  #refreshing: Promise<void> | null = null;
  #closed = false;

  constructor(options: LifecycleOptions) {
    this.#options = options;
  }

  /** What the models folder holds that cannot be served. */
  get problems(): readonly Problem[] {
    return this.#problems;
  }

  /** Reads the models folder and loads what the policies say, all at once. Never throws for a bad model. Then it watches the folder. */
  async start(): Promise<void> {
    await this.#scan();
    const { registry } = this.#options;
    await Promise.all(registry.list().map((model) => this.exclusively(model.name, () => this.#settle(model, false))));
    this.#watch();
  }

  /** Looks at the folder now. What was changed a moment ago is left to settle until the next look. */
  refresh(): Promise<void> {
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = null;
    });
    return this.#refreshing;
  }

  /** Does one thing to a model after what is being done to it. */
  exclusively<T>(model: string, work: () => Promise<T>): Promise<T> {
    const turn = (this.#turns.get(model) ?? Promise.resolve()).then(work);
    const settled = turn.then(
      () => {},
      () => {},
    );
    this.#turns.set(model, settled);
    void settled.then(() => {
      if (this.#turns.get(model) === settled) this.#turns.delete(model);
    });
    return turn;
  }

  /** Wishes a version loaded, or not, whatever the policy says, and does it. Inside `exclusively`. */
  async wish(version: RegisteredVersion, loaded: boolean): Promise<void> {
    this.#wishes.set(keyOf(version), loaded);
    if (loaded) await this.#load(version, true, true);
    else void this.#options.registry.unload(version, 'unloaded by hand');
    if (loaded) await this.#promote(this.#options.registry.get(version.model)!);
  }

  /** Loads a version without wishing it to stay. Inside `exclusively`. */
  load(version: RegisteredVersion): Promise<void> {
    return this.#load(version, true, true);
  }

  /** Somebody asked for a version that is not there: one that left for want of memory comes back. Answers whether it does. */
  demand(version: RegisteredVersion): boolean {
    if (version.reason !== EVICTED) return this.#demanded.has(version);
    if (!this.#demanded.has(version)) {
      this.#demanded.add(version);
      void this.exclusively(version.model, () => this.#load(version, true, true)).finally(() =>
        this.#demanded.delete(version),
      );
    }
    return true;
  }

  /** Brings a model to what policy and aliases say now. Inside `exclusively`. */
  settle(model: RegisteredModel): Promise<void> {
    return this.#settle(model, true);
  }

  /** Watches no more. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #watch(): void {
    const { pollMs = 0, logger } = this.#options;
    if (pollMs === 0 || this.#closed) return;
    this.#timer = setTimeout(() => {
      this.refresh()
        .catch((error) => logger.warn({ error: messageOf(error) }, 'The models folder could not be looked at.'))
        .finally(() => this.#watch());
    }, pollMs);
    this.#timer.unref();
  }

  async #refresh(): Promise<void> {
    const { registry } = this.#options;
    const looked = new Map(
      registry.list().flatMap(({ versions }) => versions.map((version) => [version, version.folder.fingerprint])),
    );
    await this.#scan();
    for (const model of registry.list()) {
      const changed = model.versions.filter((version) => looked.get(version) !== version.folder.fingerprint);
      for (const version of changed) this.#noteChange(version);
      void this.exclusively(model.name, () => this.#settle(model, true, new Set(changed))).catch((error) =>
        this.#options.logger.error({ model: model.name, error: messageOf(error) }, 'A model could not be settled.'),
      );
    }
  }

  async #scan(): Promise<void> {
    const { registry, modelsDir, logger } = this.#options;
    const { models, problems: found } = await scanModels(modelsDir, this.#earlier);
    const problems = [...found];
    const admitted = models.flatMap((model) => this.#admit(model, problems));
    const known = new Set(this.#problems.map(({ model, message }) => `${model}\0${message}`));
    for (const { model, reason, message } of problems)
      if (!known.has(`${model}\0${message}`)) logger.warn({ model, reason }, `A model cannot be served: ${message}`);
    this.#problems = problems;
    if (problems.some(({ reason }) => reason === 'FOLDER_UNREADABLE')) return; // a moment without its disk unloads nothing
    const readable = new Set(admitted.map(({ manifest }) => manifest.name));
    for (const { manifest, versions } of admitted) registry.put(manifest, versions, (version) => this.#gone(version));
    const unreadable = new Set(problems.map(({ model }) => model));
    for (const { name, manifest } of registry.list())
      if (!readable.has(name) && !unreadable.has(name)) registry.put(manifest, [], (version) => this.#gone(version));
  }

  /** A model as it may be served. */
  #admit(model: FoundModel, problems: Problem[]): FoundModel[] {
    const { name } = model.manifest;
    const refusal = this.#options.admit?.(model.manifest) ?? null;
    if (refusal === null) return [model];
    const { reason, message, instead } = refusal;
    problems.push({ model: name, reason, message });
    return instead === null ? [] : [{ ...model, manifest: instead }];
  }

  /** A named version goes on serving from memory; others go. */
  #gone(version: RegisteredVersion): void {
    const { registry, aliases, logger } = this.#options;
    const { model, number, state } = version;
    if (state === 'LOADING') return; // it will find out
    if (state === 'AVAILABLE' && aliases.aliased(model).has(number)) {
      if (version.reason === GONE) return;
      logger.error({ model, version: number }, 'The folder of a version that serves is gone; it serves from memory.');
      registry.change(version, 'AVAILABLE', GONE);
    } else if (state === 'AVAILABLE') {
      void registry.unload(version, GONE).then(() => {
        if (version.state === 'END') registry.forget(version);
      });
    } else if (state !== 'UNLOADING') {
      if (state !== 'END') registry.change(version, 'END', GONE);
      registry.forget(version);
    }
  }

  #noteChange(version: RegisteredVersion): void {
    const { registry, logger } = this.#options;
    const { model, number, folder } = version;
    if (version.state === 'AVAILABLE' || version.state === 'UNLOADING')
      logger.warn({ model, version: number }, 'The files of a loaded version changed; what was loaded goes on.');
    else if (version.state === 'START') registry.change(version, 'START', folderReason(folder));
  }

  async #settle(
    model: RegisteredModel,
    beside: boolean,
    unsettled: ReadonlySet<RegisteredVersion> = new Set(),
  ): Promise<void> {
    if (this.#closed) return;
    await this.#nameInitially(model);
    const { registry } = this.#options;
    // Again until nothing is left to load: what does not load leaves its place to an older one.
    for (let round = 0; round <= model.versions.length; round++) {
      const chosen = this.#wanted(model, unsettled);
      const loads = model.versions.filter(
        (version) =>
          chosen.has(version) && version.state !== 'AVAILABLE' && this.#mayLoad(version) && !unsettled.has(version),
      );
      if (loads.length === 0) break;
      if (beside) for (const version of loads) await this.#load(version, beside, beside);
      else await Promise.all(loads.map((version) => this.#load(version, beside, beside)));
    }
    await this.#promote(model);
    const after = this.#wanted(model, unsettled); // what was named meanwhile stays
    for (const version of model.versions) {
      if (version.state === 'AVAILABLE' && !after.has(version) && version.reason !== GONE)
        void registry.unload(version, this.#reasonToLeave(version));
      else if (version.state === 'START' && version.folder.complete && !after.has(version) && !unsettled.has(version))
        registry.change(version, 'END', NOT_IN_POLICY);
    }
  }

  /** Loads a version where there is room for it. `evict`: room is made. */
  #load(version: RegisteredVersion, beside: boolean, evict: boolean): Promise<void> {
    const { registry, residency } = this.#options;
    if (residency.makeRoom(version, { evict })) return registry.load(version, { beside });
    version.tried = version.folder.fingerprint;
    registry.change(version, 'END', EVICTED);
    return Promise.resolve();
  }

  #reasonToLeave(version: RegisteredVersion): string {
    return this.#wishes.get(keyOf(version)) === false ? 'unloaded by hand' : NOT_IN_POLICY;
  }

  /** Aliases of the manifest that were never set are set. */
  async #nameInitially({ name, manifest }: RegisteredModel): Promise<void> {
    for (const [alias, version] of Object.entries(manifest.aliases))
      if (this.#options.aliases.get(name, alias) === null)
        await this.#move({ model: name, alias, version, reason: 'initial: manifest.json' });
  }

  async #promote(model: RegisteredModel): Promise<void> {
    const { name, manifest, versions } = model;
    const newest = versions.findLast(({ state }) => state === 'AVAILABLE');
    if (newest === undefined) return;
    const champion = this.#options.aliases.get(name, CHAMPION);
    const move = (reason: string) => this.#move({ model: name, alias: CHAMPION, version: newest.number, reason });
    if (champion === null) await move('initial: the newest version that could answer');
    else if (manifest.promotion === 'auto' && newest.number > champion.highest) await move('promotion: auto');
  }

  async #move(move: AliasMove): Promise<void> {
    const { aliases, clock, logger, moveAlias } = this.#options;
    try {
      if (moveAlias === undefined) aliases.set(move.model, move.alias, aliases.moved(move, 'system', clock.now()));
      else await moveAlias(move);
    } catch (error) {
      logger.error({ ...move, error: messageOf(error) }, 'An alias could not be moved.');
    }
  }

  /** What is to be loaded: chosen by the policy among those that can be, named, or wished. */
  #wanted(
    { name, manifest, versions }: RegisteredModel,
    unsettled: ReadonlySet<RegisteredVersion>,
  ): Set<RegisteredVersion> {
    const aliased = this.#options.aliases.aliased(name);
    const possible = versions.filter(
      (version) =>
        version.accepting ||
        version.reason === EVICTED ||
        aliased.has(version.number) ||
        (this.#mayLoad(version) && !unsettled.has(version)),
    );
    const numbers = wanted(
      manifest.versionPolicy,
      aliased,
      possible.map(({ number }) => number),
    );
    return new Set(
      versions.filter((version) => {
        if (aliased.has(version.number)) return true;
        return this.#wishes.get(keyOf(version)) ?? numbers.has(version.number);
      }),
    );
  }

  /** Complete, and not tried yet as it is now. */
  #mayLoad({ state, folder, tried, reason }: RegisteredVersion): boolean {
    if (!folder.complete || state === 'LOADING') return false;
    if (state === 'AVAILABLE' || state === 'UNLOADING') return reason !== EVICTED; // that one comes back when it is asked for
    return state === 'START' || reason === NOT_IN_POLICY || tried !== folder.fingerprint;
  }
}

const keyOf = ({ model, number }: RegisteredVersion) => `${model}/${number}`;
