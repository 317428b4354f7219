import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/**
 * The system's own Chromium; none is ever downloaded.
 * @returns {string | null} null when there is none on the PATH
 */
export function findChromium() {
  for (const folder of (process.env.PATH ?? '').split(delimiter))
    for (const name of NAMES) if (existsSync(join(folder, name))) return join(folder, name);
  return null;
}

/** What a launch needs. Inside a container there is no sandbox of Chromium's own; the only pages opened are ours. */
export function launchOptions() {
  const executablePath = findChromium();
  if (executablePath === null) throw new Error(`expected one of ${NAMES.join(', ')} on the PATH, found none`);
  return { executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] };
}
