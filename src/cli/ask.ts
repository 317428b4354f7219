/** Asks a running server over its graph. @throws Error with what the server said, or that there is none. */
export async function ask(url: string, query: string, variables: object): Promise<Record<string, unknown>> {
  let response: Response;
  try {
    response = await fetch(new URL('/graphql', url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    });
  } catch {
    throw new Error(`no server answers at ${url}: start one, or say where it is with --url`);
  }
  const text = await response.text();
  let answer: { data?: Record<string, unknown> | null; errors?: { message: string }[] };
  try {
    answer = JSON.parse(text);
  } catch {
    throw new Error(`${url}: expected a GraphQL answer, got ${response.status} ${text.slice(0, 200)}`);
  }
  if (answer.errors?.length) throw new Error(answer.errors.map(({ message }) => message).join('; '));
  return answer.data ?? {};
}
