import type { Running } from './compose.js';
import { ScoregraphError } from './core/errors.js';
import type { Logger } from './core/logger.js';
import type { IngestResult } from './flows/ingest.js';
import { Simulator } from './simulator/simulator.js';

/** The simulated world as the process runs it. */
export interface Demo {
  readonly customers: number;
  stop(): Promise<void>;
}

/** What comes from outside: the server's own events say nothing about whose world it is. */
const OUTSIDE = ['customer.upserted', 'item.upserted', 'payment.recorded', 'interaction.recorded'] as const;

/** `auto`: on while the log holds no events but simulated ones. */
async function isWanted({ config, data, app }: Running): Promise<boolean> {
  if (config.demo !== 'auto') return config.demo === 'on';
  for (const event of await data.events.read(0, 50, OUTSIDE)) if (event.source === 'api') return false;
  const first = app.customers.entities().next();
  return first.done === true || app.customers.peek(first.value)?.simulated !== false;
}

/** Starts the simulated world when it is wanted: founds it in an empty log, else goes on where it was. */
export async function startDemo(running: Running, logger: Logger): Promise<Demo | null> {
  if (!(await isWanted(running))) return null;
  const { config, app } = running;
  const { ingest, recommendations, clock } = app;
  const accepted = async (result: Promise<IngestResult>) => {
    const { errors } = await result;
    if (errors.length > 0)
      throw new ScoregraphError(
        'BAD_USER_INPUT',
        `${errors.length} simulated events were refused: ${errors[0]!.message}`,
      );
  };
  const simulator = new Simulator({
    seed: config.demoSeed,
    clock,
    logger,
    items: recommendations.items(),
    door: {
      upsertCustomers: (list) => accepted(ingest.upsertCustomers(list, 'simulator')),
      recordTransactions: (list) => accepted(ingest.recordTransactions(list, 'simulator')),
      recordInteractions: (list) => accepted(ingest.recordInteractions(list, 'simulator')),
      reportOutcomes: (list) => accepted(ingest.reportOutcomes(list, 'simulator')),
    },
  });
  const isNew = app.customers.peek(simulator.people[0]!.customerId) === null;
  const begin = async () => {
    if (isNew) await simulator.found();
    simulator.start();
  };
  let scored = 0;
  const watching = app.streams.scored.live.subscribe({ capacity: 10_000 });
  const watch = (async () => {
    for await (const { value } of watching) {
      const { event, prediction } = value.value;
      if (event.source !== 'simulator') continue;
      scored++;
      simulator.truth.observe(event.id, prediction.output.decision !== 'APPROVE');
    }
  })();
  running.simulation = () => ({
    customers: simulator.people.length,
    transactionsScored: scored,
    truth: simulator.truth.counts(),
  });
  const beginning = begin().catch((error) =>
    logger.error({ error: String(error) }, 'The simulated world could not be founded.'),
  );
  return {
    customers: simulator.people.length,
    async stop() {
      await beginning;
      await simulator.stop();
      void watching.return();
      await watch;
    },
  };
}
