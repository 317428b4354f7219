import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { AUTHENTICATION_VARIABLES, type AuthenticationConfig, asksWho, authenticationOf } from './authentication.js';
import { origins, TLS_VARIABLES, type TlsConfig, tlsOf } from './doors.js';
import { LIMIT_VARIABLES, type LimitsConfig, limitsOf } from './limits.js';
import { integer, list, probability } from './readers.js';

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
  /** And by age, in days since they were recorded; 0 keeps everything. */
  readonly retentionEventsDays: number;
  readonly retentionPredictionsDays: number;
  /** File with the passphrase of the data file; null: it is not encrypted. */
  readonly dataKeyFile: string | null;
  /** Days that audit entries are kept; 0 keeps everything. */
  readonly auditDays: number;
  /** Probabilities that raise and clear a fraud alert; null: the fraud version's own DECLINE and REVIEW thresholds. */
  readonly alertRaiseThreshold: number | null;
  readonly alertClearThreshold: number | null;
  /** Minutes without a payment after which an alert ends; 0: never. */
  readonly alertQuietMinutes: number;
  /** Writes are refused while the disk has less than this free. */
  readonly diskWatermarkBytes: number;
  /** Models without which the server is not ready. */
  readonly requiredModels: readonly string[];
  readonly allowedHosts: readonly string[];
  readonly allowedOrigins: readonly string[];
  /** Null: plain HTTP. */
  readonly tls: TlsConfig | null;
  /** Where API keys are kept. */
  readonly apiKeyFile: string;
  /** How callers say who they are. */
  readonly authentication: AuthenticationConfig;
  /** How much one operation, and one caller, may ask for. */
  readonly limits: LimitsConfig;
  /** Manifests of trusted documents. */
  readonly trustedDocuments: readonly string[];
  /** Whether nothing else is answered. */
  readonly onlyTrusted: boolean;
  /** Documents that clients may register by their hash; 0: none. */
  readonly registeredDocuments: number;
}

export type LogLevel = 'silent' | 'error' | 'warn' | 'info' | 'debug';

/** Thrown when the environment does not make a Config: one sentence per variable. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

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
  SCOREGRAPH_RETENTION_EVENTS_DAYS: integer(0, 36_500).default(0),
  SCOREGRAPH_RETENTION_PREDICTIONS_DAYS: integer(0, 36_500).default(0),
  SCOREGRAPH_DATA_KEY_FILE: z.string().min(1).max(4096).nullable().default(null),
  SCOREGRAPH_AUDIT_DAYS: integer(0, 36_500).default(365),
  SCOREGRAPH_ALERT_RAISE_THRESHOLD: probability.default(null),
  SCOREGRAPH_ALERT_CLEAR_THRESHOLD: probability.default(null),
  SCOREGRAPH_ALERT_QUIET_MINUTES: integer(0, 525_600).default(1_440),
  SCOREGRAPH_DISK_WATERMARK_BYTES: integer(0, 1e15).default(64 * 1024 * 1024),
  SCOREGRAPH_REQUIRED_MODELS: list.default([]),
  SCOREGRAPH_ALLOWED_HOSTS: list.default([]),
  SCOREGRAPH_ALLOWED_ORIGINS: origins.default([]),
  ...TLS_VARIABLES,
  ...AUTHENTICATION_VARIABLES,
  ...LIMIT_VARIABLES,
  SCOREGRAPH_TRUSTED_DOCUMENTS: list.default([]),
  SCOREGRAPH_ONLY_TRUSTED: z.enum(['on', 'off']).default('off'),
  SCOREGRAPH_REGISTERED_DOCUMENTS: integer(0, 100_000).default(1_000),
} as const;

/** What the variables say. */
type Values = { [K in keyof typeof VARIABLES]: z.output<(typeof VARIABLES)[K]> };

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
  const v = values as Values;
  const authentication = authenticationOf(v, env.NODE_ENV === 'production', problems);
  const tls = tlsOf(v, problems);
  if (problems.length === 0 && !LOOPBACK.test(v.HOST) && !asksWho(authentication)) {
    problems.push(
      `HOST: ${JSON.stringify(v.HOST)} is not a loopback address, and this server has no authentication configured; ` +
        'set SCOREGRAPH_API_KEYS=on (or SCOREGRAPH_JWT_… or SCOREGRAPH_TRUSTED_PROXIES, docs/access.md), or HOST=127.0.0.1',
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
    retentionEventsDays: v.SCOREGRAPH_RETENTION_EVENTS_DAYS,
    retentionPredictionsDays: v.SCOREGRAPH_RETENTION_PREDICTIONS_DAYS,
    dataKeyFile: v.SCOREGRAPH_DATA_KEY_FILE,
    auditDays: v.SCOREGRAPH_AUDIT_DAYS,
    alertRaiseThreshold: raise,
    alertClearThreshold: clear,
    alertQuietMinutes: v.SCOREGRAPH_ALERT_QUIET_MINUTES,
    diskWatermarkBytes: v.SCOREGRAPH_DISK_WATERMARK_BYTES,
    requiredModels: v.SCOREGRAPH_REQUIRED_MODELS,
    allowedHosts: v.SCOREGRAPH_ALLOWED_HOSTS,
    allowedOrigins: v.SCOREGRAPH_ALLOWED_ORIGINS,
    tls,
    apiKeyFile: join(resolve(v.SCOREGRAPH_DATA_DIR), 'api-keys.json'),
    authentication,
    limits: limitsOf(v),
    trustedDocuments: v.SCOREGRAPH_TRUSTED_DOCUMENTS.map((file) => resolve(file)),
    onlyTrusted: v.SCOREGRAPH_ONLY_TRUSTED === 'on',
    registeredDocuments: v.SCOREGRAPH_REGISTERED_DOCUMENTS,
  });
}

/** How much of the logs is kept, as the data room takes it. */
export const retentionOf = (config: Config) => ({
  events: config.retentionEvents,
  predictions: config.retentionPredictions,
  eventsDays: config.retentionEventsDays,
  predictionsDays: config.retentionPredictionsDays,
});
