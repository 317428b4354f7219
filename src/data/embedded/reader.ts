import { parentPort, workerData } from 'node:worker_threads';
import type Database from 'libsql';
import { openFile } from './data-file.js';
import type { Read, WriterOptions } from './protocol.js';

/**
 * A second thread on the data file, for reads that may take long: it sees what is committed and is in nobody's way. In WAL mode a reader
 * and the writer do not wait for each other.
 */
const port = parentPort!;
const { file, key } = workerData as WriterOptions;
const db = openFile(file, key);
db.pragma('query_only = ON');
db.pragma('cache_size = -32768');

const statements = new Map<string, Database.Statement>();

function run({ sql, args }: Read): unknown[] {
  let statement = statements.get(sql);
  if (statement === undefined) {
    statement = db.prepare(sql).raw();
    if (statements.size >= 100) statements.clear();
    statements.set(sql, statement);
  }
  return statement.all(...(args as []));
}

port.on('message', (read: Read) => {
  try {
    port.postMessage({ rows: run(read) });
  } catch (error) {
    const { message, code } = error as Error & { code?: unknown };
    port.postMessage({ error: { message, code: String(code ?? 'UNKNOWN') } });
  }
});
