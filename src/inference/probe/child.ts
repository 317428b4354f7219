import { messageOf, ScoregraphError } from '../../core/errors.js';
import { silentLogger } from '../../core/logger.js';
import { withAdditions } from '../pool/additions.js';
import { nonFiniteRows } from '../pool/top-k.js';
import type { Runtime } from '../ports.js';
import { createRuntime } from '../runtimes/create.js';
import { loadError } from '../runtimes/files.js';
import type { ProbeAnswer, ProbeRequest } from './protocol.js';

/**
 * A process that loads versions one after the other, to see whether they load, before a worker of the server does. Whatever a native load
 * does (abort, hang, take all memory), it does it here. What it compiles is in the cache when the workers come.
 */
const say = (answer: ProbeAnswer) => process.send!(answer);
let runtime: Promise<Runtime> | null = null;

async function probe({ options, source, warmUp, rows }: ProbeRequest): Promise<ProbeAnswer> {
  runtime ??= createRuntime(options, silentLogger);
  const engine = await runtime;
  const model = withAdditions(await engine.load(source));
  await model.warmUp(warmUp);
  const outputs = await model.run(rows);
  for (const [name, { data, shape }] of Object.entries(outputs)) {
    if (nonFiniteRows(data, shape[0]!).length > 0)
      throw loadError(
        source,
        'NON_FINITE_OUTPUT',
        `${name}: expected finite numbers for plain inputs, got NaN or infinity`,
      );
  }
  await model.unload();
  return { kind: 'passed', mode: model.mode };
}

process.on('message', (request: ProbeRequest) => {
  probe(request).then(say, (error) => {
    const known = error instanceof ScoregraphError;
    say({
      kind: 'refused',
      error: {
        message: messageOf(error),
        code: known ? error.code : null,
        reason: known ? (error.details.reason ?? null) : null,
      },
    });
  });
});
process.on('disconnect', () => process.exit(0));
say({ kind: 'ready' });
