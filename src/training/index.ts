import type { TrainOptions } from './artifacts.js';
import { trainFraud } from './fraud.js';
import { terminalProgress } from './progress.js';
import { trainRecommendations } from './recommendations.js';
import { trainSegmentation } from './segmentation.js';

const TRAINERS = { fraud: trainFraud, recommendations: trainRecommendations, segmentation: trainSegmentation } as const;

/**
 * Trains one reference model and writes it as a new version. @returns the version's folder
 * @throws Error naming the file and what is wrong with it; nothing is written then.
 */
export function train(model: keyof typeof TRAINERS, options: TrainOptions): Promise<string> {
  return TRAINERS[model]({ progress: terminalProgress(), ...options });
}
