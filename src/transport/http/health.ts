import type { ServerResponse } from 'node:http';
import { refuse, send } from './http-answer.js';

/** How the server is, for who decides whether to send it requests. */
export interface Readiness {
  /** Why it should get none; empty: it is ready. */
  readonly notReady: readonly string[];
  /** What does not work while the rest does: a model without a version, whose fields are null with a reason. */
  readonly degraded: readonly string[];
}

/** What the health paths tell of. */
export interface HealthSource {
  readiness(): Readiness;
  /** Whether a model answers, or why not; null: there is none of that name. */
  modelReady(name: string): { readonly ready: boolean; readonly reason: string | null } | null;
}

const JSON_TYPE = 'application/json';
const MODEL = /^\/v2\/models\/([^/]{1,200})\/ready$/;

/** Answers the health paths of the Open Inference Protocol; false when `path` is none of them. */
export function answerHealth(path: string, response: ServerResponse, source: HealthSource, draining: boolean): boolean {
  if (path === '/v2/health/live') {
    send(response, 200, JSON_TYPE, '{"live":true}');
    return true;
  }
  if (path === '/v2/health/ready') {
    const { notReady, degraded } = draining ? { notReady: ['shutting down'], degraded: [] } : source.readiness();
    const ready = notReady.length === 0;
    send(response, ready ? 200 : 503, JSON_TYPE, JSON.stringify({ ready, notReady, degraded }));
    return true;
  }
  const name = MODEL.exec(path)?.[1];
  if (name === undefined) return false;
  const model = source.modelReady(name);
  if (model === null) refuse(response, 404, 'NOT_FOUND', `There is no model ${JSON.stringify(name)}.`);
  else send(response, model.ready ? 200 : 503, JSON_TYPE, JSON.stringify({ name, ...model }));
  return true;
}
