// kill -9 at random moments in mid-ingest: what was acknowledged is there afterwards, once, scored once, and features are those of a
// clean replay. Clients resume after the last line that was acknowledged, and never send an acknowledged line again.
import { once } from 'node:events';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { startServer } from './ingest.mjs';
import { customerLine, paymentLine } from './lib/event-lines.mjs';
import { round } from './lib/figures.mjs';
import { stream } from './lib/ingest-load.mjs';
import { verifyData } from './lib/verify-data.mjs';

const STREAMS = 3;
const CUSTOMERS = 500;
/** More than can be on its way unacknowledged (flows/ingest-window.ts), so that the last round meets all of it. */
const AT_THE_END = 10_000;
/** Feature state is saved this often: every fifth kill comes around that time. */
const CHECKPOINT_MS = 15_000;

export async function kill({ folder, kills }) {
  const dataDir = join(folder, 'kill');
  const start = Date.now() - 86_400_000;
  /** Lines of each stream that were acknowledged. */
  const acknowledged = new Array(STREAMS).fill(0);
  const send = (port, s, count) => {
    const from = acknowledged[s];
    return stream(port, count, (i) => paymentLine(`kill${s}`, from + i, CUSTOMERS, start), {
      progress: (n) => {
        acknowledged[s] = from + n;
      },
    });
  };
  let repeated = 0;
  for (let k = 0; k <= kills; k++) {
    const { child, port, file } = await startServer(dataDir);
    if (k === 0) await stream(port, CUSTOMERS, customerLine);
    if (k < kills) {
      const sending = acknowledged.map((_, s) => send(port, s, 10_000_000).catch(() => {}));
      const wait = k % 5 === 4 ? CHECKPOINT_MS + (Math.random() - 0.3) * 2_000 : 20 + Math.random() * 1_200;
      await new Promise((done) => setTimeout(done, wait));
      child.kill('SIGKILL');
      await Promise.all([once(child, 'exit'), ...sending]);
      continue;
    }
    for (const summary of await Promise.all(acknowledged.map((_, s) => send(port, s, AT_THE_END)))) {
      if (summary.error !== null || summary.accepted !== AT_THE_END) throw new Error(JSON.stringify(summary));
      repeated += summary.repeated;
    }
    child.kill('SIGTERM');
    await once(child, 'exit');
    const verified = verifyData(file);
    const wanted = acknowledged.reduce((a, b) => a + b, 0);
    const { payments, distinct, scored, problems } = verified;
    if (payments < wanted || distinct !== payments || scored !== payments || problems.length > 0)
      throw new Error(`the data is not whole after ${kills} kills: ${JSON.stringify({ wanted, ...verified })}`);
    const extra = payments - wanted;
    if (extra > 0) throw new Error(`${extra} payments are on the log that no client sent, or the last round left out`);
    console.log(
      `kill -9 at ${kills} random moments while ${STREAMS} streams brought payments; load ${loadavg()[0].toFixed(2)}`,
    );
    console.log(
      `  ${round(payments)} payments acknowledged, each on the log once and scored once (${round(repeated)} of the last ${round(STREAMS * AT_THE_END)} had been on disk unacknowledged); ${round(scored)} feature vectors and ${round(verified.statesCompared)} saved states are those of a clean replay\n`,
    );
  }
}
