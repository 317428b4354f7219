import type { RequestFacts, RoutingPolicy, RoutingRule } from '../../core/routing.js';

/** The arm of those whom the champion answers while a policy holds. */
export const CONTROL = 'champion';

/** Whether an entity and what is asked about it fit a rule. Must be quick: it is asked of each row of a model whose policy has a rule. */
export type Fits = (entity: string, request: RequestFacts | undefined) => boolean;
/** Makes a rule ready to be asked. */
export type CompileRule = (rule: RoutingRule) => Fits;

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
  /** Null: everybody. */
  readonly #fits: Fits | null;

  constructor(
    model: string,
    readonly policy: RoutingPolicy,
    compile: CompileRule,
  ) {
    this.#fits = policy.rule.length === 0 ? null : compile(policy.rule);
    let below = 0;
    this.#shares = policy.arms.map(({ name, version, percent }) => {
      below += percent;
      return { below, decision: { version, arm: name } };
    });
    // Other versions meet other customers first; a larger share of the same ones keeps who is in.
    const { arms, shadow } = policy;
    this.#salt =
      shadow === null
        ? `${model}/${arms.map(({ name, version }) => `${name}=${version}`).join()}/`
        : `${model}/shadow=${shadow.version}/`;
  }

  decide(entity: string, request: RequestFacts | undefined): Decision | null {
    if (this.#shares.length === 0) return null;
    if (this.#fits !== null && !this.#fits(entity, request)) return null;
    const position = positionOf(this.#salt, request?.key ?? entity);
    for (const share of this.#shares) if (position < share.below) return share.decision;
    return CHAMPION_DECISION;
  }

  shadow(entity: string, request: RequestFacts | undefined): number | null {
    const { shadow } = this.policy;
    if (shadow === null || (this.#fits !== null && !this.#fits(entity, request))) return null;
    return positionOf(this.#salt, request?.key ?? entity) < shadow.percent ? shadow.version : null;
  }
}

/**
 * The routing policies that hold now. Pure and quick: deciding hashes the entity, and where a model has no policy nothing is computed or made.
 * Not durable by itself (flows/model-policies.ts).
 */
export class RoutingBook {
  readonly #plans = new Map<string, Prepared>();
  readonly #compile: CompileRule;

  /** `compile`: how rules are asked (flows/routing-rules.ts); default: nobody fits one. */
  constructor(compile: CompileRule = () => () => false) {
    this.#compile = compile;
  }

  set(model: string, policy: RoutingPolicy | null): void {
    if (policy === null) this.#plans.delete(model);
    else this.#plans.set(model, new Prepared(model, policy, this.#compile));
  }
  get(model: string): RoutingPolicy | null {
    return this.#plans.get(model)?.policy ?? null;
  }

  /** Whether answers of this model may come from several versions at once. */
  splits(model: string): boolean {
    return this.#plans.size > 0 && (this.#plans.get(model)?.policy.arms.length ?? 0) > 0;
  }
  /**
   * What answers an entity; null where the policy says nothing about it: then the champion does, and it is nobody's arm. `request`: what is
   * known of the question.
   */
  decide(model: string, entity: string, request?: RequestFacts): Decision | null {
    if (this.#plans.size === 0) return null;
    return this.#plans.get(model)?.decide(entity, request) ?? null;
  }
  /** The version that is to be computed beside the champion for an entity; null: none. */
  shadow(model: string, entity: string, request?: RequestFacts): number | null {
    if (this.#plans.size === 0) return null;
    return this.#plans.get(model)?.shadow(entity, request) ?? null;
  }
}

/** Versions that a policy needs loaded. */
export const versionsOf = (policy: RoutingPolicy | null): number[] =>
  policy === null
    ? []
    : [...policy.arms.map(({ version }) => version), ...(policy.shadow === null ? [] : [policy.shadow.version])];
