import { quote } from '../core/money.js';
import { ALIAS_NAME } from '../inference/manifest.js';
import type { RegisteredModel, RegisteredVersion } from '../inference/registry.js';
import type { InferenceService } from '../inference/service.js';
import type { ModelAliases } from './model-aliases.js';

/** Why something could not be done to a model. */
export type ModelRefusalCode =
  | 'NOT_FOUND'
  | 'BUSY'
  | 'LOAD_FAILED'
  | 'PINNED'
  | 'NOT_AVAILABLE'
  | 'ALIAS_INVALID'
  | 'ALIAS_NOT_FOUND'
  | 'NO_EARLIER_VERSION'
  | 'POLICY_INVALID'
  | 'SEGMENT_UNKNOWN'
  | 'CATEGORY_UNKNOWN'
  | 'FEATURE_UNKNOWN'
  | 'ROLL_OUT_UNDER_WAY'
  | 'NO_ROLL_OUT';
export interface ModelRefusal {
  readonly code: ModelRefusalCode;
  readonly message: string;
  /** Which argument. */
  readonly field: string;
}
export interface VersionOf {
  readonly model: string;
  readonly version: number;
}
export interface AliasOf {
  readonly model: string;
  readonly alias: string;
}
/** A model has this many aliases at most. */
const MAX_ALIASES = 50;

/**
 * What people do to models by hand. One thing at a time for each model: who comes second is told so, and can look what the first one did
 * before trying again. Each answers null when it was done, or why not.
 */
export class ModelOperations {
  readonly #inference: InferenceService;
  readonly #aliases: ModelAliases;
  readonly #busy = new Map<string, string>();

  constructor(inference: InferenceService, aliases: ModelAliases) {
    this.#inference = inference;
    this.#aliases = aliases;
  }

  /** Loads a version, whatever the policy says, until the server ends. It answers who asks for it by number. */
  loadVersion(at: VersionOf): Promise<ModelRefusal | null> {
    return this.#onVersion('loadModelVersion', at, async (version) => {
      await this.#inference.lifecycle.wish(version, true);
      return loaded(version);
    });
  }

  /** Takes a version out of service until the server ends. A version that an alias names stays. */
  unloadVersion(at: VersionOf): Promise<ModelRefusal | null> {
    return this.#onVersion('unloadModelVersion', at, async (version) => {
      const names = [...this.#inference.aliases.of(at.model)].filter(([, state]) => state.version === at.version);
      if (names.length > 0)
        return {
          code: 'PINNED',
          message: `${at.model} ${at.version} is ${names.map(([name]) => quote(name)).join(', ')}: move that first.`,
          field: 'version',
        };
      if (this.#inference.aliases.routed(at.model).includes(at.version))
        return {
          code: 'PINNED',
          message: `the routing policy of ${at.model} needs ${at.version}: change that first.`,
          field: 'version',
        };
      await this.#inference.lifecycle.wish(version, false);
      return null;
    });
  }

  /** Lets an alias mean a version that can answer. */
  setAlias(at: VersionOf & AliasOf, reason: string, by: string): Promise<ModelRefusal | null> {
    return this.#onVersion('setModelAlias', at, async (version, model) => {
      const { aliases } = this.#inference;
      if (!ALIAS_NAME.test(at.alias))
        return {
          code: 'ALIAS_INVALID',
          message: `expected lower-case letters, digits and hyphens, at most 64, a letter first, got ${quote(at.alias)}`,
          field: 'alias',
        };
      const known = aliases.get(at.model, at.alias);
      if (known === null && aliases.of(at.model).size >= MAX_ALIASES)
        return { code: 'ALIAS_INVALID', message: `expected at most ${MAX_ALIASES} aliases of a model`, field: 'alias' };
      if (version.state !== 'AVAILABLE')
        return {
          code: 'NOT_AVAILABLE',
          message: `expected a version that can answer, ${at.model} ${at.version} is ${version.state}${because(version)}`,
          field: 'version',
        };
      if (known?.version === at.version) return null;
      await this.#aliases.move({ model: at.model, alias: at.alias, version: at.version, reason }, by);
      await this.#inference.lifecycle.settle(model);
      return null;
    });
  }

  /** Lets an alias mean what it meant before its last move, again and again one move further back. Loads that version if need be. */
  rollBack(at: AliasOf, reason: string, by: string): Promise<ModelRefusal | null> {
    return this.onModel('rollBackModel', at.model, async (model) => {
      const { aliases, registry, lifecycle } = this.#inference;
      const state = aliases.get(at.model, at.alias);
      if (state === null)
        return { code: 'ALIAS_NOT_FOUND', message: `${at.model} has no alias ${quote(at.alias)}`, field: 'alias' };
      const earlier = state.history.at(-1);
      if (earlier === undefined)
        return {
          code: 'NO_EARLIER_VERSION',
          message: `${quote(at.alias)} of ${at.model} never meant another version than ${state.version}`,
          field: 'alias',
        };
      const version = registry.version(at.model, earlier);
      if (version === null) return missing(`version ${earlier} of ${at.model}, which it meant before`, 'alias');
      await lifecycle.load(version);
      const refusal = loaded(version);
      if (refusal !== null) return { ...refusal, field: 'alias' };
      await this.#aliases.change(at.model, at.alias, {
        ...state,
        version: earlier,
        history: state.history.slice(0, -1),
        reason,
        by,
        changedAt: this.#inference.clock.now(),
      });
      await lifecycle.settle(model);
      return null;
    });
  }

  #onVersion(
    what: string,
    at: VersionOf,
    work: (version: RegisteredVersion, model: RegisteredModel) => Promise<ModelRefusal | null>,
  ): Promise<ModelRefusal | null> {
    return this.onModel(what, at.model, async (model) => {
      const version = this.#inference.registry.version(at.model, at.version);
      return version === null ? missing(`version ${at.version} of ${at.model}`, 'version') : work(version, model);
    });
  }

  /** Does something to a model while nothing else is done to it; who comes second is told so. */
  async onModel(
    what: string,
    name: string,
    work: (model: RegisteredModel) => Promise<ModelRefusal | null>,
  ): Promise<ModelRefusal | null> {
    const { registry, lifecycle } = this.#inference;
    const model = registry.get(name);
    if (model === null) return missing(`model ${quote(name)}`, 'model');
    const other = this.#busy.get(name);
    if (other !== undefined)
      return {
        code: 'BUSY',
        message: `${other} of ${name} is under way; see what becomes of it first.`,
        field: 'model',
      };
    this.#busy.set(name, what);
    try {
      return await lifecycle.exclusively(name, () => work(model));
    } finally {
      this.#busy.delete(name);
    }
  }
}

export const missing = (what: string, field: string): ModelRefusal => ({
  code: 'NOT_FOUND',
  message: `There is no ${what}.`,
  field,
});
export const because = ({ reason }: RegisteredVersion) => (reason === null ? '' : `: ${reason}`);
const loaded = (version: RegisteredVersion): ModelRefusal | null =>
  version.state === 'AVAILABLE'
    ? null
    : {
        code: 'LOAD_FAILED',
        message: `${version.model} ${version.number} could not be loaded${because(version)}`,
        field: 'version',
      };
