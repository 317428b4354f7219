// Servers under test as child processes, pinned to cores, that answer what they are asked over the process channel.
import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

/** The flags that `npm start` gives the server. */
export const SERVER_FLAGS = [
  '--min-semi-space-size=32',
  '--max-semi-space-size=32',
  '--no-allocation-site-pretenuring',
  `--v8-pool-size=${Math.min(4, Math.max(1, availableParallelism() - 1))}`,
];
const children = [];

/** Starts `lib/<file>` on `cores` ("0", "0,1"). Resolves when it tells its port. */
export function serve(file, args, cores, flags = []) {
  return new Promise((done, fail) => {
    const child = fork(join(import.meta.dirname, file), args, {
      execPath: 'taskset',
      execArgv: ['-c', cores, process.execPath, '--expose-gc', ...flags],
      env: { ...process.env, NODE_ENV: 'production', TF_CPP_MIN_LOG_LEVEL: '2' },
    });
    children.push(child);
    child.on('message', (message) => message.port && done({ child, ...message }));
    child.on('exit', (code) => fail(new Error(`${file} ended with ${code}`)));
  });
}

/** Sends `message` and resolves with the answer that has the property `key`. */
export const call = ({ child }, message, key) =>
  new Promise((done, fail) => {
    const ended = (code) => fail(new Error(`a process ended with ${code} before its ${key}`));
    const hear = (answer) => {
      if (!(key in answer)) return;
      child.off('message', hear);
      child.off('exit', ended);
      done(answer);
    };
    child.on('message', hear);
    child.on('exit', ended);
    child.send(message);
  });

/** Asks a server for `stats` or `heap`. */
export const ask = (server, what) => call(server, what, what);

export const stop = ({ child }) =>
  new Promise((done) => {
    child.removeAllListeners('exit');
    child.on('exit', done);
    child.send('stop');
  });

/** Whatever went wrong, nothing stays behind. */
export function killAll() {
  for (const child of children) if (child.exitCode === null) child.kill('SIGKILL');
}
