import { recentItems } from '../features/basket-features.js';
import { type CustomerState, RECENT_ITEMS } from '../features/customer-state.js';
import type { Vocabulary } from './retail-split.js';
import * as tf from './tf.js';

/** What the served network computes: scores = weights·U·V + the customer's own items, each its share times its factor. */
export interface Scorer {
  /** [n, rank] */
  readonly u: tf.Tensor2D;
  /** [rank, n] */
  readonly v: tf.Tensor2D;
  /** [n] */
  readonly repeatFactors: Float32Array;
}

/** The network of standard layers: a weighted sum of embeddings, a dense layer, and the own items added in their places. */
export function network({ u, v, repeatFactors }: Scorer): tf.LayersModel {
  const [n, rank] = u.shape;
  const items = tf.input({ shape: [RECENT_ITEMS], dtype: 'int32', name: 'items' });
  const weights = tf.input({ shape: [RECENT_ITEMS], name: 'weights' });
  const shares = tf.input({ shape: [RECENT_ITEMS], name: 'shares' });
  const embedded = embed(items, 'embedding', n, rank);
  const profile = tf.layers.dot({ axes: 1, name: 'profile' }).apply([weights, embedded]);
  const liked = tf.layers.dense({ units: n, useBias: false, name: 'liked' }).apply(profile) as tf.SymbolicTensor;
  const owned = scatter(items, shares, n);
  const scores = tf.layers.add({ name: 'scores' }).apply([liked, owned]) as tf.SymbolicTensor;
  const model = tf.model({ inputs: [items, weights, shares], outputs: scores, name: 'recommendations' });

  const zero = tf.zeros([1, rank]);
  const table = tf.concat([zero, u], 0);
  model.getLayer('embedding').setWeights([table]);
  model.getLayer('liked').setWeights([v]);
  tf.dispose([zero, table]);
  const { rows, columns, rest } = gridOf(n);
  const set = (name: string, width: number, value: (item: number) => readonly [number, number] | null) => {
    const data = new Float32Array((n + 1) * width);
    for (let item = 0; item < n; item++) {
      const cell = value(item);
      if (cell !== null) data[(item + 1) * width + cell[0]] = cell[1];
    }
    const tensor = tf.tensor2d(data, [n + 1, width]);
    model.getLayer(name).setWeights([tensor]);
    tensor.dispose();
  };
  const inGrid = rows * columns;
  set('row', rows, (item) => (item < inGrid ? [Math.floor(item / columns), repeatFactors[item]!] : null));
  set('column', columns, (item) => (item < inGrid ? [item % columns, 1] : null));
  if (rest > 0) set('rest', rest, (item) => (item < inGrid ? null : [item - inGrid, repeatFactors[item]!]));
  return model;
}

const embed = (items: tf.SymbolicTensor, name: string, n: number, width: number): tf.SymbolicTensor =>
  tf.layers
    .embedding({ inputDim: n + 1, outputDim: width, inputLength: RECENT_ITEMS, name })
    .apply(items) as tf.SymbolicTensor;

/** n places as rows × columns and what is left over. */
function gridOf(n: number): { rows: number; columns: number; rest: number } {
  const columns = Math.ceil(Math.sqrt(n));
  const rows = Math.floor(n / columns);
  return { rows, columns, rest: n - rows * columns };
}

/**
 * Puts each share, times its item's factor, in its item's place of n: no layer scatters, but the product of one-hot rows
 * and one-hot columns does, and those tables are √n wide.
 */
function scatter(items: tf.SymbolicTensor, shares: tf.SymbolicTensor, n: number): tf.SymbolicTensor {
  const { rows, columns, rest } = gridOf(n);
  const each = tf.layers.reshape({ targetShape: [RECENT_ITEMS, 1], name: 'each' }).apply(shares) as tf.SymbolicTensor;
  const row = embed(items, 'row', n, rows);
  const shared = tf.layers.multiply({ name: 'shared' }).apply([row, each]) as tf.SymbolicTensor;
  const grid = tf.layers.dot({ axes: 1, name: 'grid' }).apply([shared, embed(items, 'column', n, columns)]);
  const flat = tf.layers.flatten({ name: 'flat' }).apply(grid) as tf.SymbolicTensor;
  if (rest === 0) return flat;
  const last = tf.layers.dot({ axes: 1, name: 'last' }).apply([shares, embed(items, 'rest', n, rest)]);
  return tf.layers.concatenate({ name: 'owned' }).apply([flat, last as tf.SymbolicTensor]) as tf.SymbolicTensor;
}

/** Scores of all items for each state, by the network, in batches. */
export function predictScores(
  model: tf.LayersModel,
  states: readonly CustomerState[],
  { ids, indexOf }: Vocabulary,
): Float32Array[] {
  const all: Float32Array[] = [];
  for (let start = 0; start < states.length; start += 256) {
    const rows = states.slice(start, start + 256).map((state) => recentItems(state, indexOf));
    const shape: [number, number] = [rows.length, RECENT_ITEMS];
    const floats = (pick: (row: (typeof rows)[number]) => Float32Array) =>
      tf.tensor2d(Float32Array.from(rows.flatMap((row) => [...pick(row)])), shape);
    const inputs = [
      tf.tensor2d(Int32Array.from(rows.flatMap((row) => [...row.ids])), shape, 'int32'),
      floats((row) => row.weights),
      floats((row) => row.shares),
    ];
    const output = model.predict(inputs) as tf.Tensor;
    const data = output.dataSync() as Float32Array;
    rows.forEach((_, i) => {
      all.push(data.slice(i * ids.length, (i + 1) * ids.length));
    });
    tf.dispose([...inputs, output]);
  }
  return all;
}
