import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { z } from 'zod';

/** Everything that can be set from outside, checked before anything starts. Frozen. */
export interface Config {
  readonly host: string;
  /** 0: any free port; the ready line prints the address. */
  readonly port: number;
  readonly engine: 'auto' | 'tensorflow' | 'wasm';
  /** Engine worker threads. */
  readonly workers: number;
  readonly dataDir: string;
  readonly modelsDir: string;
  /** How often the models folder is looked at, ms; 0: at the start only. */
  readonly modelsPollMs: number;
  /** What loaded versions may take, by estimate, MiB; 0: no limit. */
  readonly modelsMemoryMb: number;
  /** Limits of trying a version before it is loaded. */
  readonly modelLoadTimeoutMs: number;
  readonly modelLoadMemoryMb: number;
  /** File of the public keys of those who may publish versions; null: anybody who can write the folder. */
  readonly modelPublicKeyFile: string | null;
  readonly demo: 'on' | 'off' | 'auto';
  readonly demoSeed: number;
  readonly logLevel: LogLevel;
  /** Default deadline of an operation, ms; clients may ask for less or, up to `maxDeadlineMs`, more. */
  readonly deadlineMs: number;
  readonly maxDeadlineMs: number;
  readonly maxBodyBytes: number;
  /** Prediction cache entries; 0 switches it off. */
  readonly predictionCacheEntries: number;
  readonly predictionCacheMaxAgeMs: number;
  /** Retention of the logs in rows; 0 keeps everything. */
  readonly retentionEvents: number;
  readonly retentionPredictions: number;
  /** Probabilities that raise and clear a fraud alert; null: the fraud version's own DECLINE and REVIEW thresholds. */
  readonly alertRaiseThreshold: number | null;
  readonly alertClearThreshold: number | null;
  /** Minutes without a payment after which an alert ends; 0: never. */
  readonly alertQuietMinutes: number;
  /** Writes are refused while the disk has less than this free. */
  readonly diskWatermarkBytes: number;
  readonly allowedHosts: readonly string[];
  readonly allowedOrigins: readonly string[];
}
export type LogLevel = 'silent' | 'error' | 'warn' | 'info' | 'debug';

/** Thrown when the environment does not make a Config: one sentence per variable. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

const integer = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/, `expected a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((n) => n >= min && n <= max, `expected a whole number from ${min} to ${max}`);

const probability = z
  .string()
  .regex(/^(0(\.\d{1,15})?|1(\.0{1,15})?)$/, 'expected a probability from 0 to 1, as 0.85')
  .transform(Number)
  .nullable();

const list = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
);

const cores = availableParallelism();

/** The variables, with their defaults. `docs/configuration.md` explains each; a test keeps the two together. */
export const VARIABLES = {
  HOST: z.string().min(1).max(255).default('127.0.0.1'),
  PORT: integer(0, 65_535).default(4000),
  SCOREGRAPH_ENGINE: z.enum(['auto', 'tensorflow', 'wasm']).default('auto'),
  SCOREGRAPH_WORKERS: integer(1, 64).default(Math.max(1, cores - 1)),
  SCOREGRAPH_DATA_DIR: z.string().min(1).default('.data'),
  SCOREGRAPH_MODELS_DIR: z.string().min(1).default('models'),
  SCOREGRAPH_MODELS_POLL_MS: integer(0, 86_400_000).default(2_000),
  SCOREGRAPH_MODELS_MEMORY_MB: integer(0, 16_777_216).default(0),
  SCOREGRAPH_MODEL_LOAD_TIMEOUT_MS: integer(100, 3_600_000).default(60_000),
  SCOREGRAPH_MODEL_LOAD_MEMORY_MB: integer(64, 1_048_576).default(2_048),
  SCOREGRAPH_MODEL_PUBLIC_KEY_FILE: z.string().min(1).nullable().default(null),
  SCOREGRAPH_DEMO: z.enum(['on', 'off', 'auto']).default('auto'),
  SCOREGRAPH_DEMO_SEED: integer(0, 2 ** 31 - 1).default(42),
  SCOREGRAPH_LOG_LEVEL: z.enum(['silent', 'error', 'warn', 'info', 'debug']).default('info'),
  SCOREGRAPH_DEADLINE_MS: integer(1, 600_000).default(10_000),
  SCOREGRAPH_MAX_DEADLINE_MS: integer(1, 600_000).default(60_000),
  SCOREGRAPH_MAX_BODY_BYTES: integer(1024, 64 * 1024 * 1024).default(1024 * 1024),
  SCOREGRAPH_PREDICTION_CACHE: integer(0, 10_000_000).default(0),
  SCOREGRAPH_PREDICTION_CACHE_MAX_AGE_MS: integer(1, 86_400_000).default(60_000),
  SCOREGRAPH_RETENTION_EVENTS: integer(0, 1e12).default(0),
  SCOREGRAPH_RETENTION_PREDICTIONS: integer(0, 1e12).default(0),
  SCOREGRAPH_ALERT_RAISE_THRESHOLD: probability.default(null),
  SCOREGRAPH_ALERT_CLEAR_THRESHOLD: probability.default(null),
  SCOREGRAPH_ALERT_QUIET_MINUTES: integer(0, 525_600).default(1_440),
  SCOREGRAPH_DISK_WATERMARK_BYTES: integer(0, 1e15).default(64 * 1024 * 1024),
  SCOREGRAPH_ALLOWED_HOSTS: list.default([]),
  SCOREGRAPH_ALLOWED_ORIGINS: list.default([]),
} as const;

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\])$/i;

/**
 * Reads the environment into a Config. Empty variables count as absent; unknown ones beginning with `SCOREGRAPH_`
 * are refused, so that a typing mistake does not silently mean the default.
 * @throws ConfigError naming every variable that is wrong, what was expected and what came.
 */
export function readConfig(env: Readonly<Record<string, string | undefined>> = process.env): Config {
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(VARIABLES)) {
    const raw = env[name] === '' ? undefined : env[name];
    const parsed = schema.safeParse(raw);
    if (parsed.success) values[name] = parsed.data;
    else problems.push(`${name}: ${parsed.error.issues[0]?.message ?? 'invalid'}, got ${JSON.stringify(raw)}`);
  }
  for (const name of Object.keys(env)) {
    if (name.startsWith('SCOREGRAPH_') && !(name in VARIABLES)) problems.push(`${name}: no such setting`);
  }
  const v = values as { [K in keyof typeof VARIABLES]: z.output<(typeof VARIABLES)[K]> };
  if (problems.length === 0 && !LOOPBACK.test(v.HOST)) {
    problems.push(
      `HOST: ${JSON.stringify(v.HOST)} is not a loopback address, and this server has no authentication configured; ` +
        'set HOST=127.0.0.1 and put a proxy that authenticates in front',
    );
  }
  if (problems.length === 0 && v.SCOREGRAPH_DEADLINE_MS > v.SCOREGRAPH_MAX_DEADLINE_MS) {
    problems.push('SCOREGRAPH_DEADLINE_MS: expected at most SCOREGRAPH_MAX_DEADLINE_MS');
  }
  const { SCOREGRAPH_ALERT_RAISE_THRESHOLD: raise, SCOREGRAPH_ALERT_CLEAR_THRESHOLD: clear } = v;
  if (problems.length === 0 && raise !== null && clear !== null && clear > raise) {
    problems.push(`SCOREGRAPH_ALERT_CLEAR_THRESHOLD: expected at most SCOREGRAPH_ALERT_RAISE_THRESHOLD, got ${clear}`);
  }
  if (problems.length > 0) throw new ConfigError(`The configuration is not usable:\n  ${problems.join('\n  ')}`);
  return Object.freeze({
    host: v.HOST,
    port: v.PORT,
    engine: v.SCOREGRAPH_ENGINE,
    workers: v.SCOREGRAPH_WORKERS,
    dataDir: resolve(v.SCOREGRAPH_DATA_DIR),
    modelsDir: resolve(v.SCOREGRAPH_MODELS_DIR),
    modelsPollMs: v.SCOREGRAPH_MODELS_POLL_MS,
    modelsMemoryMb: v.SCOREGRAPH_MODELS_MEMORY_MB,
    modelLoadTimeoutMs: v.SCOREGRAPH_MODEL_LOAD_TIMEOUT_MS,
    modelLoadMemoryMb: v.SCOREGRAPH_MODEL_LOAD_MEMORY_MB,
    modelPublicKeyFile:
      v.SCOREGRAPH_MODEL_PUBLIC_KEY_FILE === null ? null : resolve(v.SCOREGRAPH_MODEL_PUBLIC_KEY_FILE),
    demo: v.SCOREGRAPH_DEMO,
    demoSeed: v.SCOREGRAPH_DEMO_SEED,
    logLevel: v.SCOREGRAPH_LOG_LEVEL,
    deadlineMs: v.SCOREGRAPH_DEADLINE_MS,
    maxDeadlineMs: v.SCOREGRAPH_MAX_DEADLINE_MS,
    maxBodyBytes: v.SCOREGRAPH_MAX_BODY_BYTES,
    predictionCacheEntries: v.SCOREGRAPH_PREDICTION_CACHE,
    predictionCacheMaxAgeMs: v.SCOREGRAPH_PREDICTION_CACHE_MAX_AGE_MS,
    retentionEvents: v.SCOREGRAPH_RETENTION_EVENTS,
    retentionPredictions: v.SCOREGRAPH_RETENTION_PREDICTIONS,
    alertRaiseThreshold: raise,
    alertClearThreshold: clear,
    alertQuietMinutes: v.SCOREGRAPH_ALERT_QUIET_MINUTES,
    diskWatermarkBytes: v.SCOREGRAPH_DISK_WATERMARK_BYTES,
    allowedHosts: v.SCOREGRAPH_ALLOWED_HOSTS,
    allowedOrigins: v.SCOREGRAPH_ALLOWED_ORIGINS,
  });
}
