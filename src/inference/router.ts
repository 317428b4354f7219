import { ScoregraphError } from '../core/errors.js';
import type { RowContext } from '../core/predictions.js';
import type { ModelVersionInfo, VersionSelector } from './ports.js';
import type { RegisteredModel, RegisteredVersion, Registry } from './registry.js';

/** The alias that answers when nobody asks for another. */
export const CHAMPION = 'champion';

/** Decides which version of a model answers: an explicit one, an alias, or the champion. */
export class Router {
  readonly #registry: Registry;

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  /**
   * The version that answers. Without a `champion` in the manifest, the highest AVAILABLE version is the champion.
   * @throws ScoregraphError NOT_FOUND (no such model, alias or version) or MODEL_UNAVAILABLE (not loaded, and why).
   */
  resolve(name: string, _context: Pick<RowContext, 'routing'>, selector?: VersionSelector): ModelVersionInfo {
    const model = this.#registry.get(name);
    if (model === null)
      throw new ScoregraphError('MODEL_UNAVAILABLE', `There is no model ${name}.`, {
        model: name,
        reason: 'NO_SUCH_MODEL',
      });
    const version = this.#pick(model, selector);
    if (version.state === 'AVAILABLE' && version.info !== null) return version.info;
    throw new ScoregraphError(
      'MODEL_UNAVAILABLE',
      `${name} ${version.number} is ${version.state}${version.reason === null ? '' : `: ${version.reason}`}.`,
      { model: name, version: version.number, reason: version.state },
    );
  }

  /** Aliases of a model with the versions they mean now. */
  aliases(model: RegisteredModel): { name: string; version: number }[] {
    const named = Object.entries(model.manifest.aliases).map(([name, version]) => ({ name, version }));
    if (CHAMPION in model.manifest.aliases) return named;
    const champion = highestAvailable(model);
    return champion === undefined ? named : [{ name: CHAMPION, version: champion.number }, ...named];
  }

  #pick(model: RegisteredModel, selector?: VersionSelector): RegisteredVersion {
    const { name } = model;
    const number = selector?.version ?? model.manifest.aliases[selector?.alias ?? CHAMPION];
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

function highestAvailable(model: RegisteredModel): RegisteredVersion | undefined {
  for (let i = model.versions.length - 1; i >= 0; i--)
    if (model.versions[i]!.state === 'AVAILABLE') return model.versions[i];
  return undefined;
}
