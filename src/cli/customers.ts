import { once } from 'node:events';
import { createWriteStream, readFileSync } from 'node:fs';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { Command } from 'commander';
import { readConfig } from '../config/config.js';
import { systemClock } from '../core/clock.js';
import { ScoregraphError } from '../core/errors.js';
import { uuidv7 } from '../core/ids.js';
import { silentLogger } from '../core/logger.js';
import { readDataKey } from '../data/key.js';
import type { DataRoom } from '../data/open.js';
import { openAudit } from '../data/open-audit.js';
import { customerRecords, stateAtRest } from '../flows/customer-export.js';
import { auditEraser, type Eraser, eraseAtRest, namesCustomer, resumeErasures } from '../flows/erasure.js';
import { checkText } from '../flows/validate.js';
import { PrometheusMetrics } from '../transport/metrics.js';

const PAGE = 500;
const MAX_REASON = 500;
const WHO = 'cli';

/** Runs `work` with the other places that hold something about customers, opened while no server runs; notes `deed` in the audit. */
async function withErasers(deed: string, work: (erasers: readonly Eraser[]) => Promise<void>): Promise<void> {
  const config = readConfig();
  const audit = openAudit({
    dir: config.dataDir,
    key: readDataKey(config.dataKeyFile),
    clock: systemClock,
    logger: silentLogger,
    metrics: new PrometheusMetrics(),
    days: 0,
  });
  try {
    await work([auditEraser(audit)]);
    audit.acted({ principal: WHO, door: WHO, operation: deed, outcome: 'OK', traceId: uuidv7() });
  } finally {
    await audit.close();
  }
}

const RECORDS = `query ($customerId: ID!, $first: Int!, $after: Cursor) {
  customerRecords(customerId: $customerId, first: $first, after: $after) {
    nodes { kind content } pageInfo { hasNextPage endCursor }
  }
}`;
const ERASE = `mutation ($customerId: ID!, $reason: String!) {
  eraseCustomer(customerId: $customerId, reason: $reason) {
    erasure { erasureId subject salt erasedAt events predictions } userErrors { message }
  }
}`;

interface Page {
  readonly records: readonly { readonly kind: string; readonly content: string }[];
  /** Where the next page begins; null: there is none. */
  readonly next: string | null;
}
/** Pages of what is held about the customer. @throws ScoregraphError NOT_FOUND */
type Pages = (after: string | null) => Promise<Page>;

interface Told {
  readonly erasureId: string;
  readonly subject: string;
  readonly salt: string | null;
  readonly events: number;
  readonly predictions: number;
}

interface RemoteOptions {
  readonly url?: string;
  readonly tokenFile?: string;
}

type WithData = (work: (data: DataRoom) => Promise<void>) => Promise<void>;

/** `customers export` and `customers erase`: in the data folder, or through the running graph where a server holds it. */
export function addCustomerCommands(program: Command, withData: WithData, say: (line: string) => void): void {
  const customers = program.command('customers').description('what is held about one customer');
  const remote = (command: Command) =>
    command
      .option('--url <url>', 'of the running graph, should it hold the data folder; default: by HOST and PORT')
      .option('--token-file <file>', 'file with the token that the running graph wants');

  remote(customers.command('export'))
    .description('writes everything held about a customer, a JSON object a line')
    .argument('<customerId>')
    .argument('[file]', 'a new file; default: standard output')
    .action(async (customerId: string, file: string | undefined, options: RemoteOptions) => {
      const write = async (pages: Pages) => {
        const first = await pages(null); // before a file is made: there may be no such customer
        const count = await writeRecords(first, pages, file);
        if (file !== undefined) say(`${file}: ${count} records`);
      };
      await hereOrThere(
        withData,
        ({ personal }) =>
          withErasers('customers export', async (erasers) => {
            await resumeErasures(personal, erasers, systemClock);
            await write(await pagesAtRest(personal, customerId));
          }),
        () => write(pagesOfGraph(options, customerId)),
      );
    });

  remote(customers.command('erase'))
    .description('erases everything held about a customer, for good')
    .argument('<customerId>')
    .requiredOption('--reason <text>', 'why; kept, so it must not name the customer')
    .action(async (customerId: string, options: RemoteOptions & { reason: string }) => {
      const { reason } = options;
      const wrong = checkText(reason, 'reason', MAX_REASON);
      if (wrong !== null) throw new Error(`--reason: ${wrong.message}`);
      if (customerId === '' || namesCustomer(reason, customerId))
        throw new Error('--reason: expected a reason that does not name the customer: it is kept');
      const tell = (erasure: Told | null) => {
        if (erasure === null) throw nobody(customerId);
        const { erasureId, subject, salt, events, predictions } = erasure;
        say(
          `Erased: ${events} events, ${predictions} predictions. Erasure ${erasureId}, subject ${subject}, salt ${salt ?? 'unknown'}`,
        );
      };
      await hereOrThere(
        withData,
        ({ personal }) =>
          withErasers('customers erase', async (erasers) => {
            await resumeErasures(personal, erasers, systemClock);
            tell(await eraseAtRest(personal, { customerId, reason, by: WHO }, erasers, systemClock));
          }),
        async () => {
          const { eraseCustomer } = (await ask(options, ERASE, { customerId, reason })) as {
            eraseCustomer: { erasure: Told | null; userErrors: { message: string }[] };
          };
          const [refusal] = eraseCustomer.userErrors;
          if (refusal !== undefined) throw new Error(refusal.message);
          tell(eraseCustomer.erasure);
        },
      );
    });
}

const nobody = (customerId: string) =>
  new ScoregraphError('NOT_FOUND', `Nothing is held about a customer ${JSON.stringify(customerId)}.`);

/** Works in the data folder; where a server holds it, through that server. */
async function hereOrThere(
  withData: WithData,
  here: (data: DataRoom) => Promise<void>,
  there: () => Promise<void>,
): Promise<void> {
  try {
    await withData(here);
  } catch (error) {
    if (!(error instanceof ScoregraphError) || error.details.reason !== 'LOCKED') throw error;
    await there();
  }
}

async function pagesAtRest(data: DataRoom['personal'], customerId: string): Promise<Pages> {
  if (!(await data.holds(customerId))) throw nobody(customerId);
  const state = await stateAtRest(data, customerId);
  return async (after) => {
    const records = await customerRecords(data, customerId, state, after, PAGE);
    return { records, next: records.length < PAGE ? null : records[records.length - 1]!.cursor };
  };
}

const pagesOfGraph =
  (options: RemoteOptions, customerId: string): Pages =>
  async (after) => {
    const { customerRecords: page } = (await ask(options, RECORDS, { customerId, first: PAGE, after })) as {
      customerRecords: { nodes: Page['records']; pageInfo: { hasNextPage: boolean; endCursor: string } };
    };
    return { records: page.nodes, next: page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null };
  };

/** Writes page by page, as fast as it is taken. @returns how many records */
async function writeRecords(first: Page, pages: Pages, file: string | undefined): Promise<number> {
  const out: Writable = file === undefined ? process.stdout : createWriteStream(file, { flags: 'wx', mode: 0o600 });
  const written = finished(out);
  written.catch(() => {}); // told where it is waited for
  if (file !== undefined) await Promise.race([once(out, 'open'), written]);
  let count = 0;
  for (let page: Page | null = first; page !== null; page = page.next === null ? null : await pages(page.next)) {
    const lines = page.records.map(({ kind, content }) => `{"record":"${kind.toLowerCase()}",${content.slice(1)}\n`);
    if (!out.write(lines.join(''))) await Promise.race([once(out, 'drain'), written]);
    count += lines.length;
  }
  if (file !== undefined) {
    out.end();
    await written;
  }
  return count;
}

/** Asks the running graph. @throws Error with what it said */
async function ask({ url, tokenFile }: RemoteOptions, query: string, variables: object): Promise<object> {
  const { host, port } = readConfig();
  if (url === undefined && port === 0)
    throw new Error('expected --url: a server holds the data folder, and PORT does not tell where it is');
  const address = url ?? `http://${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${port}/graphql`;
  const token = tokenFile === undefined ? null : readFileSync(tokenFile, 'utf8').trim();
  let response: Response;
  try {
    response = await fetch(address, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify({ query, variables }),
    });
  } catch (error) {
    throw new Error(`A server holds the data folder, but there is none at ${address}; say where with --url.`, {
      cause: error,
    });
  }
  const answer = (await response.json().catch(() => null)) as {
    data?: object | null;
    errors?: readonly { message: string }[];
  } | null;
  if (answer?.errors?.[0] !== undefined) throw new Error(`${address}: ${answer.errors[0].message}`);
  if (answer?.data == null)
    throw new Error(`${address}: expected an answer of the graph, got status ${response.status}`);
  return answer.data;
}
