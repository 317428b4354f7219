import { systemClock } from '../core/clock.js';
import { type AuditEntry, type AuditKind, EVERY_ENTRY } from '../data/audit.js';
import { readAudit } from '../data/open-audit.js';

/** What the command was given; absent conditions are left out. Times are milliseconds UTC. */
export interface AuditArguments {
  readonly customer?: string;
  readonly principal?: string;
  readonly model?: string;
  readonly kind?: readonly AuditKind[];
  readonly outcome?: string;
  readonly since?: number;
  readonly until?: number;
}

/** The audit entries of a data folder, a JSON text each, oldest first. @throws what `readAudit` throws. */
export async function* auditLines(
  dir: string,
  key: string | undefined,
  options: AuditArguments,
): AsyncGenerator<string> {
  const selection = {
    ...EVERY_ENTRY,
    entity: options.customer ?? null,
    principal: options.principal ?? null,
    model: options.model ?? null,
    kinds: options.kind ?? null,
    outcome: options.outcome ?? null,
    from: options.since ?? null,
    to: options.until ?? null,
  };
  for await (const entry of readAudit(dir, selection, systemClock, key)) yield lineOf(entry);
}

function lineOf({ kind, at, lastAt, entity, remote, detail, seq: _seq, ...rest }: AuditEntry): string {
  return JSON.stringify({
    kind,
    firstAt: new Date(at).toISOString(),
    lastAt: new Date(lastAt).toISOString(),
    ...rest,
    customerId: entity,
    remoteAddress: remote,
    details: detail,
  });
}
