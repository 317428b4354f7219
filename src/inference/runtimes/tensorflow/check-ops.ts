import { ALLOWED_OPS, LOADER_OPS, SAVER_OPS } from './allowed-ops.js';
import { all, fieldsOf, string, text } from './proto-reader.js';

/** A node, in the parts that say what it runs. */
interface Node {
  readonly name: string;
  readonly op: string;
  /** Names of nodes it reads or waits for. */
  readonly inputs: readonly string[];
  /** Functions it may call. */
  readonly functions: readonly string[];
}
const MAX_NODES = 1_000_000;

/** `^name`, `name`, `name:0`, `name:output:0`. */
const nodeOf = (input: string) => input.replace(/^\^/, '').split(':')[0]!;

function readNode(bytes: Uint8Array): Node {
  const functions: string[] = [];
  const inputs: string[] = [];
  let name = '';
  let op = '';
  for (const { number, bytes: field } of fieldsOf(bytes)) {
    if (number === 1) name = string(field);
    else if (number === 2) op = string(field);
    else if (number === 3) inputs.push(nodeOf(string(field)));
    else if (number === 5) for (const value of all(field, 2)) functions.push(...functionsIn(value));
  }
  return { name, op, inputs, functions };
}

/** Names of functions in an attribute (AttrValue: `func`, and the functions of a `list`). */
function functionsIn(value: Uint8Array): string[] {
  const names: string[] = [];
  for (const { number, bytes } of fieldsOf(value)) {
    if (number === 10) names.push(text(bytes, 1));
    else if (number === 1) for (const func of all(bytes, 9)) names.push(text(func, 1));
  }
  return names;
}

/** A name that stands for two things would hide one of them. */
function put<T>(map: Map<string, T>, name: string, value: T): void {
  if (map.has(name)) throw new Error(`saved_model.pb: expected one ${JSON.stringify(name.slice(0, 80))}, got two`);
  map.set(name, value);
}

/**
 * Looks at every operation of a `saved_model.pb`. All of them must be known: those that only compute, or TensorFlow's own saver. What runs
 * when it is loaded or asked must only compute; but its loader reads its variables.
 * @throws Error that names the operations that are not allowed.
 */
export function checkOps(savedModel: Uint8Array): void {
  for (const metaGraph of all(savedModel, 2)) checkGraph(metaGraph);
}

function checkGraph(metaGraph: Uint8Array): void {
  const nodes = new Map<string, Node>();
  const functions = new Map<string, Node[]>();
  const strange = new Set<string>();
  let count = 0;
  const take = (bytes: Uint8Array): Node => {
    if (++count > MAX_NODES) throw new Error(`saved_model.pb: expected at most ${MAX_NODES} operations`);
    return readNode(bytes);
  };
  for (const graph of all(metaGraph, 2)) {
    for (const bytes of all(graph, 1)) {
      const node = take(bytes);
      put(nodes, node.name, node);
    }
    for (const library of all(graph, 2)) {
      for (const definition of all(library, 1)) {
        const names = all(definition, 1).flatMap((signature) => all(signature, 1).map(string));
        put(functions, names.at(-1) ?? '', all(definition, 3).map(take));
      }
    }
  }
  const known = (op: string) => ALLOWED_OPS.has(op) || SAVER_OPS.has(op) || functions.has(op);
  for (const { op } of [...nodes.values(), ...[...functions.values()].flat()]) if (!known(op)) strange.add(op);

  const runs = (roots: readonly string[], allowed: (op: string) => boolean): void => {
    const seen = new Set<Node>();
    const called = new Set<string>();
    const open = roots.flatMap((root) => nodes.get(nodeOf(root)) ?? []);
    const enter = (name: string) => {
      if (called.has(name)) return;
      called.add(name);
      open.push(...(functions.get(name) ?? []));
    };
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      if (seen.has(node)) continue;
      seen.add(node);
      if (functions.has(node.op)) enter(node.op);
      else if (!allowed(node.op)) strange.add(node.op);
      for (const name of node.functions) enter(name);
      // A function's body is taken whole, so its own names need not be followed.
      if (nodes.get(node.name) === node) open.push(...node.inputs.flatMap((input) => nodes.get(input) ?? []));
    }
  };
  const { asked, loading } = rootsOf(metaGraph);
  runs(asked, (op) => ALLOWED_OPS.has(op));
  runs(loading, (op) => ALLOWED_OPS.has(op) || LOADER_OPS.has(op));
  if (strange.size > 0) {
    const names = [...strange].sort().slice(0, 10);
    throw new Error(`saved_model.pb: expected operations that only compute, got ${names.join(', ')}`);
  }
}

/** What is run when it is asked (outputs and initialisers of all signatures and collections), and when its variables are loaded. */
function rootsOf(metaGraph: Uint8Array): { asked: string[]; loading: string[] } {
  const asked: string[] = [];
  const loading: string[] = [];
  for (const { number, bytes } of fieldsOf(metaGraph)) {
    if (number === 3) loading.push(text(bytes, 3));
    else if (number === 4) {
      for (const collection of all(bytes, 2))
        for (const list of all(collection, 1)) asked.push(...all(list, 1).map(string));
    } else if (number === 5) {
      for (const signature of all(bytes, 2))
        for (const entry of all(signature, 2)) for (const info of all(entry, 2)) asked.push(text(info, 1));
    }
  }
  return { asked, loading };
}
