import { signal } from '@preact/signals';
import {
  ModelCountersDocument,
  ModelStateChangedDocument,
  ModelsDocument,
  type ModelsQuery,
} from '../__generated__/graphql.js';
import { ask, GraphRequestError } from '../graph/query.js';
import { connection } from '../graph/socket.js';
import { onSignedIn } from '../graph/token.js';
import { coalesced } from './coalesce.js';
import { follow } from './follow.js';
import { tell } from './tell.js';

export type ModelFacts = ModelsQuery['models'][number];
export interface Counters {
  readonly rows: number;
  readonly errors: number;
}

export const models = signal<readonly ModelFacts[] | null>(null);
export const engine = signal<ModelsQuery['engine'] | null>(null);
export const modelsProblem = signal<string | null>(null);
/** What each version did since it was loaded, by `counterKey`. */
export const counters = signal<ReadonlyMap<string, Counters>>(new Map());
/** Why there are no counters; null when there are. */
export const countersProblem = signal<string | null>(null);

export const counterKey = (model: string, version: number): string => `${model} ${version}`;

/** Counters are asked for again so often; states come by themselves. */
const COUNTERS_MS = 15_000;

/** Whether counters are of any use to ask for: somebody who may not have them is not asked again. */
let mayCount = true;

async function readModels(): Promise<void> {
  try {
    const { data } = await ask(ModelsDocument, {}, 'The list of models');
    models.value = data.models;
    engine.value = data.engine;
    modelsProblem.value = null;
  } catch (error) {
    modelsProblem.value = (error as Error).message;
  }
}

async function readCounters(): Promise<void> {
  if (!mayCount) return;
  try {
    const { data } = await ask(ModelCountersDocument, {}, 'What each version has done');
    counters.value = new Map(
      data.models.flatMap(({ name, versions }) =>
        versions.map(({ number, statistics }) => [counterKey(name, number), statistics] as const),
      ),
    );
    countersProblem.value = null;
  } catch (error) {
    mayCount = !(error instanceof GraphRequestError && error.forbidden);
    countersProblem.value = (error as Error).message;
  }
}

/** The currency that the fraud model goes by, and with it the payments that are tried. */
export const fraudCurrency = (): string => models.value?.find(({ name }) => name === 'fraud')?.currency ?? 'USD';

/** Kinds of merchant that the fraud model knows, as its own features say. */
export const knownCategories = (): readonly string[] =>
  (models.value?.find(({ name }) => name === 'fraud')?.inputs ?? [])
    .flatMap(({ features }) => features)
    .flatMap(({ name }) => /^category_(.+)$/.exec(name)?.[1] ?? []);

export function followModels(): void {
  const read = () => {
    void readModels();
    void readCounters();
  };
  const readSoon = coalesced(read);
  follow(ModelStateChangedDocument, (data) => data.modelStateChanged, 'Following the states of models', {
    event({ model, number, state }) {
      tell(`Model ${model} version ${number} is ${state.toLowerCase()}`);
      readSoon();
    },
    notice: readSoon,
  });
  setInterval(() => {
    if (!document.hidden && connection.peek() === 'open') read();
  }, COUNTERS_MS);
  read();
  onSignedIn(() => {
    mayCount = true;
    readSoon();
  });
  connection.subscribe((state) => {
    if (state === 'open') readSoon(); // perhaps another server than before
  });
}
