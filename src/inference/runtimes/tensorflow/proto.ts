/**
 * The few protocol-buffer messages a frozen SavedModel is made of (tensorflow/core/protobuf/saved_model.proto,
 * meta_graph.proto, framework/{graph,node_def,attr_value,tensor,tensor_shape,versions}.proto), written by hand:
 * the package that could write them is as large as this project.
 */
export const DT = { FLOAT: 1, INT32: 3, STRING: 7, INT64: 9, BOOL: 10 } as const;

type Field = Uint8Array;

function varint(value: number | bigint): number[] {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest > 0n ? low | 0x80 : low);
  } while (rest > 0n);
  return bytes;
}

const key = (field: number, wire: number) => varint((field << 3) | wire);
export const int = (field: number, value: number | bigint): Field =>
  Uint8Array.from([...key(field, 0), ...varint(value)]);
export const bytes = (field: number, value: Uint8Array): Field =>
  Buffer.concat([Uint8Array.from([...key(field, 2), ...varint(value.length)]), value]);
export const text = (field: number, value: string): Field => bytes(field, Buffer.from(value, 'utf8'));
export const message = (field: number, ...parts: readonly Field[]): Field => bytes(field, Buffer.concat(parts));
export function float(field: number, value: number): Field {
  const out = Buffer.alloc(4);
  out.writeFloatLE(value);
  return Buffer.concat([Uint8Array.from(key(field, 5)), out]);
}

/** TensorShapeProto fields; -1 is unknown. */
const dims = (shape: readonly number[]): Field[] => shape.map((size) => message(2, int(1, BigInt(size))));

/** AttrValue of each kind, as the body of a message. */
export const attr = {
  type: (dtype: number) => [int(6, dtype)],
  types: (dtypes: readonly number[]) => [message(1, ...dtypes.map((dtype) => int(6, dtype)))],
  int: (value: number) => [int(3, BigInt(value))],
  ints: (values: readonly number[]) => [message(1, ...values.map((value) => int(3, BigInt(value))))],
  float: (value: number) => [float(4, value)],
  bool: (value: boolean) => [int(5, value ? 1 : 0)],
  string: (value: string) => [text(2, value)],
  shape: (shape: readonly number[]) => [message(7, ...dims(shape))],
  tensor: (dtype: number, shape: readonly number[], content: Uint8Array) => [
    message(8, int(1, dtype), message(2, ...dims(shape)), bytes(4, content)),
  ],
};

export interface Node {
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly string[];
  readonly attributes: Readonly<Record<string, readonly Field[]>>;
}
export interface Endpoint {
  /** Name in the signature. */
  readonly name: string;
  /** `node:0`. */
  readonly tensor: string;
  readonly dtype: number;
  readonly shape: readonly number[];
}

const nodeDef = (node: Node): Field =>
  message(
    1,
    text(1, node.name),
    text(2, node.op),
    ...node.inputs.map((input) => text(3, input)),
    ...Object.entries(node.attributes).map(([name, value]) => message(5, text(1, name), message(2, ...value))),
  );

const endpoint = (field: number, { name, tensor, dtype, shape }: Endpoint): Field =>
  message(field, text(1, name), message(2, text(1, tensor), int(2, dtype), message(3, ...dims(shape))));

/** A whole `saved_model.pb`: one graph tagged `serve` with the signature `serving_default`. */
export function savedModel(
  nodes: readonly Node[],
  inputs: readonly Endpoint[],
  outputs: readonly Endpoint[],
): Uint8Array {
  const graph = message(2, ...nodes.map(nodeDef), message(4, int(1, 1286), int(2, 12)));
  const signature = message(
    5,
    text(1, 'serving_default'),
    message(
      2,
      ...inputs.map((e) => endpoint(1, e)),
      ...outputs.map((e) => endpoint(2, e)),
      text(3, 'tensorflow/serving/predict'),
    ),
  );
  return Buffer.concat([int(1, 1), message(2, message(1, text(4, 'serve')), graph, signature)]);
}
