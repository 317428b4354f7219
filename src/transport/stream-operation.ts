import type { ExecutionResult, GraphQLError } from 'graphql';
import type { OutboxBudget } from '../graphql/live/budget.js';
import type { Frame, LiveSubscription, ResultSink } from '../graphql/live/frames.js';
import { isRefused } from '../graphql/live/live.js';
import type { ReadyOperation } from '../graphql/pipeline.js';
import type { ResponseStream, ResultFormat } from './response-stream.js';
import type { GraphDoor } from './ws.js';

export interface StreamOperationOptions {
  readonly pipeline: GraphDoor;
  readonly stream: ResponseStream;
  readonly format: ResultFormat;
  readonly args: ReadyOperation;
  /** Where a log-backed subscription goes on, in place of its `after`. */
  readonly resumeAfter?: string | undefined;
  /** Called once it is over of itself, to send what says so. */
  readonly onEnd: (last: string) => void;
}

/** One operation whose results go into a response that stays open. */
export class StreamOperation implements ResultSink {
  readonly #options: StreamOperationOptions;
  #subscription: LiveSubscription | null = null;
  #over = false;

  constructor(options: StreamOperationOptions) {
    this.#options = options;
  }

  /** Runs it. Never rejects: what goes wrong is told in the stream. */
  async run(): Promise<void> {
    const { pipeline, stream, args, resumeAfter } = this.#options;
    try {
      if (args.operation !== 'subscription') return this.#answer(await pipeline.execute(args));
      const opened = await pipeline.subscribe(args, resumeAfter);
      if (isRefused(opened)) return this.#answer(opened);
      if (this.#over) return opened.stop();
      this.#subscription = opened;
      stream.outlet.add(opened);
      opened.start(this);
    } catch (error) {
      this.end(pipeline.present([error]));
    }
  }

  /** The client is gone, or wants no more of it: nothing is sent after it. */
  stop(): void {
    if (this.#over) return;
    this.#over = true;
    const { stream, args } = this.#options;
    if (this.#subscription !== null) {
      stream.outlet.remove(this.#subscription);
      this.#subscription.stop();
    }
    args.end();
  }

  // What the subscription says.

  get budget(): OutboxBudget {
    return this.#options.stream.outlet.budget;
  }

  writable(): boolean {
    return this.#options.stream.writable;
  }

  send(frame: Frame): void {
    this.#options.stream.write(this.#options.format.next(frame));
  }

  end(errors?: readonly GraphQLError[]): void {
    if (this.#over) return;
    this.stop();
    this.#options.onEnd(this.#options.format.end(errors));
  }

  /** The one result that there is. */
  #answer(result: ExecutionResult): void {
    if (this.#over) return;
    this.send({ json: Buffer.from(JSON.stringify(result)), cursor: null });
    this.end();
  }
}
