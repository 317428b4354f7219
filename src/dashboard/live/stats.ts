import { signal } from '@preact/signals';
import {
  LiveStatsDocument,
  type LiveStatsSubscription,
  SimulatedWorldDocument,
  type SimulatedWorldQuery,
} from '../__generated__/graphql.js';
import { ask, GraphRequestError } from '../graph/query.js';
import { told } from '../graph/refusals.js';
import { connection, subscribe } from '../graph/socket.js';
import { onSignedIn } from '../graph/token.js';
import { FigureWindow, type RecentFigures } from '../state/figure-window.js';

export type Stats = LiveStatsSubscription['liveStats'];

/** The latest figures; null until the first came. */
export const stats = signal<Stats | null>(null);
/** Why there are no figures; null while there may be. */
export const statsProblem = signal<string | null>(null);
/** Those of the last minute together: of single seconds nobody could read a rate or a mix. */
export const lastMinute = signal<RecentFigures>(new FigureWindow().figures());
/** Null where nothing is simulated, or this caller may not hear of it; undefined until that is known. */
export const simulation = signal<SimulatedWorldQuery['simulation'] | undefined>(undefined);

const SIMULATION_MS = 5_000;

const figures = new FigureWindow();

/** How far this machine's clock is behind the server's, ms: the charts go by the server's. */
let clockBehind = 0;
export const serverNow = (): number => Date.now() + clockBehind;

/** Whether the simulated world is of any use to ask for: somebody who may not hear of it is not asked again. */
let mayHear = true;

async function readSimulation(): Promise<void> {
  if (!mayHear) return;
  try {
    const { data } = await ask(SimulatedWorldDocument, {}, 'The simulated world');
    simulation.value = data.simulation ?? null;
  } catch (error) {
    if (!(error instanceof GraphRequestError && error.forbidden)) return;
    mayHear = false;
    simulation.value = null;
  }
}

export function followStats(): void {
  subscribe(LiveStatsDocument, () => ({}), {
    next({ liveStats }) {
      clockBehind = new Date(liveStats.at).getTime() - Date.now();
      stats.value = liveStats;
      statsProblem.value = null;
      figures.add(liveStats);
      lastMinute.value = figures.figures();
    },
    refused(errors) {
      stats.value = null;
      statsProblem.value = told(errors, 'This line of figures', 'There are no figures.');
    },
  });
  setInterval(() => {
    if (!document.hidden && connection.peek() === 'open') void readSimulation();
  }, SIMULATION_MS);
  void readSimulation();
  onSignedIn(() => {
    mayHear = true;
    void readSimulation();
  });
  connection.subscribe((state) => {
    if (state === 'open') void readSimulation(); // perhaps another server than before
  });
}
