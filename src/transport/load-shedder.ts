import type { ServerResponse } from 'node:http';
import { performance } from 'node:perf_hooks';
import { GraphQLError } from 'graphql';
import { ScoregraphError } from '../core/errors.js';
import type { Metrics } from '../core/metrics.js';
import { SECURITY } from './http/http-answer.js';
import type { GraphDoor } from './ws/ws.js';

export interface LoadShedderOptions {
  /** Never more operations under way than these. */
  readonly max: number;
  /** How long an operation may be under way, at the least, before the server counts as overloaded, ms. */
  readonly targetMs: number;
  /** Open streams: requests that entered and wait for nothing. What runs in them enters by itself. */
  readonly streams: () => number;
  /** How long the oldest row has waited for an engine, ms. */
  readonly queueMs: () => number;
  readonly metrics: Metrics;
}

/** So many may be under way however long they take: a few slow operations are no overload. */
const ALWAYS = 256;
/** So many may be under way however little is answered. */
const LEAST = 64;
/** Time between decisions, ms. */
const LOOK_MS = 100;
/** How many times as high the limit is after every look with every look at which nobody had to be refused. */
const GROWTH = 1.25;
/** The same where there is time left: who is refused then came all at once, after a pause of the machine, say. */
const GROWTH_AT_REST = 4;
/** How much of the best rate is believed after every look: half of it after seven seconds. */
const BEST_FADES = 0.99;
/** A thread that is busy for less than this part of its time has some left. */
const BUSY = 0.9;

/** When those who were refused may come again, seconds. */
const RETRY_AFTER_S = 1;

/** What is said to operations that come while there is too much to do. */
const OVERLOADED = new ScoregraphError(
  'QUEUE_FULL',
  'The server has more to do than it can do in time: nothing of this was begun. Try again in a moment.',
  { reason: 'OVERLOADED', retryAfterMs: 1_000 * RETRY_AFTER_S },
);
/**
 * The same over HTTP, put together once: while there is too much to do, saying so must cost little. A string, since Node sends one
 * with its headers in one write.
 */
const BODY = JSON.stringify({
  errors: [{ message: OVERLOADED.message, extensions: { code: OVERLOADED.code, ...OVERLOADED.details } }],
});
const HEAD = [
  ...SECURITY,
  ...['content-type', 'application/json; charset=utf-8'],
  ...['content-length', String(Buffer.byteLength(BODY))],
  ...['cache-control', 'no-store'],
  ...['retry-after', String(RETRY_AFTER_S)],
];

/**
 * Who may come in. As long as some operation is answered quickly, everybody up to `max`. Once even the quickest of a while took longer
 * than `targetMs`, and this thread has no rest or rows wait that long for an engine, there is a queue that stays (CoDel's sign; a burst
 * leaves one that goes): then only as many may be under way as are answered within half of `targetMs`, since they also wait to be read.
 * Further ones are refused, which costs a fraction of an answer, so that those who were admitted are answered in time. While nobody has
 * to be refused the limit grows with every look, until it is gone. What is merely slow, on a machine that rests, is no overload. See
 * docs/doors.md.
 *
 * Nobody looks while one turn of the event loop takes in everything that has come. So a turn that takes longer than `targetMs` is an
 * overload by itself, from that moment on.
 *
 * What a request pays is an increment, a comparison and reading the clock.
 */
export class LoadShedder {
  readonly #options: LoadShedderOptions;
  readonly #shed;
  readonly #timer: NodeJS.Timeout;
  #limit: number;
  #entered = 0;
  #left = 0;
  #refused = 0;
  /** Shortest time an operation was under way since the last look, ms. */
  #quickest = Number.POSITIVE_INFINITY;
  #lookedAt = performance.now();
  #utilisation = performance.eventLoopUtilization();
  #leftBefore = 0;
  /** Operations answered per ms while overloaded, smoothed. */
  #rate = 0;
  /** As many per ms as were answered in a while, at the most. */
  #best = 0;
  /** When the first operation of this turn of the event loop came, ms; -1: none came yet. */
  #turnSince = -1;
  readonly #turnEnds = () => {
    this.#turnSince = -1;
  };

  constructor(options: LoadShedderOptions) {
    this.#options = options;
    this.#limit = options.max;
    const { metrics } = options;
    this.#shed = metrics.counter('scoregraph_operations_shed_total', 'Operations refused because of overload.');
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
    this.#timer.unref();
  }

  /** Operations under way at every door; streams that are open are none. */
  get underWay(): number {
    return this.#entered - this.#left - this.#options.streams();
  }

  /** Whether there is too much to do. */
  get isShedding(): boolean {
    return this.#limit < this.#options.max;
  }

  /** How many may be under way at the moment. */
  get limit(): number {
    return this.#limit;
  }

  /** Whether one more has to be refused; counts it then. */
  refuses(): boolean {
    if (this.underWay < this.#limit) return false;
    this.#refused++;
    this.#shed.add();
    return true;
  }

  /** One came in. @returns what `leave` wants to know */
  enter(): number {
    this.#entered++;
    const now = performance.now();
    if (this.#turnSince < 0) {
      this.#turnSince = now;
      setImmediate(this.#turnEnds);
    } else if (now - this.#turnSince > this.#options.targetMs && this.underWay > ALWAYS)
      this.#limit = Math.min(this.#limit, ALWAYS); // until the next look, which knows better
    return now;
  }

  /** It was answered, or is gone. */
  leave(since: number): void {
    this.#left++;
    const took = performance.now() - since;
    if (took < this.#quickest) this.#quickest = took;
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const { max, targetMs, queueMs } = this.#options;
    const now = performance.now();
    const utilisation = performance.eventLoopUtilization();
    const { utilization: busy } = performance.eventLoopUtilization(utilisation, this.#utilisation);
    const rate = (this.#left - this.#leftBefore) / (now - this.#lookedAt);
    const { isShedding } = this;
    const isBusy = busy > BUSY || queueMs() > targetMs;
    const isOver = isShedding ? this.#refused > 0 : this.#quickest > targetMs && this.underWay > ALWAYS;
    if (isBusy && isOver) {
      this.#rate = this.#rate > 0 ? 0.7 * this.#rate + 0.3 * rate : Math.max(rate, this.#best);
      this.#limit = Math.min(max, Math.max(LEAST, Math.round((this.#rate * targetMs) / 2)));
    } else {
      this.#limit = Math.min(max, Math.ceil((isBusy ? GROWTH : GROWTH_AT_REST) * this.#limit));
      if (!this.isShedding) this.#rate = 0;
    }
    this.#best = Math.max(rate, BEST_FADES * this.#best);
    this.#refused = 0;
    this.#quickest = Number.POSITIVE_INFINITY;
    this.#leftBefore = this.#left;
    this.#lookedAt = now;
    this.#utilisation = utilisation;
  }
}

/** Tells a client that its request was refused. */
export function tellShed(response: ServerResponse): void {
  if (response.destroyed) return;
  response.writeHead(503, HEAD);
  response.end(BODY, 'latin1');
}

/** The graph for a door whose operations are no requests of their own: refuses them while there is too much under way. */
export function shedding(graph: GraphDoor, shedder: LoadShedder): GraphDoor {
  return {
    prepare: (request, call) =>
      shedder.refuses()
        ? { kind: 'refused', errors: [new GraphQLError(OVERLOADED.message, { originalError: OVERLOADED })] }
        : graph.prepare(request, call),
    execute: (args) => graph.execute(args),
    subscribe: (args, resumeAfter) => graph.subscribe(args, resumeAfter),
    present: (errors) => graph.present(errors),
  };
}
