/** Kinds of things that `node(id)` finds. Predictions carry their predictionId as it is. */
export type NodeType = 'Customer' | 'Transaction' | 'Item' | 'Segment' | 'Model' | 'ModelVersion' | 'FraudAlert';
const TYPES: ReadonlySet<string> = new Set([
  'Customer',
  'Transaction',
  'Item',
  'Segment',
  'Model',
  'ModelVersion',
  'FraudAlert',
]);

/** The opaque global id of a thing. */
export function encodeNodeId(type: NodeType, key: string): string {
  return Buffer.from(`${type}:${key}`, 'utf8').toString('base64url');
}

const PREDICTION_ID = /^[0-9a-f]{32}$|^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Whether an id has the form of a predictionId. */
export const isPredictionId = (id: string): boolean => PREDICTION_ID.test(id);

/** Reads a global id; null when it is none of ours. */
export function decodeNodeId(id: string): { readonly type: NodeType; readonly key: string } | null {
  if (id.length > 1024) return null;
  const text = Buffer.from(id, 'base64url').toString('utf8');
  const colon = text.indexOf(':');
  const type = text.slice(0, colon);
  return colon > 0 && TYPES.has(type) ? { type: type as NodeType, key: text.slice(colon + 1) } : null;
}
