import { createHash } from 'node:crypto';
import { findBreakingChanges, type GraphQLSchema, printSchema } from 'graphql';
import type { Clock } from '../../core/clock.js';
import { messageOf } from '../../core/errors.js';
import type { Logger } from '../../core/logger.js';
import type { SnapshotStore } from '../../data/ports.js';
import { Hub } from '../../events/hub.js';
import type { ManifestRefusal } from '../../inference/lifecycle.js';
import type { ModelManifest } from '../../inference/ports.js';
import type { SchemaVersion } from '../app.js';
import type { SchemaHost } from '../schema-host.js';
import { merged, mergedWith } from './merge.js';
import { GraphRefusal, isWritten, type ModelPlan, planOf } from './plan.js';

/** What a manifest was found to be, so that looking again costs nothing. */
interface Seen {
  readonly text: string;
  readonly refusal: { readonly reason: string; readonly message: string } | null;
  /** What would be served if it were accepted; null when nothing could. */
  readonly plan: ModelPlan | null;
}
export interface ModelGraphOptions {
  readonly written: GraphQLSchema;
  /** Remembers over a restart what clients may rely on. */
  readonly snapshots: Pick<SnapshotStore, 'load' | 'save'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

const KIND = 'model-graph';
const PAGE = 500;
const GONE = 'null';
/** Sentences that one refusal lists. */
const MAX_CHANGES = 20;

/**
 * The part of the graph that models bring. A model's fields appear when a version of it can answer for the first time, and stay: what
 * would take them away or change their types is refused until somebody accepts it.
 */
export class ModelGraph {
  readonly #options: ModelGraphOptions;
  /** Every model that may be in the graph, by name. */
  readonly #plans = new Map<string, ModelPlan>();
  /** Those that are. */
  readonly #served = new Set<string>();
  readonly #seen = new Map<string, Seen>();
  readonly #hub = new Hub<SchemaVersion>();
  #host: SchemaHost | null = null;
  #version: SchemaVersion;
  #text: string;
  #updating: Promise<void> = Promise.resolve();

  /** Begins with what was served when the server last ran. */
  static async open(options: ModelGraphOptions): Promise<ModelGraph> {
    const graph = new ModelGraph(options);
    await graph.#restore();
    return graph;
  }

  private constructor(options: ModelGraphOptions) {
    this.#options = options;
    this.#text = printSchema(options.written);
    this.#version = this.#describe(this.#text, []);
  }

  /** The schema with every model that can be served, to begin with. */
  schema(): GraphQLSchema {
    const schema = merged(this.#options.written, this.#servedPlans());
    this.#text = printSchema(schema);
    this.#version = this.#describe(this.#text, []);
    return schema;
  }

  /** From now on changes are served there. */
  serveOn(host: SchemaHost): void {
    this.#host = host;
    void this.#update([]);
  }

  /** The schema that serves now, and its text in SDL. */
  get version(): SchemaVersion {
    return this.#version;
  }
  get text(): string {
    return this.#text;
  }

  /**
   * Whether a model may be served as its manifest says now. Cheap when nothing changed since it was last asked. A change of a model that
   * is in the graph takes effect here.
   */
  admit(manifest: ModelManifest): ManifestRefusal | null {
    if (isWritten(manifest)) return null;
    const text = textOf(manifest);
    const seen = this.#seen.get(manifest.name);
    const isKnown = seen?.text === text && (seen.refusal === null || seen.refusal.reason === 'SCHEMA_BREAKING');
    const found = isKnown ? seen : this.#look(manifest, text);
    if (found.refusal !== null) {
      this.#seen.set(manifest.name, found);
      return { ...found.refusal, instead: this.#plans.get(manifest.name)?.manifest ?? null };
    }
    if (!isKnown) {
      this.#seen.set(manifest.name, found);
      void this.#take(found.plan!);
    }
    return null;
  }

  /** A version of this model can answer. */
  available(model: string): void {
    const plan = this.#plans.get(model);
    if (plan === undefined || this.#served.has(model)) return;
    this.#served.add(model);
    void this.#update([`${model} came: ${partsOf(plan).join(', ')}`], model);
  }

  /** Models whose fields are in the graph although nothing of them is in the models folder. */
  gone(present: ReadonlySet<string>): readonly string[] {
    return [...this.#served].filter((name) => !present.has(name));
  }

  /**
   * Lets a refused manifest of a model take effect, or, with `present` false, takes a model that is gone out of the graph. Answers why it
   * could not; null when it was done and serves.
   */
  async accept(model: string, present: boolean): Promise<string | null> {
    const seen = this.#seen.get(model);
    if (!present && this.#served.has(model)) {
      this.#served.delete(model);
      this.#plans.delete(model);
      this.#seen.delete(model);
      await this.#update([`${model} went`], model);
      return null;
    }
    if (seen?.refusal?.reason !== 'SCHEMA_BREAKING' || seen.plan === null)
      return `${model} has no change that waits to be accepted`;
    this.#seen.set(model, { ...seen, refusal: null });
    await this.#take(seen.plan);
    return null;
  }

  /** The schema that serves, then each that takes its place. */
  async *follow(signal?: AbortSignal): AsyncGenerator<SchemaVersion> {
    if (signal?.aborted) return;
    const changes = this.#hub.subscribe({ conflateBy: () => 'schema' });
    const stop = () => void changes.return();
    signal?.addEventListener('abort', stop, { once: true });
    try {
      yield this.#version;
      for await (const { value } of changes) yield value;
    } finally {
      signal?.removeEventListener('abort', stop);
      stop();
    }
  }

  /** Resolves when every change so far serves and is remembered. */
  settled(): Promise<void> {
    return this.#updating;
  }

  #look(manifest: ModelManifest, text: string): Seen {
    const { written } = this.#options;
    const { name } = manifest;
    let plan: ModelPlan | null = null;
    try {
      plan = planOf(manifest);
      const others = [...this.#plans.values()].filter((other) => other.manifest.name !== name);
      const next = mergedWith(written, others, plan);
      const known = this.#plans.get(name);
      if (known === undefined || !this.#served.has(name)) return { text, plan, refusal: null };
      const breaking = findBreakingChanges(merged(written, [...others, known]), next);
      if (breaking.length === 0) return { text, plan, refusal: null };
      const listed = breaking.slice(0, MAX_CHANGES).map(({ description }) => description);
      if (breaking.length > listed.length) listed.push(`and ${breaking.length - listed.length} more`);
      const message = `it would break queries: ${listed.join(' ')} The model goes on as it was; acceptModelGraph lets it change.`;
      return { text, plan, refusal: { reason: 'SCHEMA_BREAKING', message } };
    } catch (error) {
      const reason = error instanceof GraphRefusal ? error.reason : 'GRAPH_INVALID';
      return { text, plan: null, refusal: { reason, message: messageOf(error) } };
    }
  }

  #take(plan: ModelPlan): Promise<void> {
    const { name } = plan.manifest;
    const before = this.#plans.get(name);
    this.#plans.set(name, plan);
    if (!this.#served.has(name) || textOf(before!.manifest) === textOf(plan.manifest)) return this.#updating;
    return this.#update([`${name} changed: ${partsOf(plan).join(', ')}`], name);
  }

  /** Serves what the plans say now, and remembers it. Never rejects: what cannot be served leaves the old schema in place. */
  #update(changes: readonly string[], model?: string): Promise<void> {
    const updated = this.#updating.then(async () => {
      try {
        if (this.#host !== null) await this.#serve(this.#host, changes);
        if (model !== undefined) await this.#remember(model);
      } catch (error) {
        this.#options.logger.error({ model, error: messageOf(error) }, 'A change of the schema could not be served.');
      }
    });
    this.#updating = updated;
    return updated;
  }

  async #serve(host: SchemaHost, changes: readonly string[]): Promise<void> {
    const schema = merged(this.#options.written, this.#servedPlans());
    const text = printSchema(schema);
    if (text === this.#text && changes.length === 0) return;
    await host.swap(schema);
    this.#text = text;
    this.#version = this.#describe(text, changes, host.current.number);
    this.#options.logger.info({ changes, sha256: this.#version.sha256 }, 'The schema changed.');
    this.#hub.publish(this.#version);
  }

  #describe(text: string, changes: readonly string[], generation = 1): SchemaVersion {
    const sha256 = createHash('sha256').update(text).digest('hex');
    return { sha256, generation, changedAt: this.#options.clock.now(), models: [...this.#served].sort(), changes };
  }

  #servedPlans(): ModelPlan[] {
    return [...this.#served].sort().map((name) => this.#plans.get(name)!);
  }

  async #remember(model: string): Promise<void> {
    const plan = this.#served.has(model) ? this.#plans.get(model) : undefined;
    const body = plan === undefined ? GONE : JSON.stringify(plan.manifest);
    await this.#options.snapshots.save(KIND, [{ key: model, seq: 0, body }]);
  }

  async #restore(): Promise<void> {
    const { snapshots, written, logger } = this.#options;
    for (let after = ''; ; ) {
      const page = await snapshots.load(KIND, after, PAGE);
      for (const { key, body } of page) {
        after = key;
        if (body === GONE) continue;
        try {
          const plan = planOf(JSON.parse(body) as ModelManifest);
          mergedWith(written, this.#servedPlans(), plan);
          this.#plans.set(key, plan);
          this.#served.add(key);
        } catch (error) {
          logger.warn({ model: key, error: messageOf(error) }, 'A model’s part of the graph could not be restored.');
        }
      }
      if (page.length < PAGE) return;
    }
  }
}

/** What of a manifest the graph depends on. */
const textOf = ({ name, description, entity, inputs, outputs, graph }: ModelManifest): string =>
  JSON.stringify([name, description, entity, inputs, outputs, graph]);

/** The fields by which a model is asked. */
const partsOf = ({ names, entity }: ModelPlan): string[] => [
  `Query.${names.query}`,
  ...(entity === null ? [] : [`${entity}.${names.field}`]),
];
