import type Database from 'libsql';

const LEAF_TABLE = 13;
const LEAF_INDEX = 10;
const INNER_TABLE = 5;
const INNER_INDEX = 2;
const FILE_HEADER = 100;
/** Where the file's header says which is the first page of the list of free pages. */
const FIRST_FREE = 32;
/** From this page number on, the first byte of a page that is no tree may look like a tree's. */
const MAX_PAGES = 2 ** 25 - 1;

/**
 * Cleans pages of what SQLite left behind. `secure_delete` overwrites what is deleted, but a page that was split keeps copies of the rows that
 * moved to its neighbour (measured: ids of erased events in 3 of 26,000 pages), and what was deleted before it was switched on is still there.
 * Space that has no meaning to SQLite is set to zero: between a page's directory and its rows, inside its free blocks, and free pages. The
 * pages go through a transaction like any other change.
 * @returns a function of the first page and how many; it answers the number of pages that the file has.
 */
export function scrubber(db: Database.Database): (from: number, count: number) => number {
  const select = db.prepare('SELECT data FROM sqlite_dbpage WHERE pgno = ?').raw();
  const update = db.prepare('UPDATE sqlite_dbpage SET data = ? WHERE pgno = ?');
  const read = (number: number) => (select.get(number) as unknown as [Buffer])[0];
  return (from, count) => {
    const [{ page_count: pages }] = db.pragma('page_count') as [{ page_count: number }];
    const last = Math.min(from + count - 1, pages, MAX_PAGES);
    const free = freePages(read);
    for (let number = from; number <= last; number++) {
      const page = read(number);
      const unused = free.get(number) ?? unusedOf(page, number === 1 ? FILE_HEADER : 0);
      let isDirty = false;
      for (const [begin, end] of unused) {
        const part = page.subarray(begin, end);
        if (part.every((byte) => byte === 0)) continue;
        part.fill(0);
        isDirty = true;
      }
      if (isDirty) update.run(page, number);
    }
    return Math.min(pages, MAX_PAGES);
  };
}

type Range = readonly [begin: number, end: number];

/** The free pages, with what of each is unused: all of it, or what stands behind the numbers of a page that lists others. */
function freePages(read: (number: number) => Buffer): Map<number, readonly Range[]> {
  const free = new Map<number, readonly Range[]>();
  for (let trunk = read(1).readUInt32BE(FIRST_FREE); trunk !== 0 && !free.has(trunk); ) {
    const page = read(trunk);
    const leaves = Math.min(page.readUInt32BE(4), page.length / 4 - 2);
    free.set(trunk, [[8 + 4 * leaves, page.length]]);
    for (let leaf = 0; leaf < leaves; leaf++) free.set(page.readUInt32BE(8 + 4 * leaf), [[0, page.length]]);
    trunk = page.readUInt32BE(0);
  }
  return free;
}

/** The unused parts of a tree's page; none of other pages, nor of one that does not look as it should. */
function unusedOf(page: Buffer, header: number): Range[] {
  const kind = page[header]!;
  if (kind !== LEAF_TABLE && kind !== LEAF_INDEX && kind !== INNER_TABLE && kind !== INNER_INDEX) return [];
  const cells = page.readUInt16BE(header + 3);
  const content = page.readUInt16BE(header + 5) || 65_536;
  const directory = header + (kind === LEAF_TABLE || kind === LEAF_INDEX ? 8 : 12);
  const rows = directory + 2 * cells;
  if (rows > content || content > page.length) return [];
  for (let cell = 0; cell < cells; cell++) if (page.readUInt16BE(directory + 2 * cell) < content) return [];
  const unused: Range[] = [[rows, content]];
  // Free blocks are a list in ascending order; each begins with the place of the next and its own size.
  for (let block = page.readUInt16BE(header + 1), before = content - 1; block !== 0; ) {
    if (block <= before || block + 4 > page.length) return [];
    const size = page.readUInt16BE(block + 2);
    if (size < 4 || block + size > page.length) return [];
    unused.push([block + 4, block + size]);
    before = block;
    block = page.readUInt16BE(block);
  }
  return unused;
}
