import type { PredictionRecord, RowContext } from '../core/predictions.js';
import type { App } from './app.js';

/** Notes that a recorded prediction about somebody was shown to who asks. */
export function noteReading(
  { audit, clock }: Pick<App, 'audit' | 'clock'>,
  row: Pick<RowContext, 'principal' | 'door'>,
  {
    model,
    version,
    entity,
    id,
  }: Pick<PredictionRecord, 'model' | 'version' | 'entity'> & { readonly id: string | null },
): void {
  audit.asked(row, 'READING', model, version, entity, clock.now(), id);
}
