import { signal } from '@preact/signals';
import {
  LiveStatsDocument,
  type LiveStatsSubscription,
  ModelStateChangedDocument,
  ModelsDocument,
  type ModelsQuery,
  SimulatedWorldDocument,
  type SimulatedWorldQuery,
} from '../__generated__/graphql.js';
import { ask } from '../graph/query.js';
import { connection, subscribe } from '../graph/socket.js';
import { onSignedIn } from '../graph/token.js';
import { FigureWindow, type RecentFigures } from '../state/figure-window.js';
import { coalesced } from './coalesce.js';
import { follow } from './follow.js';
import { tell } from './tell.js';

export type Stats = LiveStatsSubscription['liveStats'];
export type ModelFacts = ModelsQuery['models'][number];

/** The latest figures; null until the first came. */
export const stats = signal<Stats | null>(null);
/** Those of the last minute together: of single seconds nobody could read a rate or a mix. */
export const lastMinute = signal<RecentFigures>(new FigureWindow().figures());
export const models = signal<readonly ModelFacts[] | null>(null);
export const engine = signal<ModelsQuery['engine'] | null>(null);
export const modelsProblem = signal<string | null>(null);
export const simulation = signal<SimulatedWorldQuery['simulation'] | undefined>(undefined);

const SIMULATION_MS = 5_000;
/** Counters of the models are asked for again so often; their states come by themselves. */
const MODELS_MS = 15_000;

const figures = new FigureWindow();

/** How far this machine's clock is behind the server's, ms: the charts go by the server's. */
let clockBehind = 0;
export const serverNow = (): number => Date.now() + clockBehind;

async function readModels(): Promise<void> {
  try {
    const { data } = await ask(ModelsDocument, {});
    models.value = data.models;
    engine.value = data.engine;
    modelsProblem.value = null;
  } catch (error) {
    modelsProblem.value = (error as Error).message;
  }
}

async function readSimulation(): Promise<void> {
  const answer = await ask(SimulatedWorldDocument, {}).catch(() => null);
  if (answer !== null) simulation.value = answer.data.simulation ?? null;
}

/** The currency that the fraud model goes by, and with it the payments that are tried. */
export const fraudCurrency = (): string => models.value?.find(({ name }) => name === 'fraud')?.currency ?? 'USD';

/** Kinds of merchant that the fraud model knows, as its own features say. */
export const knownCategories = (): readonly string[] =>
  (models.value?.find(({ name }) => name === 'fraud')?.inputs ?? [])
    .flatMap(({ features }) => features)
    .flatMap(({ name }) => /^category_(.+)$/.exec(name)?.[1] ?? []);

export function followStats(): void {
  subscribe(LiveStatsDocument, () => ({}), {
    next({ liveStats }) {
      clockBehind = new Date(liveStats.at).getTime() - Date.now();
      stats.value = liveStats;
      figures.add(liveStats);
      lastMinute.value = figures.figures();
    },
  });
  const readSoon = coalesced(() => void readModels());
  follow(ModelStateChangedDocument, (data) => data.modelStateChanged, {
    event({ model, number, state }) {
      tell(`Model ${model} version ${number} is ${state.toLowerCase()}`);
      readSoon();
    },
    notice: readSoon,
  });
  const visible = (act: () => Promise<void>) => () => {
    if (!document.hidden && connection.peek() === 'open') void act();
  };
  setInterval(visible(readModels), MODELS_MS);
  setInterval(visible(readSimulation), SIMULATION_MS);
  void readModels();
  void readSimulation();
  onSignedIn(() => {
    readSoon();
    void readSimulation();
  });
  connection.subscribe((state) => {
    if (state !== 'open') return;
    readSoon(); // perhaps another server than before
    void readSimulation();
  });
}
