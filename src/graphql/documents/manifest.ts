import { createHash } from 'node:crypto';

/** A document that clients may ask for by its id. */
export interface ManifestEntry {
  readonly id: string;
  readonly text: string;
}

/** Longest id: it comes with every request. */
export const MAX_ID_LENGTH = 256;
/** Documents of one file. */
const MAX_ENTRIES = 50_000;

/** The SHA-256 of a text in UTF-8, 64 lower-case hex digits: the hash of APQ and of `documentId: "sha256:…"`. */
export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/**
 * Reads a manifest. Two shapes are known: `{ "<id>": "<text>" }`, which codegen's client preset (`persisted-documents.json`) and Relay's
 * compiler (`persistConfig.file`) write, and Apollo's `{ "format": "apollo-persisted-query-manifest", "version": 1, "operations": [{ id,
 * body }] }`. An id that says it is the SHA-256 of its text must be.
 * @returns what may be trusted, and a sentence for each entry that may not.
 * @throws Error when it is no manifest at all.
 */
export function readManifest(json: string): { entries: ManifestEntry[]; problems: string[] } {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw new Error(`expected JSON: ${(error as Error).message.slice(0, 120)}`);
  }
  const pairs = pairsOf(value);
  if (pairs.length > MAX_ENTRIES)
    throw new Error(`expected at most ${MAX_ENTRIES} documents in a manifest, got ${pairs.length}`);
  const entries: ManifestEntry[] = [];
  const problems: string[] = [];
  for (const [id, text] of pairs) {
    const problem = problemOf(id, text);
    if (problem === null) entries.push({ id: id as string, text: text as string });
    else problems.push(`${JSON.stringify(String(id).slice(0, 80))}: ${problem}`);
  }
  return { entries, problems };
}

function pairsOf(value: unknown): [unknown, unknown][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error('expected a manifest: { "<id>": "<document>", … }');
  const { format, version, operations } = value as Record<string, unknown>;
  if (format === undefined) return Object.entries(value);
  if (format !== 'apollo-persisted-query-manifest' || version !== 1 || !Array.isArray(operations))
    throw new Error('expected "format": "apollo-persisted-query-manifest", "version": 1 and a list of "operations"');
  return operations.map((operation) => [operation?.id, operation?.body]);
}

function problemOf(id: unknown, text: unknown): string | null {
  if (typeof id !== 'string' || id === '' || id.length > MAX_ID_LENGTH)
    return `expected an id of 1 to ${MAX_ID_LENGTH} characters`;
  if (typeof text !== 'string' || text === '') return 'expected the text of a document';
  const claimed = /^(?:sha256:)?([0-9a-f]{64})$/.exec(id)?.[1];
  if (claimed !== undefined && claimed !== sha256(text)) return 'its id is not the SHA-256 of its text';
  if (claimed === undefined && id.startsWith('sha256:'))
    return 'expected 64 lower-case hex digits behind "sha256:" in its id';
  return null;
}
