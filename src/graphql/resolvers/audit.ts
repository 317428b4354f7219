import { badInput } from '../../core/errors.js';
import { type AuditEntry, type AuditKey, type AuditSelection, EVERY_ENTRY } from '../../data/audit.js';
import type { AuditFilter, Resolvers } from '../__generated__/resolvers.js';
import { noteAuditRead } from '../audit.js';
import type { GraphContext } from '../context.js';
import { connection, pageRequest } from '../pages.js';
import { checkIdLength } from './shared.js';

const NAME = 'audit';

const encodeKey = ({ at, seq }: AuditKey) => Buffer.from(`${NAME}:${at}:${seq}`).toString('base64url');

/** Reads a cursor back. @throws ScoregraphError BAD_USER_INPUT when it is none of this list's. */
function decodeKey(cursor: string, field: string): AuditKey {
  const match = /^([a-z-]+):(-?\d{1,16})(?::(\d{1,15}))?$/.exec(Buffer.from(cursor, 'base64url').toString('utf8'));
  if (match === null) throw badInput('expected a cursor that this list issued', field);
  if (match[1] !== NAME || match[3] === undefined)
    throw badInput(`this is a cursor of "${match[1]}", not of "${NAME}"`, field);
  return { at: Number(match[2]), seq: Number(match[3]) };
}

/**
 * A filter as the data room takes it.
 * @throws ScoregraphError BAD_USER_INPUT, naming the field.
 */
function selectionOf(filter: AuditFilter | null | undefined): AuditSelection {
  if (filter == null) return EVERY_ENTRY;
  const { kinds, principal, door, operation, customerId, model, version, outcome, from, to } = filter;
  for (const [field, text] of Object.entries({ principal, door, operation, customerId, model, outcome })) {
    if (text == null) continue;
    checkIdLength(text, `filter.${field}`);
    if (text === '') throw badInput('expected a text that is not empty', `filter.${field}`);
  }
  if (version != null && model == null) throw badInput('expected version with its model', 'filter.version');
  if (from != null && to != null && from >= to) throw badInput('expected from to lie before to', 'filter.from');
  return {
    kinds: kinds == null ? null : [...new Set(kinds)],
    principal: principal ?? null,
    door: door ?? null,
    operation: operation ?? null,
    entity: customerId ?? null,
    model: model ?? null,
    version: version ?? null,
    outcome: outcome ?? null,
    from: from ?? null,
    to: to ?? null,
  };
}

export const auditResolvers: Pick<Resolvers<GraphContext>, 'Query' | 'AuditEntry'> = {
  Query: {
    async auditEntries(_root, args, context) {
      const { app, row } = context;
      const request = pageRequest(args);
      const selection = selectionOf(args.filter);
      const bounds = {
        ...(args.before == null ? {} : { after: decodeKey(args.before, 'before') }),
        ...(args.after == null ? {} : { before: decodeKey(args.after, 'after') }),
      };
      const found = await app.audit.page(selection, { ...request, ...bounds }, row);
      noteAuditRead(context, args.filter);
      return connection(request, args, found, encodeKey, (entry) => entry);
    },
  },
  AuditEntry: {
    firstAt: (entry: AuditEntry) => entry.at,
    customerId: (entry: AuditEntry) => entry.entity,
    remoteAddress: (entry: AuditEntry) => entry.remote,
    details: ({ detail }: AuditEntry) =>
      Object.entries(detail ?? {}).map(([name, value]) => ({
        name,
        value: typeof value === 'string' ? value : JSON.stringify(value),
      })),
  },
};
