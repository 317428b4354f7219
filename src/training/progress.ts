import cliProgress from 'cli-progress';
import type { Progress } from './artifacts.js';

/** Progress bars with remaining time on a terminal; a line per finished step elsewhere. */
export function terminalProgress(): Progress {
  let bar: cliProgress.SingleBar | null = null;
  let current = '';
  const live = process.stderr.isTTY === true;
  return {
    start(what, total) {
      current = what;
      if (!live) return;
      bar = new cliProgress.SingleBar(
        { format: '{what} {bar} {percentage}% | {eta_formatted} left {note}', hideCursor: true },
        cliProgress.Presets.shades_classic,
      );
      bar.start(total, 0, { what: what.padEnd(20), note: '' });
    },
    step(done, note = '') {
      bar?.update(done, { note });
    },
    done(note = '') {
      bar?.stop();
      bar = null;
      process.stderr.write(`${current.padEnd(20)} ${note}\n`);
    },
    say(line) {
      process.stderr.write(`${line}\n`);
    },
  };
}

/** How long steps of about the same length will still take. */
export class TimeLeft {
  readonly #from = performance.now();
  #steps = 0;

  /** Takes note that one more step is done. @returns the time that as many `remaining` take at most, in words. */
  after(remaining: number): string {
    const each = (performance.now() - this.#from) / ++this.#steps / 1_000;
    const seconds = Math.ceil(each * remaining);
    return seconds < 90 ? `${seconds} s left` : `${Math.ceil(seconds / 60)} min left`;
  }
}
