import { type Entry, PriorityQueue } from './queue.js';

/** The rows that wait for one version. Those that want top-k and those that do not never share a batch: they wait in queues of their own. */
export class RowQueues {
  readonly #plain = new PriorityQueue();
  /** By the output they want ranked; null: no row ever wanted that. */
  #ranked: Map<string, PriorityQueue> | null = null;

  /** Puts a row at the end of its queue. @returns the queue */
  push(entry: Entry): PriorityQueue {
    const { topK } = entry.row;
    const queue = topK === undefined ? this.#plain : this.#rankedBy(topK.output);
    queue.push(entry, entry.waiters.context.priority);
    return queue;
  }

  /** When the row that waits longest came; Infinity without any. */
  oldest(): number {
    let oldest = this.#plain.oldest();
    if (this.#ranked === null) return oldest;
    for (const queue of this.#ranked.values()) oldest = Math.min(oldest, queue.oldest());
    return oldest;
  }

  /** The queue whose first row has waited longest; null: all are empty. */
  longestWaiting(): PriorityQueue | null {
    let longest = this.#plain.size > 0 ? this.#plain : null;
    if (this.#ranked === null) return longest;
    for (const queue of this.#ranked.values())
      if (queue.size > 0 && (longest === null || queue.oldest() < longest.oldest())) longest = queue;
    return longest;
  }

  /** All rows, in no order. */
  list(): Entry[] {
    const all = this.#plain.list();
    if (this.#ranked !== null) for (const queue of this.#ranked.values()) all.push(...queue.list());
    return all;
  }

  clear(): void {
    this.#plain.clear();
    this.#ranked = null;
  }

  #rankedBy(output: string): PriorityQueue {
    this.#ranked ??= new Map();
    let queue = this.#ranked.get(output);
    if (queue === undefined) {
      queue = new PriorityQueue();
      this.#ranked.set(output, queue);
    }
    return queue;
  }
}
