import type { EvaluateOptions, Evaluation, TrainOptions } from './artifacts.js';
import { terminalProgress } from './progress.js';

export type { EvaluateOptions, Evaluation, Recomputed, TrainOptions } from './artifacts.js';

/** Training runs on the native engine, so its modules load when they are asked for, and say so when it is missing. */
const ROOMS = {
  fraud: async () => {
    const { trainFraud, evaluateFraud } = await import('./fraud.js');
    return { train: trainFraud, evaluate: evaluateFraud };
  },
  recommendations: async () => {
    const { trainRecommendations, evaluateRecommendations } = await import('./recommendations.js');
    return { train: trainRecommendations, evaluate: evaluateRecommendations };
  },
  segmentation: async () => {
    const { trainSegmentation, evaluateSegmentation } = await import('./segmentation.js');
    return { train: trainSegmentation, evaluate: evaluateSegmentation };
  },
} as const;
/** The reference models this project trains itself. */
export type TrainableModel = keyof typeof ROOMS;

async function trainer(model: TrainableModel) {
  try {
    return await ROOMS[model]();
  } catch (error) {
    throw new Error(
      `training needs the native TensorFlow engine, which does not load here; "npm run engine" provides it or says why not (${firstLine(error)})`,
      { cause: error },
    );
  }
}
const firstLine = (error: unknown): string => String(error instanceof Error ? error.message : error).split('\n')[0]!;

/**
 * Trains one reference model and writes it as a new version, its card, and a manifest where the model has none. Progress goes to standard
 * error unless `options.progress` is given.
 * @returns the version's folder
 * @throws Error naming the file and what is wrong with it, or that the version exists or does not fit the model's manifest, or that the
 * native engine is missing; nothing is written then.
 */
export async function train(model: TrainableModel, options: TrainOptions): Promise<string> {
  return (await trainer(model)).train({ progress: terminalProgress(), ...options });
}

/**
 * Recomputes every figure of a version (the newest unless told) from the data and sets it beside the card's. Writes nothing.
 * @throws Error when the version is missing, changed on disk or of another feature set, and as `train` about the data.
 */
export async function evaluate(model: TrainableModel, options: EvaluateOptions): Promise<Evaluation> {
  return (await trainer(model)).evaluate({ progress: terminalProgress(), ...options });
}
