/** What a client can read, of what the GraphQL endpoint can say. */
export interface Accepted {
  /** One JSON document. */
  readonly json: boolean;
  /** Results as they come: the kind it likes best, or none. */
  readonly stream: 'sse' | 'multipart' | null;
}

/** Takes nothing but JSON: what nearly every request is. */
const JSON_ONLY: Accepted = { json: true, stream: null };

const JSON_TYPES = new Set(['application/json', 'application/graphql-response+json', 'application/*', '*/*']);

/**
 * Reads an Accept header (RFC 9110, 12.5.1). A stream is taken only where it is named: "anything" is what clients say that expect one
 * document. Of two streams the higher `q` wins, then the earlier.
 */
export function acceptedBy(header: string | undefined): Accepted {
  if (header === undefined || !/event-stream|multipart/i.test(header)) return JSON_ONLY;
  let json = false;
  let stream: Accepted['stream'] = null;
  let best = 0;
  for (const part of header.split(',')) {
    const [type = '', ...parameters] = part.split(';').map((text) => text.trim().toLowerCase());
    const weight = weightOf(parameters);
    if (weight === 0) continue;
    if (JSON_TYPES.has(type)) json = true;
    const kind = streamOf(type, parameters);
    if (kind === null || weight <= best) continue;
    stream = kind;
    best = weight;
  }
  return { json, stream };
}

function streamOf(type: string, parameters: readonly string[]): Accepted['stream'] {
  if (type === 'text/event-stream') return 'sse';
  const isSubscription = parameters.some((text) => /^subscriptionspec\s*=\s*"?1\.0"?$/.test(text));
  return type === 'multipart/mixed' && isSubscription ? 'multipart' : null;
}

function weightOf(parameters: readonly string[]): number {
  for (const parameter of parameters) {
    const weight = /^q\s*=(.*)$/.exec(parameter);
    if (weight !== null) return Number(weight[1]) || 0;
  }
  return 1;
}
