import { messageOf } from '../core/errors.js';
import type { InferenceService } from '../inference/service.js';
import type { HealthSource } from '../transport/http/health.js';

/** Ready means: the engine runs, and each required model answers. Any other model without a version takes its own fields with it only. */
export function healthOf(
  inference: InferenceService,
  workersAlive: () => number,
  required: readonly string[],
): HealthSource {
  const { registry } = inference;
  const reasonOf = (name: string): string | null => {
    try {
      inference.router.resolve(name);
      return null;
    } catch (error) {
      return messageOf(error);
    }
  };
  return {
    readiness() {
      const missing = required.flatMap((name) => reasonOf(name) ?? []);
      const others = registry.list().flatMap(({ name }) => (required.includes(name) ? [] : (reasonOf(name) ?? [])));
      return {
        notReady: workersAlive() === 0 ? ['no engine worker is running', ...missing] : missing,
        degraded: [...others, ...inference.lifecycle.problems.map(({ model, message }) => `${model}: ${message}`)],
      };
    },
    modelReady(name) {
      if (registry.get(name) === null) return null;
      const reason = workersAlive() === 0 ? 'no engine worker is running' : reasonOf(name);
      return { ready: reason === null, reason };
    },
  };
}
