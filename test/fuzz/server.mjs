/** Waits for a server that was spawned and gives it customers. `check` throws unless it lives, is ready, and logged no failure. */
export async function prepare(child) {
  let output = '';
  const url = await new Promise((done, fail) => {
    const hear = (chunk) => {
      output += chunk;
      const found = /ready at (http:\S+)/.exec(output)?.[1];
      if (found !== undefined) done(found);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.on('exit', (code) => fail(new Error(`the server ended with ${code}: ${output.slice(-2_000)}`)));
  });
  const customers = ['c1', 'c2', 'c3'].map((customerId) => ({ customerId }));
  const query = 'mutation ($customers: [CustomerInput!]!) { upsertCustomers(customers: $customers) { acceptedCount } }';
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables: { customers } }),
  });
  const { data } = await response.json();
  if (data?.upsertCustomers?.acceptedCount !== 3) throw new Error('the customers could not be made');
  return {
    child,
    url,
    async check() {
      if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}: ${output.slice(-2_000)}`);
      const ready = await fetch(`${url}/v2/health/ready`);
      if (ready.status !== 200) throw new Error(`the server is not ready: ${await ready.text()}`);
      const failure = /.*(?:failed unexpectedly|unhandled).*/i.exec(output);
      if (failure !== null) throw new Error(`the server logged a failure: ${failure[0].slice(0, 2_000)}`);
    },
  };
}
