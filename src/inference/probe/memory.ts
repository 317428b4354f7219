import { readFileSync, writeFileSync } from 'node:fs';

const LOOK_EVERY_MS = 25;
const PAGE = 4096;

/**
 * Calls `exceeded` once when a process uses more than `limit` bytes of memory, looking 40 times a second. Linux only: elsewhere the limit
 * of its JavaScript heap is all there is. The kernel is told to end that process first when the machine runs out before we see it.
 * @returns stops watching
 */
export function watchMemory(pid: number | undefined, limit: number, exceeded: (bytes: number) => void): () => void {
  if (pid === undefined || process.platform !== 'linux') return () => {};
  try {
    writeFileSync(`/proc/${pid}/oom_score_adj`, '1000');
  } catch {
    // not allowed everywhere
  }
  const timer = setInterval(() => {
    let bytes: number;
    try {
      bytes = Number(readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1]) * PAGE;
    } catch {
      return; // it has ended
    }
    if (bytes <= limit) return;
    clearInterval(timer);
    exceeded(bytes);
  }, LOOK_EVERY_MS);
  return () => clearInterval(timer);
}
