import { ScoregraphError } from '../core/errors.js';
import type { RequestFacts } from '../core/routing.js';
import { type AliasBook, CHAMPION } from './aliases.js';
import type { Lane } from './batching/lane.js';
import type { ModelVersionInfo, Routed, VersionSelector } from './ports.js';
import type { RegisteredModel, RegisteredVersion, Registry } from './registry.js';
import type { RoutingBook } from './routing/book.js';

/** When it makes sense to ask again for a version that is being loaded. */
const LOAD_RETRY_MS = 1_000;

/** Who answers, with the place where the version's rows wait. */
export class Route implements Routed {
  readonly version: number;

  constructor(
    readonly info: ModelVersionInfo,
    readonly arm: string | null,
    readonly lane: Lane,
  ) {
    this.version = info.version;
  }
}

/** Decides which version of a model answers: an explicit one, an alias, or the champion. */
export class Router {
  readonly #registry: Registry;
  readonly #aliases: AliasBook;
  readonly #policies: RoutingBook;
  /** By model, for those whom no policy and no selector sends elsewhere; as things stood at `#known`. */
  readonly #champions = new Map<string, Route>();
  #known = -1;
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
    return this.#answering(name, selector).info!;
  }

  /** Where rows wait for whom `resolve` answers. @throws as `resolve`. */
  lane(name: string, selector?: VersionSelector): Lane {
    return selector === undefined ? this.#champion(name).lane : this.#answering(name, selector).lane!;
  }

  /**
   * Who answers about an entity: whom the selector names, else whom the model's policy says. A version of the policy that cannot answer
   * leaves its entities to the champion.
   * @throws as `resolve`.
   */
  route(name: string, entity: string, selector?: VersionSelector, request?: RequestFacts): Route {
    if (isNamed(selector)) return routeTo(this.#answering(name, selector), null);
    const decision = this.#policies.decide(name, entity, request);
    if (decision === null) return this.#champion(name);
    const { version, arm } = decision;
    const chosen = version === null ? null : this.#registry.version(name, version);
    if (chosen?.accepting === true) return routeTo(chosen, arm);
    const { info, lane } = this.#champion(name);
    return new Route(info, version === null ? arm : null, lane);
  }

  /** Who answers those about whom nothing is said. Looked up anew only when something has changed. */
  #champion(name: string): Route {
    const changes = this.#registry.changes + this.#aliases.changes;
    if (changes !== this.#known) {
      this.#champions.clear();
      this.#known = changes;
    }
    let route = this.#champions.get(name);
    if (route !== undefined) return route;
    const version = this.#answering(name);
    route = routeTo(version, null);
    if (version.state === 'AVAILABLE') this.#champions.set(name, route);
    return route;
  }

  #answering(name: string, selector?: VersionSelector): RegisteredVersion {
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
    if (version.accepting && version.info !== null) return version;
    throw new ScoregraphError(
      'MODEL_UNAVAILABLE',
      `${name} ${version.number} is ${version.state}${version.reason === null ? '' : `: ${version.reason}`}.`,
      { model: name, version: version.number, reason: version.state },
    );
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

/** To a version that takes rows. */
const routeTo = ({ info, lane }: RegisteredVersion, arm: string | null) => new Route(info!, arm, lane!);

const isNamed = (selector: VersionSelector | undefined) =>
  selector !== undefined && ((selector.alias ?? null) !== null || (selector.version ?? null) !== null);

function highestAvailable(model: RegisteredModel): RegisteredVersion | undefined {
  for (let i = model.versions.length - 1; i >= 0; i--)
    if (model.versions[i]!.state === 'AVAILABLE') return model.versions[i];
  return undefined;
}
