// Set-up before every command: installs, provides the native engine and builds, each only when it is needed.
import { inRoot, readJson, say, withLock } from './lib/common.mjs';
import { ensureEngine, isSettled, OUTCOME } from './lib/engine.mjs';
import { build, install, isBuilt, isInstalled, nodeProblem } from './lib/steps.mjs';

const problem = nodeProblem(process.versions.node);
if (problem !== null) {
  say(problem);
  process.exit(1);
}
const engineOnly = process.argv.includes('--engine');
const native = readJson(OUTCOME);
const settled = isSettled(native) && (native.native || process.env.SCOREGRAPH_ENGINE !== 'tensorflow');
if (!engineOnly && isInstalled() && settled && isBuilt()) process.exit(0);

try {
  await withLock(inRoot('.setup', 'lock'), async () => {
    if (!isInstalled()) await install();
    await ensureEngine({ again: engineOnly });
    if (!isBuilt()) await build();
  });
} catch (error) {
  say(error.message);
  process.exit(1);
}
