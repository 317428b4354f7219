import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startTestServer, temporaryFolder } from '../support/server.js';

describe('docs/ingest.md', () => {
  it('shows lines that give the answer it shows', async () => {
    const text = readFileSync(resolve(import.meta.dirname, '../../docs/ingest.md'), 'utf8');
    const [lines, answer] = [...text.matchAll(/```ndjson\n([\s\S]*?)```/g)].map((match) => match[1]!);
    const folder = temporaryFolder();
    const server = await startTestServer({ dataDir: folder.path });
    try {
      const response = await fetch(`${server.url}/v1/events`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-ndjson' },
        body: lines!,
      });
      const parsed = (body: string) =>
        body
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line));
      const got = parsed(await response.text());
      const shown = parsed(answer!);
      shown.at(-1).summary.durableThrough = expect.any(String); // other events may be on the log
      expect(got.filter((line) => 'line' in line)).toEqual(shown.filter((line) => 'line' in line));
      expect(got.at(-1)).toEqual(shown.at(-1));
      expect(got.at(-2)).toEqual(shown.at(-2));
    } finally {
      await server.stop();
      folder.remove();
    }
  });
});
