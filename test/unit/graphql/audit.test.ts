import { describe, expect, it } from 'vitest';
import { ScoregraphError } from '../../../src/core/errors.js';
import type { AuditAction } from '../../../src/data/audit.js';
import { auditedMutations } from '../../../src/graphql/audit.js';
import type { GraphContext } from '../../../src/graphql/context.js';

describe('auditedMutations', () => {
  const noted: (Partial<AuditAction> | string)[] = [];
  const customers = new Set(['c1']);
  const context = {
    app: {
      audit: {
        acted: ({ operation, outcome, entity, erased }: AuditAction) =>
          void noted.push({ operation, outcome, entity: entity ?? null, erased: erased ?? false }),
        flush: async () => noted.push('on disk') > 0,
      },
      customers: { peek: (id: string) => (customers.has(id) ? {} : null) },
    },
    call: { door: 'http', principal: { id: 'ada' }, traceId: 't' },
  } as unknown as GraphContext;
  const mutations = auditedMutations({
    upsertItems: async (..._args: unknown[]) => ({ userErrors: [] }),
    eraseCustomer: async (_root: unknown, { customerId }: { customerId: string }) => {
      if (!customers.delete(customerId)) throw new ScoregraphError('NOT_FOUND', 'nobody');
      return {};
    },
  }) as unknown as Record<string, (root: null, args: object, context: GraphContext) => Promise<unknown>>;
  const run = async (field: string, args: object) => {
    noted.length = 0;
    const answer = await mutations[field]!(null, args, context).catch((error: ScoregraphError) => error.code);
    return { answer, noted: [...noted] };
  };

  it('waits for the disk where nothing else has a record of it', async () => {
    expect((await run('upsertItems', { items: [] })).noted).toHaveLength(1);
    const refused = { operation: 'eraseCustomer', outcome: 'NOT_FOUND', entity: null, erased: false };
    expect(await run('eraseCustomer', { customerId: 'nobody' })).toEqual({
      answer: 'NOT_FOUND',
      noted: [refused, 'on disk'],
    });
  });

  it('does not name whom it has just erased', async () => {
    const done = { operation: 'eraseCustomer', outcome: 'OK', entity: null, erased: true };
    expect(await run('eraseCustomer', { customerId: 'c1' })).toEqual({ answer: {}, noted: [done, 'on disk'] });
  });
});
