import type { BatchJob, BatchPart, Signature } from '../ports.js';
import { type Column, columnsOf, inputsOf, topKOf } from './batch-tensors.js';
import type { Entry } from './queue.js';
import type { RowShape } from './rows.js';

/** Who gives rows to a batch (a lane), and is told what came of them. */
export interface Contributor {
  readonly signature: Signature;
  /** What its rows are like; those of contributors with the same one may share a batch, if they mix. */
  readonly shape: RowShape;
  /** `entries` are the rows of the batch from row `from` on. */
  computed(entries: readonly Entry[], from: number, what: Computed): void;
  /** `mixed`: others' rows were in the batch, and perhaps at fault. */
  failed(entries: readonly Entry[], error: Error, how: { readonly mixed: boolean }): void;
}

/** Rows of one lane that go into a batch. */
export interface Part extends BatchPart {
  readonly lane: Contributor;
  readonly entries: readonly Entry[];
  /** Nobody else's rows go with them. */
  readonly alone: boolean;
}

/** What came out of a batch, for one of its lanes. */
export interface Computed {
  readonly columns: readonly Column[];
  /** Rows of the batch that hold no finite number; null: none. */
  readonly nonFinite: ReadonlySet<number> | null;
  /** Waited for a worker, added up over this lane's rows. */
  readonly waitedMs: number;
  /** This lane's share of the time the batch took, by its rows. */
  readonly computeMicros: number;
}

function entriesOf(parts: readonly Part[]): readonly Entry[] {
  if (parts.length === 1) return parts[0]!.entries;
  const all: Entry[] = [];
  for (const { entries } of parts) for (let i = 0; i < entries.length; i++) all.push(entries[i]!);
  return all;
}

/** A batch for the workers: the rows of its parts one behind the other. Parts are one, or many that are not `alone`. */
export function batchOf(parts: readonly Part[], now: number): BatchJob {
  const entries = entriesOf(parts);
  const rows = entries.length;
  const { lane } = parts[0]!;
  const topK = topKOf(entries);
  return {
    parts,
    signature: lane.signature,
    rows,
    inputs: inputsOf(entries, lane.shape),
    ...(topK === null ? {} : { topK }),
    done: (outputs, facts) => {
      const columns = columnsOf(outputs, topK);
      const nonFinite = facts.nonFinite.length === 0 ? null : new Set(facts.nonFinite);
      let from = 0;
      for (const { lane: giver, entries: own } of parts) {
        let waitedMs = 0;
        for (const entry of own) waitedMs += now - entry.enqueuedAt;
        const computeMicros = (facts.computeMicros * own.length) / rows;
        giver.computed(own, from, { columns, nonFinite, waitedMs, computeMicros });
        from += own.length;
      }
    },
    failed: (error) => {
      for (const { lane: giver, entries: own } of parts) giver.failed(own, error, { mixed: parts.length > 1 });
    },
  };
}
