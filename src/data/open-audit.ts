import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../core/clock.js';
import { badInput } from '../core/errors.js';
import type { AuditEntry, AuditKey, AuditLog, AuditSelection } from './audit.js';
import { type AuditOptions, EmbeddedAuditLog } from './embedded/audit/audit-log.js';
import { readAuditPage } from './embedded/audit/page.js';
import { ReadThread } from './embedded/read-thread.js';
import { openFile, placeForCopy } from './embedded/sqlite.js';

/** The audit's name inside the data folder: a file of its own, so that it can be kept, moved and guarded by itself. */
export const AUDIT_FILE = 'audit.db';
const PAGE = 1_000;
const PAGE_MS = 600_000;

/** The audit of a data folder that this process holds. Never fails: a file that cannot be had is tried again, and said in log and metrics. */
export function openAudit({
  dir,
  ...options
}: Omit<AuditOptions, 'file'> & { readonly dir: string }): AuditLog & { close(): Promise<void> } {
  return new EmbeddedAuditLog({ ...options, file: join(dir, AUDIT_FILE) });
}

/**
 * Writes a consistent copy of a data folder's audit to a new file. `key`: of the folder; `copyKey`: encrypts the copy with this one.
 * @returns false where the folder has no audit
 */
export function copyAudit(dir: string, target: string, key?: string, copyKey?: string): boolean {
  const file = join(dir, AUDIT_FILE);
  if (!existsSync(file)) return false;
  const db = openFile(file, key ?? null);
  try {
    db.prepare('VACUUM INTO ?').run(placeForCopy(target, copyKey));
    return true;
  } finally {
    db.close();
  }
}

/**
 * The entries of a data folder, oldest first, beside a server that may be running: what it noted of questions within the last
 * minute may not be there yet.
 * @throws ScoregraphError BAD_USER_INPUT when the folder has no audit, STORAGE_UNAVAILABLE when it cannot be read.
 */
export async function* readAudit(
  dir: string,
  selection: AuditSelection,
  clock: Clock,
  key?: string,
): AsyncGenerator<AuditEntry> {
  const file = join(dir, AUDIT_FILE);
  if (!existsSync(file)) throw badInput(`${file}: there is no audit`);
  const thread = new ReadThread(file, key ?? null, clock, 'audit entries');
  try {
    const read = (sql: string, args: readonly (string | number)[]) =>
      thread.read(sql, args, { deadline: clock.monotonic() + PAGE_MS });
    const parts = (await read("SELECT 1 FROM pragma_table_info('entries') WHERE name = 'parts'", [])).length > 0;
    let after: AuditKey | undefined;
    for (;;) {
      const page = await readAuditPage(
        read,
        selection,
        { limit: PAGE, newestFirst: false, ...(after === undefined ? {} : { after }) },
        { parts },
      );
      yield* page;
      if (page.length < PAGE) return;
      after = page[page.length - 1]!;
    }
  } finally {
    await thread.close();
  }
}
