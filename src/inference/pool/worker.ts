import { parentPort, workerData } from 'node:worker_threads';
import { messageOf, ScoregraphError } from '../../core/errors.js';
import type { Logger } from '../../core/logger.js';
import type { LoadedModel, Runtime, Tensor, TensorMap } from '../ports.js';
import { createRuntime } from '../runtimes/create.js';
import { withAdditions } from './additions.js';
import { ownThread } from './courtesy.js';
import type { FromWorker, JobResult, ToWorker, TripJob, WireError, WorkerOptions } from './protocol.js';
import { nonFiniteRows, topK } from './top-k.js';

/**
 * An engine worker: one runtime in a thread of its own. It loads what it is told, runs one trip of batches at a time, and
 * answers in order; a batch that takes long is not waited for by those already finished.
 */
const FLUSH_MICROS = 500;
const port = parentPort!;
const models = new Map<string, LoadedModel>();
const options = workerData as WorkerOptions;

const say = (message: FromWorker, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer);
const log = (level: 'debug' | 'info' | 'warn' | 'error') => (fields: object, message: string) =>
  say({ kind: 'log', level, fields, message });
const logger: Logger = {
  debug: log('debug'),
  info: log('info'),
  warn: log('warn'),
  error: log('error'),
  child: () => logger,
};

const key = (model: string, version: number) => `${model}/${version}`;
const wire = (error: unknown): WireError => ({
  message: messageOf(error),
  code: error instanceof ScoregraphError ? error.code : null,
  reason: error instanceof ScoregraphError ? (error.details.reason ?? null) : null,
});

async function runJob({ model, version, rows, inputs, topK: best }: TripJob): Promise<JobResult> {
  const loaded = models.get(key(model, version));
  if (loaded === undefined)
    return {
      error: {
        message: `${model} ${version} is not loaded in this worker`,
        code: 'MODEL_UNAVAILABLE',
        reason: 'NOT_LOADED',
      },
    };
  try {
    const started = performance.now();
    const outputs = await loaded.run(inputs);
    const nonFinite = new Set<number>();
    const answer: Record<string, Tensor> = {};
    for (const [name, tensor] of Object.entries(outputs)) {
      if (best?.output === name) {
        const data = tensor.data instanceof Float32Array ? tensor.data : Float32Array.from(tensor.data);
        const { scores, indices, nonFinite: bad } = topK(data, rows, data.length / rows, best);
        for (const row of bad) nonFinite.add(row);
        answer[name] = { datatype: 'FP32', shape: [rows, best.k], data: scores };
        answer[`${name}:indices`] = { datatype: 'INT32', shape: [rows, best.k], data: indices };
      } else {
        for (const row of nonFiniteRows(tensor.data, rows)) nonFinite.add(row);
        answer[name] = tensor;
      }
    }
    return { outputs: answer, computeMicros: (performance.now() - started) * 1000, nonFinite: [...nonFinite] };
  } catch (error) {
    return { error: wire(error) };
  }
}

const buffersOf = (outputs: TensorMap) => Object.values(outputs).map((tensor) => tensor.data.buffer);

async function runTrip(jobs: readonly TripJob[]): Promise<void> {
  let from = 0;
  let results: JobResult[] = [];
  let transfer: ArrayBuffer[] = [];
  let flushed = performance.now();
  for (let i = 0; i < jobs.length; i++) {
    const result = await runJob(jobs[i]!);
    results.push(result);
    if ('outputs' in result) transfer.push(...buffersOf(result.outputs));
    const last = i === jobs.length - 1;
    if (!last && (performance.now() - flushed) * 1000 < FLUSH_MICROS) continue;
    say({ kind: 'results', from, results, last }, transfer);
    from = i + 1;
    results = [];
    transfer = [];
    flushed = performance.now();
  }
}

async function handle(runtime: Runtime, message: ToWorker): Promise<void> {
  switch (message.kind) {
    case 'trip':
      return runTrip(message.jobs);
    case 'load': {
      const { source, call, warmUp } = message;
      const place = key(source.model, source.version);
      try {
        const loaded = models.get(place) ?? withAdditions(await runtime.load(source));
        await loaded.warmUp(warmUp);
        models.set(place, loaded);
        say({ kind: 'loaded', call, signature: loaded.signature, mode: loaded.mode });
      } catch (error) {
        say({ kind: 'refused', call, error: wire(error) });
      }
      return;
    }
    case 'unload': {
      const place = key(message.model, message.version);
      await models.get(place)?.unload();
      models.delete(place);
      say({ kind: 'unloaded', call: message.call });
    }
  }
}

say({ kind: 'started', thread: ownThread() });
const runtime = await createRuntime(options, logger);
let turn: Promise<void> = Promise.resolve();
port.on('message', (message: ToWorker) => {
  turn = turn.then(() => handle(runtime, message));
});
say({ kind: 'ready', name: runtime.name, version: runtime.version });
