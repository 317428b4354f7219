import type { RoutingPolicy } from '../../core/routing.js';

/** The arm of those whom the champion answers while a policy holds. */
export const CONTROL = 'champion';

/** Looks up a fact about an entity; null where it is not known. */
export type AttributeOf = (entity: string, attribute: 'segment') => string | null;

/** Where an entity stands in the share of a model's traffic: 0 to below 100, the same each time, as good as random between entities. */
export function positionOf(salt: string, entity: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < salt.length; i++) hash = Math.imul(hash ^ salt.charCodeAt(i), 0x01000193);
  for (let i = 0; i < entity.length; i++) hash = Math.imul(hash ^ entity.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32) * 100;
}

interface Share {
  /** Up to which position, exclusive. */
  readonly below: number;
  readonly decision: Decision;
}
/** What a policy says about one entity. */
export interface Decision {
  /** Null: the champion. */
  readonly version: number | null;
  readonly arm: string;
}
const CHAMPION_DECISION: Decision = { version: null, arm: CONTROL };

/** A policy made ready to decide. */
class Prepared {
  readonly #shares: readonly Share[];
  readonly #salt: string;

  constructor(
    model: string,
    readonly policy: RoutingPolicy,
    readonly attributeOf: AttributeOf,
  ) {
    let below = 0;
    this.#shares = policy.arms.map(({ name, version, percent }) => {
      below += percent;
      return { below, decision: { version, arm: name } };
    });
    // Other versions meet other customers first; a larger share of the same ones keeps who is in.
    this.#salt = `${model}/${policy.arms.map(({ name, version }) => `${name}=${version}`).join()}/`;
  }

  decide(entity: string): Decision | null {
    const { policy } = this;
    if (policy.arms.length === 0) return null;
    if (policy.segment !== null && this.attributeOf(entity, 'segment') !== policy.segment) return null;
    const position = positionOf(this.#salt, entity);
    for (const share of this.#shares) if (position < share.below) return share.decision;
    return CHAMPION_DECISION;
  }

  shadow(entity: string): number | null {
    const { shadow, segment } = this.policy;
    if (shadow === null || (segment !== null && this.attributeOf(entity, 'segment') !== segment)) return null;
    return positionOf(`shadow=${shadow.version}/`, entity) < shadow.percent ? shadow.version : null;
  }
}

/**
 * The routing policies that hold now. Pure and quick: deciding hashes the entity, and where a model has no policy nothing is computed or made.
 * Not durable by itself (flows/model-policies.ts).
 */
export class RoutingBook {
  readonly #plans = new Map<string, Prepared>();
  readonly #attributeOf: AttributeOf;

  /** `attributeOf`: what rules ask about an entity; asked only where a rule does. */
  constructor(attributeOf: AttributeOf = () => null) {
    this.#attributeOf = attributeOf;
  }

  set(model: string, policy: RoutingPolicy | null): void {
    if (policy === null) this.#plans.delete(model);
    else this.#plans.set(model, new Prepared(model, policy, this.#attributeOf));
  }
  get(model: string): RoutingPolicy | null {
    return this.#plans.get(model)?.policy ?? null;
  }

  /** Whether answers of this model may come from several versions at once. */
  splits(model: string): boolean {
    return this.#plans.size > 0 && (this.#plans.get(model)?.policy.arms.length ?? 0) > 0;
  }
  /** What answers an entity; null where the policy says nothing about it: then the champion does, and it is nobody's arm. */
  decide(model: string, entity: string): Decision | null {
    if (this.#plans.size === 0) return null;
    return this.#plans.get(model)?.decide(entity) ?? null;
  }
  /** The version that is to be computed beside the champion for an entity; null: none. */
  shadow(model: string, entity: string): number | null {
    if (this.#plans.size === 0) return null;
    return this.#plans.get(model)?.shadow(entity) ?? null;
  }
}

/** Versions that a policy needs loaded. */
export const versionsOf = (policy: RoutingPolicy | null): number[] =>
  policy === null
    ? []
    : [...policy.arms.map(({ version }) => version), ...(policy.shadow === null ? [] : [policy.shadow.version])];
