import type { Reading, Variables } from './argument.js';

/** What a row of a model costs now, in milliseconds. Kept up to date by whoever made it: plans hold on to it. */
export interface Price {
  readonly rowMs: number;
}

/** Prices of rows. */
export interface Prices {
  /** Of the version that answers when nobody asks for another. */
  of(model: string): Price;
  /** Of the version that a `ModelSelector` means, as the caller sent it; of the usual one when it means none. */
  selected(model: string, selector: unknown): Price;
}

/** What every operation costs beside its fields, in milliseconds: parsed or found again, admitted, answered. */
export const OPERATION_MS = 0.05;

/** How often something happens: a number that may depend on the variables. */
export type Times = Reading<number>;

/** A place in an operation that costs more than its constant part. */
export interface CostNode {
  /** `Customer.segment`. */
  readonly coordinate: string;
  /** Its own time and that of everything below it that costs the same for every request, each time, in milliseconds. */
  readonly ms: number;
  /** Its own part of that, without what is below. */
  readonly ownMs: number;
  readonly rows: RowCost | null;
  /** Multiplies its own cost. */
  readonly each: Times | null;
  /** Multiplies its own cost and all below it. */
  readonly size: Times | null;
  /** Whether it is there at all (`@skip`, `@include`). */
  readonly present: ((variables: Variables) => boolean) | null;
  readonly children: readonly CostNode[];
  /** Below an interface or a union, one list for each type that costs anything of its own: the dearest counts. */
  readonly branches: readonly Branch[];
}
export interface Branch {
  readonly ms: number;
  readonly children: readonly CostNode[];
}
export interface RowCost {
  readonly model: string;
  readonly rows: number;
  readonly price: Price;
  /** Chooses another version's price; null: always `price`. */
  readonly selector: Reading<unknown> | null;
  /** The rows are needed only when this is given. */
  readonly when: Reading<unknown> | null;
}

/** A predicted cost in its parts. */
export interface CostParts {
  readonly totalMs: number;
  /** Rows and milliseconds by model. */
  readonly models: Readonly<Record<string, { readonly rows: number; readonly ms: number }>>;
  /** What is not models' time. */
  readonly otherMs: number;
  /** The field that costs most by itself, and how much. */
  readonly dearest: { readonly field: string; readonly ms: number };
}

/**
 * What an operation costs: made once for a document, asked for every request with its raw variables. Takes microseconds: what costs the same
 * for every request was added up when the plan was made.
 */
export class CostPlan {
  readonly #root: CostNode;
  readonly #prices: Prices;

  constructor(root: CostNode, prices: Prices) {
    this.#root = root;
    this.#prices = prices;
  }

  /** Milliseconds of model time at today's prices; of a subscription those of one event. */
  predict(variables: Variables): number {
    return OPERATION_MS + this.#cost(this.#root, variables);
  }

  /** The same in its parts; costs more to find out. */
  parts(variables: Variables): CostParts {
    const models: Record<string, { rows: number; ms: number }> = Object.create(null);
    const fields = new Map<string, number>();
    let modelMs = 0;
    const walk = (node: CostNode, before: number): void => {
      if (node.present !== null && !node.present(variables)) return;
      const times = before * (node.size === null ? 1 : node.size.read(variables));
      const each = times * (node.each === null ? 1 : node.each.read(variables));
      const row = node.rows === null ? 0 : this.#rowMs(node.rows, variables);
      if (node.rows !== null && row > 0) {
        const { model, rows } = node.rows;
        models[model] ??= { rows: 0, ms: 0 };
        models[model].rows += each * rows;
        models[model].ms += each * row;
        modelMs += each * row;
      }
      // What lies below and was added up belongs to the field that multiplies it.
      const own = each * (node.ownMs + row) + times * (node.ms - node.ownMs);
      fields.set(node.coordinate, (fields.get(node.coordinate) ?? 0) + own);
      for (const child of node.children) walk(child, times);
      const branch = this.#dearest(node.branches, variables);
      if (branch === null) return;
      fields.set(node.coordinate, fields.get(node.coordinate)! + times * branch.ms);
      for (const child of branch.children) walk(child, times);
    };
    walk(this.#root, 1);
    const totalMs = this.predict(variables);
    const [field, ms] = [...fields].reduce((most, one) => (one[1] > most[1] ? one : most), ['', 0]);
    return { totalMs, models, otherMs: Math.max(0, totalMs - modelMs), dearest: { field, ms } };
  }

  #cost(node: CostNode, variables: Variables): number {
    if (node.present !== null && !node.present(variables)) return 0;
    let own = node.ownMs;
    if (node.rows !== null) own += this.#rowMs(node.rows, variables);
    if (node.each !== null) own *= node.each.read(variables);
    let ms = own + node.ms - node.ownMs;
    for (const child of node.children) ms += this.#cost(child, variables);
    if (node.branches.length > 0) {
      let most = 0;
      for (const branch of node.branches) most = Math.max(most, this.#branchMs(branch, variables));
      ms += most;
    }
    return node.size === null ? ms : ms * node.size.read(variables);
  }

  #branchMs(branch: Branch, variables: Variables): number {
    let { ms } = branch;
    for (const child of branch.children) ms += this.#cost(child, variables);
    return ms;
  }

  #dearest(branches: readonly Branch[], variables: Variables): Branch | null {
    let most: Branch | null = null;
    let mostMs = -1;
    for (const branch of branches) {
      const ms = this.#branchMs(branch, variables);
      if (ms > mostMs) [most, mostMs] = [branch, ms];
    }
    return most;
  }

  #rowMs({ model, rows, price, selector, when }: RowCost, variables: Variables): number {
    if (when !== null && when.read(variables) == null) return 0;
    if (selector === null) return rows * price.rowMs;
    const selected = selector.read(variables);
    return rows * (selected == null ? price : this.#prices.selected(model, selected)).rowMs;
  }
}
