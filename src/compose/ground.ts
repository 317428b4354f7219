import { join } from 'node:path';
import { retentionOf } from '../config/config.js';
import { readDataKey } from '../data/key.js';
import { type DataRoom, openData } from '../data/open.js';
import { openAudit } from '../data/open-audit.js';
import { createEnginePool } from '../inference/pool/pool.js';
import type { Base } from './base.js';

/** What everything else stands on. */
export interface Ground {
  readonly data: DataRoom;
  readonly audit: ReturnType<typeof openAudit>;
  readonly pool: Awaited<ReturnType<typeof createEnginePool>>;
}

/**
 * Takes the data folder and starts the engine's workers, which do not know each other: both at once.
 * @throws as `openData`, `openAudit` and `createEnginePool`; what the data folder has to say comes first.
 */
export async function openGround({ config, logger, clock, metrics, onFailure }: Base): Promise<Ground> {
  const key = readDataKey(config.dataKeyFile);
  const opening = openData({
    dir: config.dataDir,
    clock,
    logger: logger.child({ room: 'data' }),
    watermarkBytes: config.diskWatermarkBytes,
    retention: retentionOf(config),
    key,
  });
  const starting = createEnginePool({
    engine: config.engine,
    workers: config.workers,
    cacheDir: join(config.dataDir, 'compiled'),
    logger: logger.child({ room: 'inference' }),
    loadTimeoutMs: config.modelLoadTimeoutMs,
  });
  starting.catch(() => {}); // reported below, after the data folder had its say
  const data = await opening.catch(async (error) => {
    await starting.then((pool) => pool.close(0)).catch(() => {});
    throw error;
  });
  onFailure(() => data.close());
  onFailure(() => starting.then((pool) => pool.close(0)));
  const audit = openAudit({
    dir: config.dataDir,
    key,
    clock,
    logger: logger.child({ room: 'data' }),
    metrics,
    days: config.auditDays,
  });
  onFailure(() => audit.close());
  return { data, audit, pool: await starting };
}
