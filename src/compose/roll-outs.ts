import { ModelOperations } from '../flows/model-operations.js';
import { Replays } from '../flows/replay.js';
import { RollOuts } from '../flows/roll-out.js';
import { RollOutOperations } from '../flows/roll-out-operations.js';
import { type Base, every } from './base.js';
import type { Domains } from './domains.js';
import type { Ground } from './ground.js';
import type { Models } from './models.js';

/** How often roll-outs are looked at. */
const ROLL_OUT_MS = 1_000;

/** What people do to models, and what goes on by the clock. */
export interface RollOutRoom {
  readonly modelOperations: ModelOperations;
  readonly rollOuts: RollOutOperations;
  readonly replays: Replays;
  /** No roll-out goes on by itself any more, and replays end. */
  stop(): void;
}

/** Builds the operations, and carries running roll-outs on from now. */
export function startRollOuts(
  { clock, logger: root, onFailure }: Base,
  { data }: Ground,
  { inference, aliases, policies }: Models,
  { rescoring, segmentation }: Domains,
): RollOutRoom {
  const logger = root.child({ room: 'flows' });
  const modelOperations = new ModelOperations(inference, aliases);
  const carrying = new RollOuts({ inference, policies, aliases, outcomes: data.outcomes, clock, logger });
  const stopCarrying = every(ROLL_OUT_MS, () => void carrying.tick());
  onFailure(stopCarrying);
  const replays = new Replays({ history: data.history, rescoring, clock, logger });
  return {
    modelOperations,
    rollOuts: new RollOutOperations({
      operations: modelOperations,
      inference,
      policies,
      segments: () => segmentation.segments().map(({ id }) => id),
    }),
    replays,
    stop() {
      stopCarrying();
      replays.close();
    },
  };
}
