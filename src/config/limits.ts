import type { z } from 'zod';
import { integer } from './readers.js';

/** How much one operation, and one caller, may ask for. See docs/limits.md. */
export interface LimitsConfig {
  readonly tokens: number;
  readonly depth: number;
  readonly aliases: number;
  readonly rootFields: number;
  readonly fields: number;
  readonly directives: number;
  readonly listSize: number;
  /** Most that one operation may cost, ms of model time. */
  readonly operationMs: number;
  /** What each caller gets back a second, ms of model time; 0: no limits; null: not said. */
  readonly msPerSecond: number | null;
  readonly burstMs: number;
}

export const LIMIT_VARIABLES = {
  SCOREGRAPH_MAX_TOKENS: integer(10, 1_000_000).default(10_000),
  SCOREGRAPH_MAX_DEPTH: integer(1, 1_000).default(16),
  SCOREGRAPH_MAX_ALIASES: integer(0, 100_000).default(100),
  SCOREGRAPH_MAX_ROOT_FIELDS: integer(1, 10_000).default(50),
  SCOREGRAPH_MAX_FIELDS: integer(1, 100_000).default(2_000),
  SCOREGRAPH_MAX_DIRECTIVES: integer(0, 10_000).default(100),
  SCOREGRAPH_MAX_LIST_SIZE: integer(1, 1_000_000).default(1_000),
  SCOREGRAPH_MAX_OPERATION_COST_MS: integer(1, 600_000).default(1_000),
  SCOREGRAPH_RATE_LIMIT_MS_PER_SECOND: integer(0, 1_000_000).optional(),
  SCOREGRAPH_RATE_LIMIT_BURST_MS: integer(1, 10_000_000).default(5_000),
} as const;

type Values = { [K in keyof typeof LIMIT_VARIABLES]: z.output<(typeof LIMIT_VARIABLES)[K]> };

/** Puts the variables together. */
export function limitsOf(v: Values): LimitsConfig {
  return Object.freeze({
    tokens: v.SCOREGRAPH_MAX_TOKENS,
    depth: v.SCOREGRAPH_MAX_DEPTH,
    aliases: v.SCOREGRAPH_MAX_ALIASES,
    rootFields: v.SCOREGRAPH_MAX_ROOT_FIELDS,
    fields: v.SCOREGRAPH_MAX_FIELDS,
    directives: v.SCOREGRAPH_MAX_DIRECTIVES,
    listSize: v.SCOREGRAPH_MAX_LIST_SIZE,
    operationMs: v.SCOREGRAPH_MAX_OPERATION_COST_MS,
    msPerSecond: v.SCOREGRAPH_RATE_LIMIT_MS_PER_SECOND ?? null,
    burstMs: v.SCOREGRAPH_RATE_LIMIT_BURST_MS,
  });
}
