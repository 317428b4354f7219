import {
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValueNode,
  visit,
} from 'graphql';

/** What a document may have at most. */
export interface DocumentLimits {
  /** Fields one below the other. */
  readonly depth: number;
  readonly aliases: number;
  /** Fields of the operation itself. */
  readonly rootFields: number;
  /** Fields after fragments are put in. */
  readonly fields: number;
  readonly directives: number;
  /** Items of a list, in the document or in a variable. */
  readonly listSize: number;
}

/** What an operation has, fragments put in. */
export interface DocumentSize {
  readonly depth: number;
  readonly aliases: number;
  readonly rootFields: number;
  readonly fields: number;
  readonly directives: number;
}

/** Numbers end here: fragments within fragments double with every line. */
const ENOUGH = 1e9;
const NONE = { depth: 0, aliases: 0, rootFields: 0, fields: 0, directives: 0 };

/**
 * Measures an operation. Each fragment is measured once, however often it is spread, so that the time is linear in the length of the document
 * whatever it would grow to. A fragment that contains itself counts as endless.
 */
export function sizeOf(document: DocumentNode, operation: OperationDefinitionNode): DocumentSize {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  const measured = new Map<string, DocumentSize | null>();
  const size = ofSelections(operation.selectionSet);
  return { ...size, directives: size.directives + (operation.directives?.length ?? 0) };

  function ofFragment(name: string): DocumentSize {
    const before = measured.get(name);
    if (before === null)
      return { depth: ENOUGH, aliases: ENOUGH, rootFields: ENOUGH, fields: ENOUGH, directives: ENOUGH };
    if (before !== undefined) return before;
    const definition = fragments.get(name);
    if (definition === undefined) return NONE;
    measured.set(name, null);
    const own = ofSelections(definition.selectionSet);
    measured.set(name, own);
    return own;
  }

  /** `rootFields` counts what stands on the first level. */
  function ofSelections({ selections }: SelectionSetNode): DocumentSize {
    let { depth, aliases, rootFields, fields, directives } = NONE;
    for (const selection of selections) {
      directives += selection.directives?.length ?? 0;
      if (selection.kind === Kind.FIELD) {
        const below = selection.selectionSet === undefined ? NONE : ofSelections(selection.selectionSet);
        rootFields++;
        depth = Math.max(depth, below.depth + 1);
        aliases += below.aliases + (selection.alias === undefined ? 0 : 1);
        fields += below.fields + 1;
        directives += below.directives;
      } else {
        const below =
          selection.kind === Kind.FRAGMENT_SPREAD
            ? ofFragment(selection.name.value)
            : ofSelections(selection.selectionSet);
        rootFields += below.rootFields;
        depth = Math.max(depth, below.depth);
        aliases += below.aliases;
        fields += below.fields;
        directives += below.directives;
      }
    }
    return {
      depth: Math.min(depth, ENOUGH),
      aliases: Math.min(aliases, ENOUGH),
      rootFields: Math.min(rootFields, ENOUGH),
      fields: Math.min(fields, ENOUGH),
      directives: Math.min(directives, ENOUGH),
    };
  }
}

/** The longest list that stands in the document itself. */
export function longestList(document: DocumentNode): number {
  let longest = 0;
  visit(document, {
    [Kind.LIST]({ values }: { values: readonly ValueNode[] }) {
      longest = Math.max(longest, values.length);
    },
  });
  return longest;
}

const WORDS = {
  depth: 'fields one below the other',
  aliases: 'aliases',
  rootFields: 'fields of the operation itself',
  fields: 'fields, fragments put in',
  directives: 'directives',
} as const;

/** Which limit an operation is over, as a sentence with the limit; null when it is within all. */
export function exceeded(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  limits: DocumentLimits,
): { readonly message: string; readonly limit: number } | null {
  const size = sizeOf(document, operation);
  for (const what of Object.keys(WORDS) as (keyof typeof WORDS)[]) {
    if (size[what] <= limits[what]) continue;
    const got = size[what] >= ENOUGH ? 'more than can be counted' : String(size[what]);
    return { message: `expected at most ${limits[what]} ${WORDS[what]}, got ${got}`, limit: limits[what] };
  }
  const longest = longestList(document);
  if (longest <= limits.listSize) return null;
  return { message: `expected at most ${limits.listSize} items in a list, got ${longest}`, limit: limits.listSize };
}
