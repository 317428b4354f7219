import { parentPort, workerData } from 'node:worker_threads';
import { messageOf, ScoregraphError } from '../../core/errors.js';
import type { Logger } from '../../core/logger.js';
import type { LoadedModel, Runtime, Tensor } from '../ports.js';
import { createRuntime } from '../runtimes/create.js';
import { withAdditions } from './additions.js';
import { Courtesy, ownThread } from './courtesy.js';
import { runMixed } from './mixed.js';
import type { Parcel } from './parcel.js';
import type { FromWorker, ToWorker, WorkerStart } from './protocol.js';
import { nonFiniteRows, topK } from './top-k.js';
import { type JobResult, ResultsPacker, type Trip, type TripJob, unpackTrip, type WireError } from './trips.js';

/**
 * An engine worker: one runtime in a thread of its own. It loads what it is told, runs one trip of batches at a time, and
 * answers in order; a batch that takes long is not waited for by those already finished.
 */
const FLUSH_MICROS = 500;
const port = parentPort!;
/** By handle. */
const models = new Map<number, LoadedModel>();
const options = workerData as WorkerStart;

const say = (message: FromWorker, transfer: Parcel = []) => port.postMessage(message, transfer);
const log = (level: 'debug' | 'info' | 'warn' | 'error') => (fields: object, message: string) =>
  say({ kind: 'log', level, fields, message });
const logger: Logger = {
  debug: log('debug'),
  info: log('info'),
  warn: log('warn'),
  error: log('error'),
  child: () => logger,
};

const wire = (error: unknown): WireError => ({
  message: messageOf(error),
  code: error instanceof ScoregraphError ? error.code : null,
  reason: error instanceof ScoregraphError ? (error.details.reason ?? null) : null,
});

async function runJob({ parts, rows, inputs, topK: best }: TripJob<LoadedModel>): Promise<JobResult> {
  try {
    const started = performance.now();
    const outputs = await (parts.length === 1 ? parts[0]!.model.run(inputs) : runMixed(parts, inputs));
    let nonFinite: readonly number[] = [];
    const join = (rowsOf: readonly number[]) => {
      if (rowsOf.length > 0) nonFinite = [...new Set([...nonFinite, ...rowsOf])];
    };
    const answer: Record<string, Tensor> = {};
    for (const name in outputs) {
      const tensor = outputs[name]!;
      if (best?.output === name) {
        const data = tensor.data instanceof Float32Array ? tensor.data : Float32Array.from(tensor.data);
        const { scores, indices, nonFinite: bad } = topK(data, rows, data.length / rows, best);
        join(bad);
        answer[name] = { datatype: 'FP32', shape: [rows, best.k], data: scores };
        answer[`${name}:indices`] = { datatype: 'INT32', shape: [rows, best.k], data: indices };
      } else {
        join(nonFiniteRows(tensor.data, rows));
        answer[name] = tensor;
      }
    }
    return { outputs: answer, computeMicros: (performance.now() - started) * 1000, nonFinite };
  } catch (error) {
    return { error: wire(error) };
  }
}

const NOT_HELD: JobResult = {
  error: { message: 'the version is not loaded in this worker', code: 'MODEL_UNAVAILABLE', reason: 'NOT_LOADED' },
};

async function runTrip(trip: Trip): Promise<void> {
  const jobs = unpackTrip(trip, (handle) => models.get(handle));
  let from = 0;
  let results = new ResultsPacker();
  let flushed = performance.now();
  for (let i = 0; i < jobs.length; i++) {
    const job = jobs[i]!;
    results.add(job === null ? NOT_HELD : await runJob(job), job);
    const last = i === jobs.length - 1;
    if (!last && (performance.now() - flushed) * 1000 < FLUSH_MICROS) continue;
    const { parcel, errors } = results.results(from, last);
    say(errors.length === 0 ? parcel : { kind: 'results', parcel, errors }, parcel);
    from = i + 1;
    results = new ResultsPacker();
    flushed = performance.now();
  }
}

async function handle(runtime: Runtime, message: ToWorker): Promise<void> {
  if (!('kind' in message)) return runTrip(message);
  switch (message.kind) {
    case 'load': {
      const { source, call, handle: name, warmUp } = message;
      try {
        const loaded = withAdditions(await runtime.load(source));
        await loaded.warmUp(warmUp);
        models.set(name, loaded);
        const { signature, mode, rows } = loaded;
        say({ kind: 'loaded', call, signature, mode, mixes: rows !== undefined });
      } catch (error) {
        say({ kind: 'refused', call, error: wire(error) });
      }
      return;
    }
    case 'unload': {
      await models.get(message.handle)?.unload();
      models.delete(message.handle);
      say({ kind: 'unloaded', call: message.call });
    }
  }
}

const thread = ownThread();
const courtesy = new Courtesy(thread);
// At once: until the main thread has read that this one has started, it may have taken a core from it for long.
if (options.aside) courtesy.stepBack();
say({ kind: 'started', thread, usual: courtesy.usual });
const runtime = await createRuntime(options, logger);
let turn: Promise<void> = Promise.resolve();
port.on('message', (message: ToWorker) => {
  turn = turn.then(() => handle(runtime, message));
});
say({ kind: 'ready', name: runtime.name, version: runtime.version });
