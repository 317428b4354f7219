import { compose } from './compose.js';
import { ConfigError, readConfig } from './config/config.js';
import { messageOf } from './core/errors.js';
import { startDemo } from './demo.js';
import { createLogger } from './logging.js';
import { startupLines } from './startup-lines.js';

/** The server as a process: `node dist/main.js`. */
async function main(): Promise<void> {
  const started = performance.now();
  // Whoever read our lines has gone (`… | head`): that is no reason to stop serving, nor to stop without saving.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  const config = readConfig();
  const logger = createLogger(config.logLevel);
  const running = await compose(config, logger);
  const demo = await startDemo(running, logger.child({ room: 'simulator' }));
  for (const line of startupLines(running, demo, performance.now() - started)) process.stdout.write(`${line}\n`);

  let stopping = false;
  const stop = (signal: NodeJS.Signals) => {
    if (stopping) return;
    stopping = true;
    process.stdout.write(`${signal}: finishing what is under way …\n`);
    Promise.resolve()
      .then(() => demo?.stop())
      .then(() => running.close())
      .then(
        () => process.exit(0),
        (error) => {
          logger.error({ error: messageOf(error) }, 'The server did not stop cleanly.');
          process.exit(1);
        },
      );
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

main().catch((error) => {
  process.stderr.write(`scoregraph cannot start: ${error instanceof ConfigError ? error.message : messageOf(error)}\n`);
  process.exit(1);
});
