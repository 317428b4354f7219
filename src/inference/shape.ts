/** Values of one row of a tensor whose shape begins with the batch. */
export function sizeOf(shape: readonly number[]): number {
  let size = 1;
  for (let i = 1; i < shape.length; i++) size *= shape[i]!;
  return size;
}
