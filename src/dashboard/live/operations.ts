import { signal } from '@preact/signals';
import { CallerDocument, type CallerQuery, type TypedDocumentString } from '../__generated__/graphql.js';
import { ask } from '../graph/query.js';
import { onSignedIn } from '../graph/token.js';

/** Who looks at the page; null until that is known. */
export const caller = signal<CallerQuery['caller'] | null>(null);

async function readCaller(): Promise<void> {
  try {
    caller.value = (await ask(CallerDocument, {}, 'Who you are')).data.caller;
  } catch {
    // The page says by other ways that the server cannot be reached, or asks who this is.
  }
}

export function knowCaller(): void {
  void readCaller();
  onSignedIn(() => void readCaller());
}

/**
 * Why this caller may not change models; null where they may. What the server decides it decides itself: this is for buttons.
 * @param ofAll whether it needs somebody who may hear of all customers
 */
export function whyNot(ofAll: boolean): string | null {
  const who = caller.value;
  if (who === null) return 'Asking who you are …';
  if (!who.roles.includes('OPERATOR'))
    return 'Changing models needs the role operator, which your token does not have.';
  if (ofAll && !who.allCustomers) return 'Changing models is about all customers; your token is for some of them.';
  return null;
}

interface Done {
  readonly done?: { readonly userErrors: readonly { readonly message: string }[] } | null;
}

/** Does something to a model. @returns why it was not done, in sentences; none: it was done. Never rejects. */
export async function operate<T extends Done, V>(document: TypedDocumentString<T, V>, variables: V): Promise<string[]> {
  try {
    const { data, errors } = await ask(document, variables, 'Changing models');
    if (data.done == null) return errors.map(({ message }) => message);
    return data.done.userErrors.map(({ message }) => message);
  } catch (error) {
    return [(error as Error).message];
  }
}
