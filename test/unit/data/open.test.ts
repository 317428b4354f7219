import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/core/clock.js';
import type { NewEvent, StoredEvent } from '../../../src/core/events.js';
import { silentLogger } from '../../../src/core/logger.js';
import { MIGRATIONS } from '../../../src/data/embedded/schema.js';
import { EmbeddedFeatureStore } from '../../../src/data/feature-store.js';
import { openData } from '../../../src/data/open.js';
import { temporaryFolder } from '../../support/server.js';

const open = (dir: string, watermarkBytes = 0) =>
  openData({ dir, clock: systemClock, logger: silentLogger, watermarkBytes, retention: { events: 0, predictions: 0 } });
const event = (id: string, size = 10): NewEvent => ({
  id,
  type: 'payment.recorded',
  schemaVersion: 1,
  entity: 'c',
  occurredAt: 1,
  source: 'api',
  payload: { merchant: 'm'.repeat(size), category: 'x', amount: { minor: 1, currency: 'USD' } },
});
const DIST = resolve(import.meta.dirname, '../../../dist/data/open.js');
const CHILD = `
  import { writeSync } from 'node:fs';
  const { openData } = await import(process.argv[2]);
  const log = { debug() {}, info() {}, warn() {}, error() {}, child: () => log };
  const data = await openData({ dir: process.argv[3], clock: { now: Date.now, monotonic: () => performance.now() }, logger: log, watermarkBytes: 0, retention: { events: 0, predictions: 0 } });
  const event = (id) => ({ id, type: 'payment.recorded', schemaVersion: 1, entity: 'c', occurredAt: 1, source: 'api', payload: { merchant: 'm', category: 'x', amount: { minor: 1, currency: 'USD' } } });
`;
const hasStrace = spawnSync('strace', ['-V']).status === 0;

describe('opening the data folder', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(() => folder.remove());

  it('is for one process at a time', async () => {
    const first = await open(folder.path);
    await expect(open(folder.path)).rejects.toMatchObject({
      code: 'STORAGE_UNAVAILABLE',
      details: { reason: 'LOCKED' },
      message: expect.stringContaining(String(process.pid)),
    });
    await first.close();
    await (await open(folder.path)).close();
  });

  it('takes over the lock of a process that is gone', async () => {
    writeFileSync(join(folder.path, 'scoregraph.lock'), '999999999 1');
    await (await open(folder.path)).close();
  });

  it('refuses a file that is no data file, and leaves it as it is', async () => {
    const file = join(folder.path, 'scoregraph.db');
    writeFileSync(file, 'this is not a database, and nobody may overwrite it. '.repeat(100));
    const before = readFileSync(file, 'utf8');
    await expect(open(folder.path)).rejects.toMatchObject({
      details: { reason: 'CORRUPT' },
      message: expect.stringContaining(file),
    });
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  it('refuses a newer format', async () => {
    await (await open(folder.path)).close();
    execFileSync(process.execPath, [
      '-e',
      `const D = require('libsql'); const d = new D(process.argv[1]); d.exec('PRAGMA user_version = 99'); d.close()`,
      join(folder.path, 'scoregraph.db'),
    ]);
    await expect(open(folder.path)).rejects.toMatchObject({ details: { reason: 'NEWER_FORMAT' } });
  });

  it('brings an older format up to date, with its data', async () => {
    const data = await open(folder.path);
    await data.events.append([event('kept')]);
    await data.close();
    execFileSync(process.execPath, [
      '-e',
      `const D = require('libsql'); const d = new D(process.argv[1]); d.exec('DROP TABLE outcomes; DROP INDEX predictions_with_outcomes; DROP INDEX predictions_of_shadows; ALTER TABLE predictions DROP COLUMN outcome; ALTER TABLE predictions DROP COLUMN shadow_of; DROP INDEX events_of_payments; DROP INDEX events_of_rare_types; DROP INDEX predictions_by_time; DROP INDEX predictions_by_entity; ALTER TABLE predictions DROP COLUMN arm; ALTER TABLE predictions DROP COLUMN score; ALTER TABLE predictions DROP COLUMN decision; DROP INDEX predictions_by_event_seq; CREATE INDEX predictions_by_event ON predictions (event_id, model); DROP TABLE erasures; DROP TABLE horizons; PRAGMA user_version = 1'); d.close()`,
      join(folder.path, 'scoregraph.db'),
    ]);
    const again = await open(folder.path);
    expect((await again.events.read(0, 10)).map((e) => e.id)).toEqual(['kept']);
    await again.close();
    const version = execFileSync(process.execPath, [
      '-e',
      `const D = require('libsql'); const d = new D(process.argv[1]); console.log(d.pragma('user_version')[0].user_version)`,
      join(folder.path, 'scoregraph.db'),
    ]);
    expect(String(version).trim()).toBe(String(MIGRATIONS.length));
  });

  it('refuses a folder it cannot write to', async ({ skip }) => {
    const frozen = join(folder.path, 'frozen');
    mkdirSync(frozen);
    if (process.getuid?.() !== 0) chmodSync(frozen, 0o500);
    else if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'ro,size=1m', 'tmpfs', frozen]).status !== 0)
      return skip('root writes everywhere, and nothing can be mounted');
    try {
      await expect(open(frozen)).rejects.toMatchObject({
        details: { reason: 'READ_ONLY' },
        message: expect.stringContaining(frozen),
      });
    } finally {
      spawnSync('umount', ['-l', frozen]);
    }
  });

  it('refuses writes below the watermark, and reads on', async () => {
    const data = await open(folder.path);
    await data.events.append([event('a')]);
    await data.close();
    const starved = await open(folder.path, Number.MAX_SAFE_INTEGER);
    await expect(starved.events.append([event('b')])).rejects.toMatchObject({ details: { reason: 'WATERMARK' } });
    expect((await starved.events.read(0, 10)).map((e) => e.id)).toEqual(['a']);
    await starved.close();
  });

  it('refuses writes on a full disk, reads on, and writes again when there is space', async ({ skip }) => {
    const disk = join(folder.path, 'disk');
    mkdirSync(disk);
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', disk]).status !== 0)
      return skip('needs to mount a small disk (root)');
    try {
      const data = await open(disk);
      await data.events.append([event('first')]);
      let failure: unknown;
      for (let i = 0; i < 200 && failure === undefined; i++)
        failure = await data.events.append([event(`big${i}`, 20_000)]).then(
          () => undefined,
          (error) => error,
        );
      expect(failure).toMatchObject({ code: 'STORAGE_UNAVAILABLE', details: { reason: 'DISK_FULL' } });
      expect((await data.events.read(0, 1)).map((e) => e.id)).toEqual(['first']);
      spawnSync('mount', ['-o', 'remount,size=16m', disk]);
      expect((await data.events.append([event('after')]))[0]!.status).toBe('appended');
      await data.close();
    } finally {
      spawnSync('umount', ['-l', disk]);
    }
  });

  it.skipIf(!hasStrace)('acknowledges only after the sync (a system-call trace)', () => {
    const trace = join(folder.path, 'trace');
    const script = `${CHILD} for (let i = 0; i < 5; i++) { await data.events.append([event('e' + i)]); writeSync(1, 'ACK ' + i + '\\n'); } await data.close();`;
    const file = join(folder.path, 'child.mjs');
    writeFileSync(file, script);
    const run = spawnSync(
      'strace',
      ['-f', '-e', 'trace=fdatasync,fsync,write', '-o', trace, process.execPath, file, DIST, folder.path],
      { encoding: 'utf8' },
    );
    expect(run.stderr).toBe('');
    const lines = readFileSync(trace, 'utf8')
      .split('\n')
      .filter((line) => /fdatasync\(|fsync\(|"ACK /.test(line) && !/resumed/.test(line));
    const order = lines.map((line) => (/"ACK /.test(line) ? 'ack' : 'sync'));
    expect(order.filter((what) => what === 'ack')).toHaveLength(5);
    order.forEach((what, i) => {
      if (what === 'ack') expect(order[i - 1], lines.slice(Math.max(0, i - 2), i + 1).join('\n')).toBe('sync');
    });
  });

  it.skipIf(!hasStrace)('refuses when the sync fails', async () => {
    await (await open(folder.path)).close(); // what is injected must meet the append, not the making of the file
    const script = `${CHILD} await data.events.append([event('warm')]).then(() => console.log('OK'), (e) => console.log(e.details?.reason ?? e.message)); process.exit(0);`;
    const file = join(folder.path, 'child.mjs');
    writeFileSync(file, script);
    const run = spawnSync(
      'strace',
      [
        '-f',
        '-e',
        'trace=fdatasync,fsync',
        '-e',
        'inject=fdatasync,fsync:error=EIO:when=1+',
        '-o',
        '/dev/null',
        process.execPath,
        file,
        DIST,
        folder.path,
      ],
      { encoding: 'utf8' },
    );
    expect(run.stdout.trim(), run.stderr).toBe('SYNC_FAILED');
  });
});

describe('EmbeddedFeatureStore', () => {
  const reducer = {
    types: new Set<StoredEvent['type']>([event('e').type]),
    empty: () => ({ seen: [] as number[] }),
    apply: (state: { seen: number[] }, e: StoredEvent) => void state.seen.push(e.seq),
    encode: (state: { seen: number[] }) => JSON.stringify(state),
    decode: (_entity: string, body: string) => JSON.parse(body) as { seen: number[] },
  };

  it('has every event once after a checkpoint in the middle and a restart', async () => {
    const folder = temporaryFolder();
    const data = await open(folder.path);
    await data.events.append(Array.from({ length: 40 }, (_, i) => ({ ...event(`e${i}`), entity: `c${i % 3}` })));
    const all = await data.events.read(0, 100);
    const { store } = await EmbeddedFeatureStore.open({ kind: 'k', reducer, snapshots: data.snapshots });
    store.apply(all.slice(0, 20));
    const pauses: number[] = [];
    // Life goes on while it is saved, and in its pauses.
    const ready = async () => store.apply(all.slice(20, 25));
    await store.checkpoint(20, ready, async (busyMs) => {
      pauses.push(busyMs);
      store.apply(all.slice(25, 30));
    });
    expect(pauses.length).toBeGreaterThan(0);
    for (const busyMs of pauses) expect(busyMs).toBeLessThan(1_000);
    const { store: again, replayFrom } = await EmbeddedFeatureStore.open({
      kind: 'k',
      reducer,
      snapshots: data.snapshots,
    });
    expect(replayFrom).toBe(20);
    again.apply(all.slice(replayFrom));
    for (const c of ['c0', 'c1', 'c2'])
      expect(again.peek(c)!.seen).toEqual(all.filter((e) => e.entity === c).map((e) => e.seq));
    await data.close();
    folder.remove();
  });
});
