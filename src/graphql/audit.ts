import { setTimeout as sleep } from 'node:timers/promises';
import { type DocumentNode, getOperationAST, Kind } from 'graphql';
import { type ErrorCode, ScoregraphError } from '../core/errors.js';
import type { AuditAction } from '../data/audit.js';
import type { Applicant } from './admission.js';
import type { GraphContext } from './context.js';

/** Mutations whose events are on the event log, each with its customer, when they are answered: their entries may come within a second. */
const ON_THE_EVENT_LOG: ReadonlySet<string> = new Set([
  'upsertCustomers',
  'upsertItems',
  'recordTransactions',
  'recordInteractions',
  'reportOutcomes',
  'acknowledgeFraudAlerts',
]);
/** How long the answer to such a deed waits for a disk that does not say a word, ms. */
const PATIENCE_MS = 2_000;
/** Mutations after which the customer must not be named, here either. */
const ERASING: ReadonlySet<string> = new Set(['eraseCustomer']);
/** Errors that say that a call was not let in. */
const REFUSALS: ReadonlySet<string> = new Set(['UNAUTHENTICATED', 'FORBIDDEN', 'QUERY_TOO_COSTLY', 'RATE_LIMITED']);

/** Most root fields that a refusal names. */
const MAX_FIELDS_NAMED = 4;

type Arguments = Readonly<Record<string, unknown>>;
type Resolve = (root: unknown, args: Arguments, context: GraphContext, info: unknown) => unknown;

/** Notes the refusals among the errors of an answer, once for each code. `errors` are presented, the document is valid. */
export function noteRefusals(
  { app, call }: Pick<GraphContext, 'app' | 'call'>,
  errors: readonly { readonly extensions?: Readonly<Record<string, unknown>> }[],
  document: DocumentNode,
  operationName: string | null | undefined,
): void {
  const noted = new Set<unknown>();
  for (const { extensions } of errors) {
    const code = extensions?.code;
    if (noted.has(code) || !REFUSALS.has(code as string)) continue;
    noted.add(code);
    app.audit.refused({
      principal: call.principal.id,
      door: call.door,
      operation: rootFields(document, operationName),
      outcome: code as string,
      traceId: call.traceId,
    });
  }
}

/** Notes an operation that was not let in. */
export function noteRefused({ document, operation, context }: Applicant, { code }: ScoregraphError): void {
  noteRefusals(context, [{ extensions: { code } }], document, operation.name?.value);
}

/** What was called, in names of the schema: aliases are the caller's to choose. */
function rootFields(document: DocumentNode, operationName: string | null | undefined): string {
  const names = new Set<string>();
  for (const selection of getOperationAST(document, operationName)?.selectionSet.selections ?? [])
    if (selection.kind === Kind.FIELD && names.size < MAX_FIELDS_NAMED) names.add(selection.name.value);
  return [...names].join(', ');
}

/** Mutations with an entry for each field that is called, whatever came of it. */
export function auditedMutations<R extends object>(resolvers: R): R {
  return mapped(
    resolvers,
    (field, resolve) => async (root: unknown, args: Arguments, context: GraphContext, info: unknown) => {
      let outcome: string = 'OK';
      let userErrors = 0;
      try {
        const payload = await (resolve as Resolve)(root, args, context, info);
        userErrors = (payload as { userErrors?: readonly unknown[] } | null)?.userErrors?.length ?? 0;
        return payload;
      } catch (error) {
        outcome = codeOf(error);
        throw error;
      } finally {
        const customers = customersNamed(args, 2);
        const erased = outcome === 'OK' && ERASING.has(field);
        act(context, field, outcome, {
          entity: customers.length === 1 ? customers[0]! : null,
          erased,
          detail: { ...sizes(args), ...(userErrors === 0 ? {} : { userErrors }) },
        });
        // There is no other record of these: they are on disk, if it takes them, before they are answered.
        if (!ON_THE_EVENT_LOG.has(field)) await onDisk(context);
      }
    },
  );
}

/** Subscriptions with an entry for each that is opened: who watches what. What names customers has an entry for each of them. */
export function auditedSubscriptions<R extends object>(resolvers: R): R {
  return mapped(resolvers, (field, resolver) => {
    const { subscribe, ...rest } = resolver as { subscribe: Resolve };
    return {
      ...rest,
      async subscribe(root: unknown, args: Arguments, context: GraphContext, info: unknown) {
        let outcome: string = 'OK';
        try {
          return await subscribe(root, args, context, info);
        } catch (error) {
          outcome = codeOf(error);
          throw error;
        } finally {
          const detail = filterOf(args);
          const customers = customersNamed(args, MAX_NAMED);
          if (customers.length === 0) act(context, field, outcome, { detail });
          for (const entity of customers) act(context, field, outcome, { entity, detail });
        }
      },
    };
  });
}

const onDisk = ({ app }: GraphContext) => Promise.race([app.audit.flush(), sleep(PATIENCE_MS, null, { ref: false })]);

function mapped<R extends object>(resolvers: R, wrap: (field: string, resolver: unknown) => unknown): R {
  return Object.fromEntries(Object.entries(resolvers).map(([field, resolver]) => [field, wrap(field, resolver)])) as R;
}

/** Notes that the audit was read: of what was looked for only the conditions' names, since whom it is about may be erased. */
export function noteAuditRead(context: GraphContext, filter: object | null | undefined): void {
  act(context, 'auditEntries', 'OK', { detail: { filter: Object.keys(filter ?? {}) } });
}

function act(
  { app, call }: GraphContext,
  operation: string,
  outcome: string,
  { entity, ...what }: Pick<AuditAction, 'entity' | 'erased' | 'detail'>,
): void {
  const { door, principal, traceId } = call;
  // Whom the server does not know, erased ones among them, is not named.
  const known = entity == null || app.customers.peek(entity) === null ? null : entity;
  app.audit.acted({ principal: principal.id, door, operation, outcome, traceId, ...what, entity: known });
}

const codeOf = (error: unknown): ErrorCode => (error instanceof ScoregraphError ? error.code : 'INTERNAL_SERVER_ERROR');

/** Most customers that a subscription has an entry for each of: no filter names more. */
const MAX_NAMED = 500;

/** The first `most` customers that arguments name: under `customerId` or `customerIds`, in an input, or in the items of a list. */
function customersNamed(args: Arguments, most: number): string[] {
  const named = new Set<string>();
  const look = (value: unknown, depth: number): void => {
    if (typeof value !== 'object' || value === null || depth > 3 || named.size >= most) return;
    if (Array.isArray(value)) {
      for (const item of value) look(item, depth);
      return;
    }
    for (const [key, inner] of Object.entries(value)) {
      if (key === 'customerId' && typeof inner === 'string') named.add(inner);
      else if (key === 'customerIds' && Array.isArray(inner))
        for (const id of inner.slice(0, most)) named.add(String(id));
      else look(inner, depth + 1);
    }
  };
  look(args, 0);
  return [...named];
}

/** How long the lists of a mutation are. */
function sizes(args: Arguments): Record<string, number> {
  return Object.fromEntries(
    Object.entries(args).flatMap(([key, value]) => (Array.isArray(value) ? [[key, value.length]] : [])),
  );
}

/** What a subscription selects beside customers: enums and numbers, which name nobody. */
function filterOf({ filter }: Arguments): Record<string, unknown> | null {
  const { decisions, minProbability } = (filter ?? {}) as Arguments;
  if (decisions == null && minProbability == null) return null;
  return { ...(decisions == null ? {} : { decisions }), ...(minProbability == null ? {} : { minProbability }) };
}
