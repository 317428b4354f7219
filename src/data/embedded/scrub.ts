import type Database from 'libsql';

const LEAF_TABLE = 13;
const LEAF_INDEX = 10;
const INNER_TABLE = 5;
const INNER_INDEX = 2;
const FILE_HEADER = 100;
/** From this page number on, the first byte of a page that is no tree may look like a tree's. */
const MAX_PAGES = 2 ** 25 - 1;

/**
 * Cleans pages of copies that SQLite left behind. `secure_delete` overwrites what is deleted, but a page that was split keeps copies of the
 * rows that moved to its neighbour in the space between its directory and its rows (measured: ids of erased events in 3 of 26,000 pages).
 * That space has no meaning to SQLite, so it is set to zero; the pages go through the transaction like any other change.
 * @returns a function of the first page and how many; it answers the number of pages that the file has.
 */
export function scrubber(db: Database.Database): (from: number, count: number) => number {
  const read = db.prepare('SELECT data FROM sqlite_dbpage WHERE pgno = ?').raw();
  const write = db.prepare('UPDATE sqlite_dbpage SET data = ? WHERE pgno = ?');
  return (from, count) => {
    const [{ page_count: pages }] = db.pragma('page_count') as [{ page_count: number }];
    const last = Math.min(from + count - 1, pages, MAX_PAGES);
    for (let number = from; number <= last; number++) {
      const [page] = read.get(number) as unknown as [Buffer];
      const gap = gapOf(page, number === 1 ? FILE_HEADER : 0);
      if (gap === null || page.subarray(gap[0], gap[1]).every((byte) => byte === 0)) continue;
      page.fill(0, gap[0], gap[1]);
      write.run(page, number);
    }
    return Math.min(pages, MAX_PAGES);
  };
}

/** First byte of the unused space of a tree's page, and the first byte after it; null for other pages. */
function gapOf(page: Buffer, header: number): [number, number] | null {
  const kind = page[header]!;
  if (kind !== LEAF_TABLE && kind !== LEAF_INDEX && kind !== INNER_TABLE && kind !== INNER_INDEX) return null;
  const cells = page.readUInt16BE(header + 3);
  const content = page.readUInt16BE(header + 5) || 65_536;
  const directory = header + (kind === LEAF_TABLE || kind === LEAF_INDEX ? 8 : 12);
  const from = directory + 2 * cells;
  if (from > content || content > page.length) return null;
  for (let cell = 0; cell < cells; cell++) if (page.readUInt16BE(directory + 2 * cell) < content) return null;
  return [from, content];
}
