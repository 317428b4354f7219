import type { Config } from '../config/config.js';
import type { Clock } from '../core/clock.js';
import type { Logger } from '../core/logger.js';
import type { PrometheusMetrics } from '../transport/metrics.js';

/** What every part of the house is built with. */
export interface Base {
  readonly config: Config;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly metrics: PrometheusMetrics;
  /** Notes how to take down what was just started: done, newest first, when the start-up fails later on. */
  readonly onFailure: (step: () => unknown) => void;
}

/** Does something every `ms` until the answer is called; alone it keeps no process alive. */
export function every(ms: number, work: () => void): () => void {
  const timer = setInterval(work, ms);
  timer.unref();
  return () => clearInterval(timer);
}
