import { ScoregraphError } from '../core/errors.js';
import type { RequestFacts } from '../core/routing.js';
import { type AliasBook, CHAMPION } from './aliases.js';
import type { ModelVersionInfo, Routed, VersionSelector } from './ports.js';
import type { RegisteredModel, RegisteredVersion, Registry } from './registry.js';
import type { RoutingBook } from './routing/book.js';

/** When it makes sense to ask again for a version that is being loaded. */
const LOAD_RETRY_MS = 1_000;

/** Decides which version of a model answers: an explicit one, an alias, or the champion. */
export class Router {
  readonly #registry: Registry;
  readonly #aliases: AliasBook;
  readonly #policies: RoutingBook;
  /** One for each loaded version, so that routing makes nothing where no policy decides. */
  readonly #plain = new WeakMap<ModelVersionInfo, Routed>();
  readonly #demand: (version: RegisteredVersion) => boolean;

  /** `demand`: told of a version that is asked for and not there; answers whether it is on its way. */
  constructor(
    registry: Registry,
    aliases: AliasBook,
    policies: RoutingBook,
    demand: (version: RegisteredVersion) => boolean,
  ) {
    this.#registry = registry;
    this.#aliases = aliases;
    this.#policies = policies;
    this.#demand = demand;
  }

  /**
   * The version that answers. One that is on its way out still answers who asks for it by number: they chose it while it served. Where
   * nothing was ever the champion, the highest AVAILABLE version answers.
   * @throws ScoregraphError NOT_FOUND (no such model, alias or version) or MODEL_UNAVAILABLE (not loaded, and why).
   */
  resolve(name: string, selector?: VersionSelector): ModelVersionInfo {
    const model = this.#registry.get(name);
    if (model === null)
      throw new ScoregraphError('MODEL_UNAVAILABLE', `There is no model ${name}.`, {
        model: name,
        reason: 'NO_SUCH_MODEL',
      });
    const version = this.#pick(model, selector);
    if (version.state !== 'AVAILABLE' && this.#demand(version) && !version.accepting)
      throw new ScoregraphError('MODEL_UNAVAILABLE', `${name} ${version.number} is being loaded; ask again.`, {
        ...{ model: name, version: version.number, reason: 'LOADING', retryAfterMs: LOAD_RETRY_MS },
      });
    if (version.accepting && version.info !== null) return version.info;
    throw new ScoregraphError(
      'MODEL_UNAVAILABLE',
      `${name} ${version.number} is ${version.state}${version.reason === null ? '' : `: ${version.reason}`}.`,
      { model: name, version: version.number, reason: version.state },
    );
  }

  /**
   * Who answers about an entity: whom the selector names, else whom the model's policy says. A version of the policy that cannot answer
   * leaves its entities to the champion.
   * @throws as `resolve`.
   */
  route(name: string, entity: string, selector?: VersionSelector, request?: RequestFacts): Routed {
    const decision = isNamed(selector) ? null : this.#policies.decide(name, entity, request);
    if (decision !== null) {
      const { version, arm } = decision;
      if (version === null) {
        const info = this.resolve(name);
        return { info, version: info.version, arm };
      }
      const chosen = this.#registry.version(name, version);
      if (chosen?.accepting === true && chosen.info !== null) return { info: chosen.info, version, arm };
    }
    const info = this.resolve(name, selector);
    let routed = this.#plain.get(info);
    if (routed === undefined) {
      routed = { info, version: info.version, arm: null };
      this.#plain.set(info, routed);
    }
    return routed;
  }

  /** Aliases of a model with the versions they mean now. */
  aliases({ name }: RegisteredModel): { name: string; version: number }[] {
    return [...this.#aliases.of(name)].map(([alias, { version }]) => ({ name: alias, version }));
  }

  #pick(model: RegisteredModel, selector?: VersionSelector): RegisteredVersion {
    const { name } = model;
    const number = selector?.version ?? this.#aliases.get(name, selector?.alias ?? CHAMPION)?.version;
    if (number !== undefined && number !== null) {
      const version = model.versions.find((candidate) => candidate.number === number);
      if (version === undefined)
        throw new ScoregraphError('NOT_FOUND', `${name} has no version ${number}.`, { model: name, version: number });
      return version;
    }
    const alias = selector?.alias ?? CHAMPION;
    if (alias !== CHAMPION)
      throw new ScoregraphError('NOT_FOUND', `${name} has no alias ${JSON.stringify(alias.slice(0, 64))}.`, {
        model: name,
      });
    const champion = highestAvailable(model) ?? model.versions[model.versions.length - 1];
    if (champion === undefined)
      throw new ScoregraphError('MODEL_UNAVAILABLE', `${name} has no versions.`, {
        model: name,
        reason: 'NO_VERSIONS',
      });
    return champion;
  }
}

const isNamed = (selector: VersionSelector | undefined) =>
  selector !== undefined && ((selector.alias ?? null) !== null || (selector.version ?? null) !== null);

function highestAvailable(model: RegisteredModel): RegisteredVersion | undefined {
  for (let i = model.versions.length - 1; i >= 0; i--)
    if (model.versions[i]!.state === 'AVAILABLE') return model.versions[i];
  return undefined;
}
