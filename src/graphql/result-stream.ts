import type { ExecutionResult } from 'graphql';

/**
 * A stream of results that ends as soon as it is returned. A generator function would queue the return behind the result it waits
 * for; what comes next and how it ends is written by hand, the rest of an async generator is here.
 */
export abstract class ResultStream implements AsyncGenerator<ExecutionResult, void, void> {
  abstract next(): Promise<IteratorResult<ExecutionResult, void>>;
  abstract return(): Promise<IteratorResult<ExecutionResult, void>>;

  async throw(error: unknown): Promise<IteratorResult<ExecutionResult, void>> {
    await this.return();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }
}
