/** The little of relay-runtime that tests use: the package is typed for Flow only. */
declare module 'relay-runtime' {
  export interface Sink<T> {
    next(value: T): void;
    error(error: Error): void;
    complete(): void;
  }
  export class RelayObservable<T> {
    static create<T>(source: (sink: Sink<T>) => () => void): RelayObservable<T>;
    subscribe(observer: Partial<Sink<T>>): { unsubscribe(): void };
  }
  export const Observable: typeof RelayObservable;
  export interface RequestParameters {
    readonly id: string | null;
    readonly cacheID: string;
    readonly text: string | null;
    readonly name: string;
    readonly operationKind: 'query' | 'mutation' | 'subscription';
    readonly metadata: object;
  }
  export const Network: {
    create(
      fetch: (request: RequestParameters, variables: object) => Promise<object>,
      subscribe: (request: RequestParameters, variables: object) => RelayObservable<object>,
    ): { execute(request: RequestParameters, variables: object, cache: object): RelayObservable<object> };
  };
}
