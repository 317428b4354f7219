import { SignInDocument } from '../__generated__/graphql.js';
import { post } from './query.js';
import { hasCode, isUnauthenticated, told } from './refusals.js';
import { takeToken } from './token.js';

/** What a token looks like; anything else could not even be sent. */
const TOKEN = /^[\w.~+/=-]+$/;

/**
 * Asks the server whether it takes a token, and if so goes on with it.
 * @returns null, or why not, in a sentence
 */
export async function signIn(text: string): Promise<string | null> {
  const trimmed = text.trim();
  if (trimmed === '') return 'Give the token that you were given.';
  if (!TOKEN.test(trimmed)) return 'A token is one word of letters, digits and a few signs: this is none.';
  try {
    const { data, errors, status } = await post(SignInDocument, {}, { authorization: `Bearer ${trimmed}` });
    if (isUnauthenticated(errors))
      return 'The server does not take this token: it is mistyped, was revoked, or has expired.';
    // Whoever has used up their share is known all the same.
    if (data === null && !hasCode(errors, 'RATE_LIMITED'))
      return told(errors, 'Signing in', `The server answered ${status}.`);
  } catch (error) {
    return (error as Error).message;
  }
  takeToken(trimmed);
  return null;
}
