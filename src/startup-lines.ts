import type { Running } from './compose.js';
import type { Demo } from './demo.js';
import { NOT_IN_POLICY } from './inference/lifecycle.js';

/** What a person wants to know at the start: where, with what, which models, how long it took. */
export function startupLines(
  { server, app, inference, documents, startup, config }: Running,
  demo: Demo | null,
  ms: number,
): string[] {
  const engine = app.engine();
  const lines = [`scoregraph is ready at ${server.url} (${(ms / 1000).toFixed(2)} s)`, ''];
  lines.push(`  page     ${server.url}/`);
  lines.push(`  graph    ${server.url}/graphql (HTTP and WebSocket), try it at ${server.url}/graphiql`);
  lines.push(`  engine   ${engine.name}: ${engine.version}, ${plural(engine.workers, 'worker')} (${engine.reason})`);
  for (const { name, versions } of inference.registry.list()) {
    const shown = versions
      .filter(({ state }) => state === 'AVAILABLE')
      .map(({ number, mode }) => `version ${number} (${mode})`);
    lines.push(`  model    ${name}: ${shown.join(', ') || 'no version could be loaded'}`);
    for (const { number, state, reason } of versions) {
      if (state === 'END' && reason !== NOT_IN_POLICY)
        lines.push(`           ${name} ${number} is not served: ${reason}`);
    }
  }
  for (const { model, message } of inference.lifecycle.problems)
    lines.push(`  problem  ${model === '' ? '' : `${model}: `}${message}`);
  if (inference.registry.list().length === 0)
    lines.push(`  problem  there is no model in ${config.modelsDir}: queries answer, predictions do not`);
  if (config.trustedDocuments.length > 0 || config.onlyTrusted) {
    const what = config.onlyTrusted ? ', nothing else is answered (SCOREGRAPH_ONLY_TRUSTED)' : '';
    lines.push(`  trusted  ${plural(documents.trusted.size, 'document')}${what}`);
    for (const problem of documents.trusted.problems) lines.push(`  problem  ${problem}`);
  }
  lines.push(
    `  data     ${config.dataDir}: ${plural(startup.events, 'event')}, ${plural(startup.customers, 'customer')}` +
      `, ${startup.replayed} replayed in ${startup.restoreMs.toFixed(0)} ms`,
  );
  lines.push(
    demo === null
      ? '  demo     off'
      : `  demo     SIMULATED world of ${demo.customers} customers (seed ${config.demoSeed}): none of it is real. SCOREGRAPH_DEMO=off starts empty.`,
  );
  return [...lines, ''];
}

const plural = (n: number, what: string) => `${n.toLocaleString('en')} ${what}${n === 1 ? '' : 's'}`;
