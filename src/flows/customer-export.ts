import { badInput } from '../core/errors.js';
import type { StoredEvent } from '../core/events.js';
import type { HistoryKey, PersonalData } from '../data/ports.js';
import { customerReducer } from '../features/customer-state.js';
import { exportedPrediction } from './exported-prediction.js';

export type CustomerRecordKind = 'CUSTOMER' | 'EVENT' | 'PREDICTION';

/** One thing that is held about a customer. */
export interface CustomerRecord {
  readonly kind: CustomerRecordKind;
  /** Where to go on after it. */
  readonly cursor: string;
  /** A JSON object, on one line. */
  readonly content: string;
}

/** Where a page begins: at the customer, behind an event, or behind a prediction. */
type Place =
  | { readonly at: 'start' }
  | { readonly at: 'events'; readonly after: number }
  | { readonly at: 'predictions'; readonly after: HistoryKey };

const iso = (ms: number) => new Date(ms).toISOString();
const cursorOf = (place: Place): string => {
  const words = ['record'];
  if (place.at === 'events') words.push('e', String(place.after));
  if (place.at === 'predictions') words.push('p', String(place.after.predictedAt), String(place.after.position));
  return Buffer.from(words.join(':')).toString('base64url');
};

function placeOf(cursor: string): Place {
  const match = /^record:(?:e:(\d{1,15})|p:(-?\d{1,16}):(\d{1,15}))$/.exec(
    Buffer.from(cursor, 'base64url').toString('utf8'),
  );
  if (match === null) throw badInput('expected a cursor that this list issued', 'after');
  const [, event, predictedAt, position] = match;
  if (event !== undefined) return { at: 'events', after: Number(event) };
  return { at: 'predictions', after: { predictedAt: Number(predictedAt), position: Number(position) } };
}

function exportedEvent({ seq, id, type, occurredAt, recordedAt, source, payload }: StoredEvent): object {
  return { position: seq, type, id, occurredAt: iso(occurredAt), recordedAt: iso(recordedAt), source, payload };
}

/**
 * A page of everything that is held about a customer: who they are as the features know them, then their events (alerts among them), then
 * predictions about them, oldest first. Less than `limit`: that was all. `state`: the customer's encoded state.
 * @throws ScoregraphError BAD_USER_INPUT for a cursor that this list did not issue.
 */
export async function customerRecords(
  data: PersonalData,
  customerId: string,
  state: string | null,
  after: string | null,
  limit: number,
): Promise<CustomerRecord[]> {
  let place: Place = after === null ? { at: 'start' } : placeOf(after);
  const records: CustomerRecord[] = [];
  const add = (kind: CustomerRecordKind, next: Place, content: object) => {
    records.push({ kind, cursor: cursorOf(next), content: JSON.stringify(content) });
  };
  if (place.at === 'start') {
    place = { at: 'events', after: 0 };
    add('CUSTOMER', place, { customerId, state: state === null ? null : JSON.parse(state) });
  }
  if (place.at === 'events') {
    const events: StoredEvent[] =
      records.length < limit ? await data.events(customerId, place.after, limit - records.length) : [];
    for (const event of events) add('EVENT', { at: 'events', after: event.seq }, exportedEvent(event));
  }
  if (records.length < limit) {
    const from = place.at === 'predictions' ? place.after : null;
    const predictions = await data.predictions(customerId, from, limit - records.length);
    for (const prediction of predictions) {
      const { position, record } = prediction;
      add(
        'PREDICTION',
        { at: 'predictions', after: { predictedAt: record.predictedAt, position } },
        exportedPrediction(prediction),
      );
    }
  }
  return records;
}

const PAGE = 500;

/** A customer's state in a data folder that serves nobody: as it was saved, and what came after. Null when nothing ever made one. */
export async function stateAtRest(data: PersonalData, customerId: string): Promise<string | null> {
  const saved = await data.document('customer', customerId);
  const state = saved === null ? customerReducer.empty() : customerReducer.decode(customerId, saved.body);
  let after = saved?.seq ?? 0;
  let isKnown = saved !== null;
  for (;;) {
    const events = await data.events(customerId, after, PAGE);
    for (const event of events) {
      if (!customerReducer.types.has(event.type)) continue;
      isKnown = true;
      customerReducer.apply(state, event);
    }
    if (events.length < PAGE) break;
    after = events[events.length - 1]!.seq;
  }
  return isKnown ? customerReducer.encode(state) : null;
}
