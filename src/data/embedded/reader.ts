import { parentPort, workerData } from 'node:worker_threads';
import type { Read, WriterOptions } from './protocol.js';
import { openFile, preparedReads, wireFailure } from './sqlite.js';

/**
 * A second thread on the data file, for reads that may take long: it sees what is committed and is in nobody's way. In WAL mode a reader
 * and the writer do not wait for each other.
 */
const port = parentPort!;
const { file, key } = workerData as WriterOptions;
const db = openFile(file, key);
db.pragma('query_only = ON');
db.pragma('cache_size = -32768');

const run = preparedReads(db, 100);

port.on('message', (read: Read) => {
  try {
    port.postMessage({ rows: run(read.sql, read.args) });
  } catch (error) {
    port.postMessage({ error: wireFailure(error) });
  }
});
