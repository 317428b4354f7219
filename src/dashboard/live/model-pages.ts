import { effect, signal } from '@preact/signals';
import {
  ModelDetailDocument,
  type ModelDetailQuery,
  ModelFiguresDocument,
  type ModelFiguresQuery,
  ModelListDocument,
  type ModelListQuery,
  ModelProblemsDocument,
  type ModelProblemsQuery,
  ModelStateChangedDocument,
  SimulatedWorldDocument,
} from '../__generated__/graphql.js';
import { ask, GraphRequestError } from '../graph/query.js';
import { connection } from '../graph/socket.js';
import { onSignedIn } from '../graph/token.js';
import { newestOnly } from '../state/newest.js';
import type { Phase } from '../state/resume.js';
import { coalesced } from './coalesce.js';
import { follow } from './follow.js';
import { tell } from './tell.js';

export type ListedModel = ModelListQuery['models'][number];
export type Detail = NonNullable<ModelDetailQuery['model']>;
export type Version = Detail['versions'][number];
export type Figures = NonNullable<ModelFiguresQuery['model']>;

export const list = signal<readonly ListedModel[] | null>(null);
export const engine = signal<ModelListQuery['engine'] | null>(null);
/** Why nothing can be shown; null while it can. */
export const problem = signal<string | null>(null);
/** What lies in the models folder and cannot be served; empty where this caller may not hear of it. */
export const folderProblems = signal<ModelProblemsQuery['modelProblems']>([]);
/** What to say of the simulated world, whose rows are among what is shown; null where there is none. */
export const simulated = signal<string | null>(null);
/** The model that is looked at, by name; null until there is one. */
export const selected = signal<string | null>(nameInAddress());
export const detail = signal<Detail | null>(null);
/** What it did so far; null where that is not known, or not told to this caller. */
export const figures = signal<Figures | null>(null);
/** Why there are no figures; null where there are. */
export const figuresProblem = signal<string | null>(null);
/** Where the stream of states stands, for the header. */
export const standing = signal<{ readonly phase: Phase; readonly replayed: number }>({
  phase: 'starting',
  replayed: 0,
});

/** Figures are asked for again so often, while somebody looks; everything else comes by itself. */
const FIGURES_MS = 5_000;

let mayHearFigures = true;
/** Whether what is about all customers is of any use to ask for: somebody who may not hear of it is not asked again. */
let mayHearOfAll = true;

/** Names of models are letters, digits and underscores, so they stand in an address as they are. */
function nameInAddress(): string | null {
  const name = location.hash.slice(1);
  return name === '' ? null : name;
}

/** The one that is looked at, or as good as any: where something is under way, else the first. */
const chosen = (models: readonly ListedModel[]): string | null =>
  (models.find(({ policy, rollOut }) => policy != null || rollOut?.status === 'RUNNING') ?? models[0])?.name ?? null;

async function readList(): Promise<void> {
  try {
    const { data } = await ask(ModelListDocument, {}, 'The list of models');
    list.value = data.models;
    engine.value = data.engine;
    problem.value = null;
    if (!data.models.some(({ name }) => name === selected.peek())) selected.value = chosen(data.models);
  } catch (error) {
    problem.value = (error as Error).message;
  }
  if (!mayHearOfAll) return;
  try {
    folderProblems.value = (await ask(ModelProblemsDocument, {}, 'What cannot be served')).data.modelProblems;
    simulated.value = (await ask(SimulatedWorldDocument, {}, 'The simulated world')).data.simulation?.note ?? null;
  } catch (error) {
    mayHearOfAll = !(error instanceof GraphRequestError && error.forbidden);
  }
}

const readDetail = newestOnly<string>(
  async (name) => {
    const { data } = await ask(ModelDetailDocument, { name }, 'This model');
    if (selected.peek() !== name) return;
    detail.value = data.model ?? null;
    problem.value = data.model == null ? `There is no model ${name}.` : null;
  },
  100,
  (error) => {
    problem.value = error.message;
  },
);

const readFigures = newestOnly<string>(
  async (name) => {
    if (!mayHearFigures) return;
    const { data } = await ask(ModelFiguresDocument, { name }, 'What each version has done');
    if (selected.peek() !== name) return;
    figures.value = data.model ?? null;
    figuresProblem.value = null;
  },
  100,
  (error) => {
    mayHearFigures = !(error instanceof GraphRequestError && error.forbidden);
    figures.value = null;
    figuresProblem.value = error.message;
  },
);

/** Asks for everything that is shown, once for all the times it is called meanwhile. */
export const refresh = coalesced(() => {
  void readList();
  const name = selected.peek();
  if (name === null) return;
  readDetail(name);
  readFigures(name);
}, 100);

export function followModelPages(): void {
  follow(ModelStateChangedDocument, (data) => data.modelStateChanged, 'Following the states of models', {
    event({ model, number, state }) {
      tell(`Model ${model} version ${number} is ${state.toLowerCase()}`);
      refresh();
    },
    notice: refresh,
    moved({ phase, replayed }) {
      standing.value = { phase, replayed };
    },
  });
  window.addEventListener('hashchange', () => {
    // Places within the page have addresses too.
    const name = nameInAddress();
    if (list.peek()?.some((model) => model.name === name)) selected.value = name;
  });
  effect(() => {
    if (selected.value === null) return;
    if (detail.peek()?.name !== selected.value) {
      detail.value = null;
      figures.value = null;
    }
    readDetail(selected.value);
    readFigures(selected.value);
  });
  setInterval(() => {
    const name = selected.peek();
    if (!document.hidden && connection.peek() === 'open' && name !== null) readFigures(name);
  }, FIGURES_MS);
  refresh();
  onSignedIn(() => {
    mayHearFigures = true;
    mayHearOfAll = true;
    refresh();
  });
  connection.subscribe((state) => {
    if (state === 'open') refresh(); // perhaps another server than before
  });
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) refresh();
  });
}
