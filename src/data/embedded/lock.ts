import { chmodSync, closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, ScoregraphError } from '../../core/errors.js';

/**
 * Makes sure that a file is there and that only its owner can read it; SQLite gives the files beside it the same rights. Where rights cannot
 * be changed (another owner, a file system without them) they stay as they are.
 * @throws ScoregraphError STORAGE_UNAVAILABLE with reason `READ_ONLY` when it cannot be made.
 */
export function keepPrivate(file: string): void {
  try {
    closeSync(openSync(file, 'a', 0o600));
  } catch (error) {
    throw new ScoregraphError('STORAGE_UNAVAILABLE', `${file}: it cannot be written to (${messageOf(error)}).`, {
      reason: 'READ_ONLY',
    });
  }
  for (const suffix of ['', '-wal', '-shm']) {
    try {
      chmodSync(file + suffix, 0o600);
    } catch {
      // not there, or not ours to change
    }
  }
}

/** When a process began, in the kernel's ticks: with it a reused pid is not mistaken for the old process. Empty where /proc is not. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

function isAlive(pid: number, start: string): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  return start === '' || startOf(pid) === '' || startOf(pid) === start;
}

/**
 * Takes the data folder for this process; one process holds it at a time. A lock whose process is gone is taken over.
 * @returns releases the folder
 * @throws ScoregraphError STORAGE_UNAVAILABLE: `LOCKED`, naming folder and process, or `READ_ONLY`.
 */
export function lockFolder(folder: string): () => void {
  const file = join(folder, 'scoregraph.lock');
  const mine = `${process.pid} ${startOf(process.pid)}`;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    for (let attempt = 0; attempt < 2; attempt++) {
      try {
        writeFileSync(file, mine, { flag: 'wx', mode: 0o600 });
        return () => rmSync(file, { force: true });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const [pid, start] = readFileSync(file, 'utf8').split(' ');
      if (isAlive(Number(pid), start ?? '')) {
        throw new ScoregraphError(
          'STORAGE_UNAVAILABLE',
          `The data folder ${folder} is in use by process ${pid}. Stop it, or set SCOREGRAPH_DATA_DIR to another folder.`,
          { reason: 'LOCKED' },
        );
      }
      rmSync(file, { force: true });
    }
  } catch (error) {
    if (error instanceof ScoregraphError) throw error;
    throw new ScoregraphError(
      'STORAGE_UNAVAILABLE',
      `The data folder ${folder} cannot be written to: ${messageOf(error)}`,
      { reason: 'READ_ONLY' },
      { cause: error },
    );
  }
  throw new ScoregraphError('STORAGE_UNAVAILABLE', `The data folder ${folder} is being taken by another process.`, {
    reason: 'LOCKED',
  });
}
