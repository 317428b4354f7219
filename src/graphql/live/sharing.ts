import { type DocumentNode, getOperationAST, Kind, type OperationDefinitionNode, visit } from 'graphql';

/** Parsed documents are cached, so the same text is the same object. */
const documents = new WeakMap<DocumentNode, number>();
let documentCount = 0;
const selections = new WeakMap<OperationDefinitionNode, ReadonlySet<string>>();

function documentId(document: DocumentNode): number {
  let id = documents.get(document);
  if (id === undefined) {
    id = ++documentCount;
    documents.set(document, id);
  }
  return id;
}

/** One subscription as far as sharing is concerned. */
export interface Asked {
  readonly document: DocumentNode;
  readonly operationName?: string | null | undefined;
  readonly variableValues?: Readonly<Record<string, unknown>> | null | undefined;
  /** What the caller may see: others never share. */
  readonly scope: string;
}

/** The same for subscriptions that are the same in everything. */
export function sameSubscription(asked: Asked): string {
  return keyOf(asked, () => true);
}

/**
 * The same for subscriptions that want the same of each entry, whichever entries: variables that only the root field's arguments use
 * (filter, cursor, delivery) make no difference to what an entry looks like.
 */
export function sameSelection(asked: Asked): string {
  const operation = getOperationAST(asked.document, asked.operationName)!;
  let below = selections.get(operation);
  if (below === undefined) {
    below = variablesBelowRoot(asked.document, operation);
    selections.set(operation, below);
  }
  return keyOf(asked, (name) => below.has(name));
}

function keyOf(asked: Asked, counts: (variable: string) => boolean): string {
  const { document, variableValues, scope } = asked;
  // Clients that name the only operation and those that do not ask for the same.
  const operation = getOperationAST(document, asked.operationName)?.name?.value ?? null;
  const variables = Object.entries(variableValues ?? {})
    .filter(([name]) => counts(name))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([documentId(document), operation, scope, variables]);
}

/** Variables used anywhere but in the arguments of root fields that stand directly in the operation. */
function variablesBelowRoot(document: DocumentNode, operation: OperationDefinitionNode): ReadonlySet<string> {
  const used = new Set<string>();
  const collect = { [Kind.VARIABLE]: (node: { name: { value: string } }) => void used.add(node.name.value) };
  for (const selection of operation.selectionSet.selections) {
    if (selection.kind === Kind.FIELD) {
      if (selection.selectionSet) visit(selection.selectionSet, collect);
      for (const directive of selection.directives ?? []) visit(directive, collect);
    } else visit(selection, collect);
  }
  for (const directive of operation.directives ?? []) visit(directive, collect);
  for (const definition of document.definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) visit(definition, collect);
  return used;
}
