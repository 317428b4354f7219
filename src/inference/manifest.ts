import { z } from 'zod';
import { Interned } from '../core/interned.js';
import type { ModelManifest, OutputSpec } from './ports.js';
import { sizeOf } from './shape.js';

/** GraphQL's rule for names: what a model is called must be usable in the graph. */
export const MODEL_NAME = /^[A-Za-z][_0-9A-Za-z]{0,63}$/;

/** What an alias may be called. */
export const ALIAS_NAME = /^[a-z][a-z0-9-]{0,63}$/;

const feature = z.strictObject({
  name: z.string().min(1).max(128),
  description: z.string().max(1_000),
  unit: z.string().max(64).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  default: z.number().optional(),
  stored: z.string().min(1).max(128).optional(),
});
const tensor = z.strictObject({
  name: z.string().regex(/^[A-Za-z][A-Za-z0-9_.-]{0,63}$/),
  datatype: z.enum(['FP32', 'INT32']),
  shape: z
    .array(z.number().int())
    .min(1)
    .max(8)
    .refine(
      ([batch, ...rest]) => batch === -1 && rest.every((n) => n > 0 && n <= 10_000_000),
      'expected -1 (the batch) and then sizes above 0',
    ),
  features: z.array(feature).max(10_000).optional(),
});
const output = tensor.extend({
  adds_to: z
    .strictObject({ output: z.string(), at: z.string(), first: z.number().int().min(0).max(1_000_000).default(0) })
    .optional(),
});

/** `manifest.json` as it is on disk. */
const manifest = z.strictObject({
  name: z.string().regex(MODEL_NAME, 'expected a GraphQL name of at most 64 characters'),
  task: z.string().min(1).max(64),
  description: z.string().min(1).max(2_000),
  entity: z.string().min(1).max(64),
  inputs: z.array(tensor).min(1).max(32),
  outputs: z.array(output).min(1).max(32),
  batching: z
    .strictObject({
      max_batch_size: z.number().int().min(1).max(65_536).default(1_024),
      preferred_batch_size: z.array(z.number().int().min(1)).max(16).default([]),
      max_queue_delay_microseconds: z.number().int().min(0).max(1_000_000).default(0),
      max_queue_size: z.number().int().min(1).max(1_000_000).default(8_192),
    })
    .prefault({}),
  version_policy: z
    .union([
      z.strictObject({ latest: z.strictObject({ num_versions: z.number().int().min(1).max(100) }) }),
      z.strictObject({ all: z.strictObject({}) }),
      z.strictObject({ specific: z.strictObject({ versions: z.array(z.number().int().min(1)).min(1).max(100) }) }),
    ])
    .default({ latest: { num_versions: 1 } }),
  promotion: z.enum(['manual', 'auto']).default('manual'),
  aliases: z.record(z.string().regex(ALIAS_NAME), z.number().int().min(1)).default({}),
  prediction_log: z
    .union([z.literal('all'), z.literal('none'), z.strictObject({ sample: z.number().min(0).max(1) })])
    .default({ sample: 0.1 }),
  graph: z
    .strictObject({ domain: z.string().min(1).max(64).optional(), field: z.string().min(1).max(64).optional() })
    .optional(),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .optional(),
});

/** `version.json` in the parts the server needs; the rest is shown as it is. */
const card = z.looseObject({
  version: z.number().int().min(1),
  format: z.enum(['tfjs-layers', 'tfjs-graph', 'tf-saved-model']),
  files: z.record(z.string(), z.string().regex(/^[0-9a-f]{64}$/)),
});
export type VersionCard = z.infer<typeof card>;

function read<T>(schema: z.ZodType<T>, file: string, text: string): T {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new Error(`${file}: expected JSON: ${(error as Error).message}`);
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new Error(`${file}: ${issue.path.join('.') || 'top level'}: ${issue.message}`);
}

/**
 * Reads a manifest. Defaults: max_batch_size 1024, no preferred sizes, no queue delay, max_queue_size 8192, the latest
 * version only, no promotion but by hand, a tenth of query-born predictions logged.
 * @throws Error naming the file, the place in it, what was expected and what came.
 */
export function parseManifest(text: string): ModelManifest {
  const m = read(manifest, 'manifest.json', text);
  const policy = m.version_policy;
  m.outputs.forEach((spec, i) => {
    const wrong = wrongAddition(spec, m);
    if (wrong !== null) throw new Error(`manifest.json: outputs.${i}.adds_to${wrong}`);
  });
  return {
    name: m.name,
    task: m.task,
    description: m.description,
    entity: m.entity,
    inputs: tensors.of(m.inputs),
    outputs: tensors.of(
      m.outputs.map(
        ({ adds_to, ...spec }): OutputSpec => (adds_to === undefined ? spec : { ...spec, addsTo: adds_to }),
      ),
    ),
    batching: {
      maxBatchSize: m.batching.max_batch_size,
      preferredBatchSize: m.batching.preferred_batch_size,
      maxQueueDelayMicroseconds: m.batching.max_queue_delay_microseconds,
      maxQueueSize: m.batching.max_queue_size,
    },
    versionPolicy:
      'latest' in policy
        ? { kind: 'latest', count: policy.latest.num_versions }
        : 'specific' in policy
          ? { kind: 'specific', versions: policy.specific.versions }
          : { kind: 'all' },
    promotion: m.promotion,
    aliases: m.aliases,
    predictionLog: m.prediction_log === 'all' ? 1 : m.prediction_log === 'none' ? 0 : m.prediction_log.sample,
    ...(m.graph === undefined ? {} : { graph: m.graph }),
    ...(m.currency === undefined ? {} : { currency: m.currency }),
  };
}

/** Inputs and outputs of manifests. */
const tensors = new Interned();

/** What is wrong with where an output says it belongs; null when it can be added there. */
function wrongAddition(
  { datatype, shape, adds_to }: z.infer<typeof output>,
  { inputs, outputs }: Pick<z.infer<typeof manifest>, 'inputs' | 'outputs'>,
): string | null {
  if (adds_to === undefined) return null;
  const target = outputs.find(({ name }) => name === adds_to.output);
  if (target?.datatype !== 'FP32' || target.adds_to !== undefined || datatype !== 'FP32')
    return `.output: expected an FP32 output that is an answer of its own, for an FP32 output, got ${adds_to.output}`;
  const places = inputs.find(({ name }) => name === adds_to.at);
  if (places?.datatype !== 'INT32' || sizeOf(places.shape) !== sizeOf(shape))
    return `.at: expected an INT32 input of ${sizeOf(shape)} values, one for each of the output’s, got ${adds_to.at}`;
  return null;
}

/** Reads a `version.json`. @throws Error like `parseManifest`. */
export const parseCard = (text: string): VersionCard => read(card, 'version.json', text);
