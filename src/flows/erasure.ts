import { createHmac, randomBytes } from 'node:crypto';
import type { Clock } from '../core/clock.js';
import { messageOf } from '../core/errors.js';
import type { CustomerErased, Stored } from '../core/events.js';
import { uuidv7 } from '../core/ids.js';
import type { Logger } from '../core/logger.js';
import type { AuditLog } from '../data/audit.js';
import type { ErasureRequest, ErasureResult, PersonalData, SavedDocument } from '../data/ports.js';
import { ALERTS_DOCUMENT, withoutCustomer } from './alert-list.js';
import type { Forgetful } from './departures.js';

const ATTEMPTS = 3;
const RETRY_MS = 200;

/** Another place that holds something about customers, with a durability of its own. Forgetting twice is as forgetting once. */
export interface Eraser {
  /** For the server's own log. */
  readonly name: string;
  /** Resolves when nothing about the customer is left there, on disk. */
  forget(customerId: string): Promise<void>;
}

/** The audit keeps that somebody asked about somebody, without the name. */
export const auditEraser = (audit: Pick<AuditLog, 'forget'>): Eraser => ({
  name: 'audit',
  forget: async (customerId) => void (await audit.forget(customerId)),
});

/** What an erasure did. */
export interface Erasure {
  readonly erasureId: string;
  /** HMAC-SHA256 of the customer's id under `salt`, hex: what stands for them on the log. */
  readonly subject: string;
  /** Known to the caller only; null when an erasure that was begun before was finished. */
  readonly salt: string | null;
  /** Milliseconds UTC. */
  readonly erasedAt: number;
  readonly events: number;
  readonly predictions: number;
}

/** What stands for a customer on the log once they are erased; whoever has the salt can tell that it was this customer. */
export const subjectOf = (customerId: string, salt: string): string =>
  createHmac('sha256', salt).update(customerId).digest('hex');

/** Whether a text names this customer: their id stands in it as a word. */
export function namesCustomer(text: string, customerId: string): boolean {
  const isWord = (char: string | undefined) => char !== undefined && /[\p{L}\p{N}]/u.test(char);
  for (let at = text.indexOf(customerId); at >= 0; at = text.indexOf(customerId, at + 1)) {
    if (!isWord(text[at - 1]) && !isWord(text[at + customerId.length])) return true;
  }
  return false;
}

/**
 * Carries through what was noted and not finished, because the process ended in the middle. To be done before anything is read from the data
 * folder. @returns how many erasures there were.
 */
export async function resumeErasures(data: PersonalData, erasers: readonly Eraser[], clock: Clock): Promise<number> {
  const pending = await data.pending();
  for (const { entity } of pending) await carryThrough(data, entity, erasers, clock.now());
  return pending.length;
}

/** Erases a customer in a data folder that serves nobody; null when nothing is held about them. */
export async function eraseAtRest(
  data: PersonalData,
  request: { readonly customerId: string; readonly reason: string; readonly by: string },
  erasers: readonly Eraser[],
  clock: Clock,
): Promise<Erasure | null> {
  if (!(await data.holds(request.customerId))) return null;
  const noted = await note(data, request, clock);
  const at = clock.now();
  const result = await carryThrough(data, request.customerId, erasers, at);
  return told(noted, result, at);
}

/** Erases from the files alone: the saved alerts are rewritten from what is saved. */
async function carryThrough(data: PersonalData, customerId: string, erasers: readonly Eraser[], at: number) {
  const saved = await data.document(ALERTS_DOCUMENT.kind, ALERTS_DOCUMENT.key);
  const documents =
    saved === null ? [] : [{ ...saved, kind: ALERTS_DOCUMENT.kind, body: withoutCustomer(saved.body, customerId) }];
  const result = await data.erase(customerId, at, documents);
  for (const eraser of erasers) await eraser.forget(customerId);
  await data.end(customerId);
  return result;
}

interface Noted {
  readonly request: ErasureRequest;
  readonly salt: string | null;
}

async function note(
  data: PersonalData,
  { customerId, reason, by }: { readonly customerId: string; readonly reason: string; readonly by: string },
  clock: Clock,
): Promise<Noted> {
  const salt = randomBytes(16).toString('hex');
  const request = {
    entity: customerId,
    id: uuidv7(clock.now()),
    subject: subjectOf(customerId, salt),
    reason,
    by,
    requestedAt: clock.now(),
  };
  await data.begin(request);
  const noted = (await data.pending()).find(({ entity }) => entity === customerId)!;
  return { request: noted, salt: noted.id === request.id ? salt : null };
}

const told = ({ request, salt }: Noted, { events, predictions }: ErasureResult, at: number): Erasure => ({
  erasureId: request.id,
  subject: request.subject,
  salt,
  erasedAt: at,
  events,
  predictions,
});

export interface CustomerErasureOptions {
  readonly data: PersonalData;
  readonly erasers: readonly Eraser[];
  /** All who hold something in memory; barred in this order. */
  readonly holders: readonly Forgetful[];
  /** Saved documents that name many customers, without those who are barred. */
  readonly documents: () => SavedDocument[];
  /** Hands the event that tells of an erasure on to who follows the log. */
  readonly appended: (event: Stored<CustomerErased>) => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Erases customers in a running server, one after the other. What came in before the erasure is written before it, by the writer's own order,
 * and goes with it; from the moment that it is handed to the writer until it is on disk nothing about the customer is taken, and what was on
 * its way in memory is dropped.
 */
export class CustomerErasure {
  readonly #options: CustomerErasureOptions;
  #chain: Promise<unknown> = Promise.resolve();

  constructor(options: CustomerErasureOptions) {
    this.#options = options;
  }

  /**
   * Erases a customer; null when nothing is held about them. Resolves when nothing is left in memory or in any file of the data folder.
   * @throws ScoregraphError STORAGE_UNAVAILABLE. When the erasure was noted before that, the customer stays barred, and it is finished by
   * the next call or the next start.
   */
  erase(customerId: string, reason: string, by: string): Promise<Erasure | null> {
    const done = this.#chain.then(() => this.#erase(customerId, reason, by));
    this.#chain = done.catch(() => {});
    return done;
  }

  /** Resolves when no erasure is under way. */
  async settled(): Promise<void> {
    await this.#chain;
  }

  async #erase(customerId: string, reason: string, by: string): Promise<Erasure | null> {
    const { data, holders, erasers, clock } = this.#options;
    if (!(await data.holds(customerId))) return null;
    const noted = await note(data, { customerId, reason, by }, clock);
    const at = clock.now();
    const result = await this.#write(customerId, at);
    // What was written before the erasure has by now been handed on, and has been dropped: its answers came first.
    await new Promise(setImmediate);
    const { id, subject, requestedAt } = noted.request;
    const { seq, events, predictions } = result;
    for (const holder of holders) holder.lift(customerId, seq);
    this.#options.appended({
      id,
      type: 'customer.erased',
      schemaVersion: 1,
      entity: subject,
      occurredAt: at,
      recordedAt: at,
      seq,
      source: 'system',
      payload: { reason: noted.request.reason, by: noted.request.by, requestedAt, events, predictions },
    });
    for (const eraser of erasers) await eraser.forget(customerId);
    await data.end(customerId);
    return told(noted, result, at);
  }

  /** Bars the customer and hands the erasure to the writer in the same breath; what fails is tried again for a moment. */
  async #write(customerId: string, at: number): Promise<ErasureResult> {
    const { data, holders, documents, logger } = this.#options;
    for (const holder of holders) holder.bar(customerId);
    for (let attempt = 1; ; attempt++) {
      try {
        return await data.erase(customerId, at, documents());
      } catch (error) {
        logger.error({ error: messageOf(error), attempt }, 'A customer could not be erased yet.');
        if (attempt === ATTEMPTS) throw error;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }
}
