// What else the machine did meanwhile: a latency measured beside other work says little about the server.
import { readFileSync } from 'node:fs';

const TICK_MS = 10;

/** Busy time of all cores so far, and of this process and those with `pids`, ms; null where the system does not tell. */
function busy(pids) {
  try {
    const [user, nice, system, , , irq, softirq, steal] = readFileSync('/proc/stat', 'latin1')
      .split('\n')[0]
      .trim()
      .split(/ +/)
      .slice(1)
      .map(Number);
    const own = [process.pid, ...pids].reduce((sum, pid) => {
      const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1].split(' ');
      return sum + Number(fields[11]) + Number(fields[12]);
    }, 0);
    return { all: TICK_MS * (user + nice + system + irq + softirq + steal), own: TICK_MS * own };
  } catch {
    return null;
  }
}

/** @returns a function that answers how many cores others took since then, a stolen one included; NaN where that is not known */
export function watchOthers(pids) {
  const before = busy(pids);
  const from = performance.now();
  return () => {
    const after = busy(pids);
    if (before === null || after === null) return Number.NaN;
    return Math.max(0, (after.all - before.all - (after.own - before.own)) / (performance.now() - from));
  };
}
