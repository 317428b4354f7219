import { readdirSync, readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { resolve } from 'node:path';
import fc from 'fast-check';
import { buildSchema } from 'graphql';
import { WebSocket } from 'ws';
import { operations } from './documents.mjs';
import { judgeBytes, judgeLines, judgeResult, judgeSocket, seen } from './judge.mjs';
import { bytes, conversations, lineBodies } from './wire.mjs';

const SDL = resolve(import.meta.dirname, '../../schema');
const schema = buildSchema(
  readdirSync(SDL)
    .map((file) => readFileSync(resolve(SDL, file), 'utf8'))
    .join('\n'),
);
/** No answer within this: it hangs. */
const BOUND_MS = 15_000;
/** A connection that got something and stays open is a stream, or waits for the rest of a request. */
const QUIET_MS = 150;

const agent = new Agent({ keepAlive: true, maxSockets: 16 });
const late = (what) => new Error(`${what}: no answer within ${BOUND_MS} ms`);

function post(url, headers, body) {
  return new Promise((done, fail) => {
    const asking = request(
      url,
      { method: 'POST', agent, headers: { ...headers, 'content-length': Buffer.byteLength(body) }, timeout: BOUND_MS },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () => done({ text, status: response.statusCode }));
        response.on('error', fail);
      },
    );
    asking.on('timeout', () => asking.destroy(late('POST')));
    asking.on('error', fail);
    asking.end(body);
  });
}

async function askHttp(url, body) {
  const { text } = await post(`${url}/graphql`, { 'content-type': 'application/json', 'x-deadline-ms': '2000' }, body);
  judgeResult(text);
}

async function bring(url, { bytes: body, gzip }) {
  const { text } = await post(
    `${url}/v1/events`,
    { 'content-type': 'application/x-ndjson', ...(gzip && { 'content-encoding': 'gzip' }) },
    body,
  );
  judgeLines(text);
}

function sendBytes(url, sent) {
  return new Promise((done, fail) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    let text = '';
    let quiet;
    const over = (error) => {
      clearTimeout(bound);
      clearTimeout(quiet);
      socket.destroy();
      if (error) return fail(error);
      try {
        judgeBytes(text);
        done();
      } catch (wrong) {
        fail(wrong);
      }
    };
    const bound = setTimeout(() => over(late('bytes')), BOUND_MS);
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      quiet ??= setTimeout(over, QUIET_MS);
    });
    socket.on('error', () => {}); // cut off by the server: 'close' follows
    socket.on('close', () => over());
    socket.end(sent);
  });
}

function converse(url, frames) {
  return new Promise((done, fail) => {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    const messages = [];
    let ended = false;
    const over = (closeCode) => {
      if (ended) return;
      ended = true;
      clearTimeout(bound);
      socket.terminate();
      try {
        judgeSocket(messages, closeCode);
        done();
      } catch (wrong) {
        fail(wrong);
      }
    };
    const bound = setTimeout(() => fail(late('WebSocket')), BOUND_MS);
    socket.on('error', () => {});
    socket.on('message', (text) => messages.push(String(text)));
    socket.on('pong', () => {
      setTimeout(() => over(null), 5); // what was asked may be under way still: it is cancelled, as by any client that leaves
    });
    socket.on('close', (code) => over(code));
    socket.on('open', () => {
      let unfinished = false;
      for (const { data, binary, fin } of frames) {
        socket.send(data, { binary: binary && !unfinished, fin });
        unfinished = !fin;
      }
      if (unfinished) socket.send('', { fin: true });
      socket.ping();
    });
  });
}

/** Kinds of cases, and their share of all. */
const KINDS = [
  { name: 'documents over HTTP', share: 0.52, arbitrary: operations(schema), play: askHttp },
  { name: 'JSON lines', share: 0.16, arbitrary: lineBodies, play: bring },
  { name: 'bytes on the bare socket', share: 0.16, arbitrary: bytes, play: sendBytes },
  { name: 'WebSocket conversations', share: 0.16, arbitrary: conversations(operations(schema)), play: converse },
];

/**
 * Sends `cases` cases to the server at `url`, several kinds at once. Rejects with the first case that broke something, shrunk, and the seed
 * that brings it back.
 */
export async function fuzz({ url, cases, seed, only = undefined, say = (_line) => {} }) {
  seen.clear();
  const kinds = KINDS.filter(({ name }) => only === undefined || name.includes(only));
  const all = kinds.reduce((sum, { share }) => sum + share, 0);
  const began = performance.now();
  const report = await Promise.all(
    kinds.map(async ({ name, share, arbitrary, play }) => {
      const numRuns = Math.ceil((cases * share) / all);
      const property = fc.asyncProperty(arbitrary, (made) => play(url, made));
      const details = await fc.check(property, {
        seed,
        numRuns,
        endOnFailure: true,
        interruptAfterTimeLimit: undefined,
        timeout: undefined,
      });
      if (details.failed) {
        const { error, errorInstance = error } = details;
        throw new Error(
          `${name}, seed ${seed}, path ${JSON.stringify(details.counterexamplePath)}, after ${details.numRuns} cases: ${errorInstance?.message ?? errorInstance}\n` +
            `the case: ${fc.stringify(details.counterexample?.[0]).slice(0, 3_000)}`,
          { cause: errorInstance },
        );
      }
      say(`  ${name}: ${numRuns} cases in ${((performance.now() - began) / 1_000).toFixed(0)} s`);
      return { name, cases: numRuns };
    }),
  );
  return {
    kinds: report,
    cases: report.reduce((sum, one) => sum + one.cases, 0),
    seconds: (performance.now() - began) / 1_000,
    answers: new Map([...seen].sort(([, a], [, b]) => b - a)),
  };
}
