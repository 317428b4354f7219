import { NOT_YOURS } from '../world.js';
import type { Attack } from './attack.js';
import { CALLERS } from './callers.js';
import { COSTS } from './costs.js';
import { DOCUMENTS } from './documents.js';
import { SCHEMA } from './schema.js';
import { VALUES } from './values.js';

/** What is done to every door. A new attack is one entry in one of these lists; the doors find it by themselves. */
export const ATTACKS: readonly Attack[] = [...CALLERS, ...SCHEMA, ...COSTS, ...DOCUMENTS, ...VALUES];

/** What no answer to anybody may have in it. */
export const LEAKS: readonly RegExp[] = [
  /\bat [^"]{0,80}:\d+:\d+/, // a stack
  /node_modules|\.[cm]?[jt]s:\d/,
  /\/(?:work|tmp|home|root|usr|var)\//,
  /SQLITE|no such table|\bSELECT\b|\bINSERT INTO\b/,
  /Did you mean/,
  new RegExp(NOT_YOURS),
];
