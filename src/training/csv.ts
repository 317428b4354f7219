import type { Hash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import { createGunzip } from 'node:zlib';
import { parse } from 'csv-parse';

/** Finds a data file, plain or gzipped. @throws Error naming both places it looked at. */
export function dataFile(folder: string, name: string): string {
  const candidates = [join(folder, `${name}.csv.gz`), join(folder, `${name}.csv`)];
  const found = candidates.find((path) => existsSync(path));
  if (found === undefined) throw new Error(`expected ${candidates.join(' or ')}: there is no such file`);
  return found;
}

/**
 * Streams the rows of a CSV file (gzipped by its ending) with only the named columns, in the order asked for, whatever
 * the file's own order is. Memory stays flat. `hash` takes in every byte of the file, unpacked.
 * @throws Error naming file and column when one is missing, and file and line when a row is broken or the file cut off.
 */
export async function* csvRows<const Columns extends readonly string[]>(
  path: string,
  columns: Columns,
  hash?: Hash,
): AsyncGenerator<{ -readonly [K in keyof Columns]: string }> {
  const raw = createReadStream(path);
  const text = path.endsWith('.gz') ? raw.pipe(createGunzip()) : raw;
  const parser = parse({ relax_column_count: false, bom: true });
  raw.on('error', (error) => parser.destroy(error));
  text.on('error', (error: Error) => parser.destroy(new Error(`${path}: ${error.message}`)));
  if (hash !== undefined) text.on('data', (chunk: Buffer) => hash.update(chunk));
  text.pipe(parser);
  let places: number[] | null = null;
  for await (const row of parser as AsyncIterable<string[]>) {
    if (places === null) {
      places = columns.map((column) => row.indexOf(column));
      const missing = columns.filter((_, i) => places![i] === -1);
      if (missing.length > 0)
        throw new Error(`${path}: expected column(s) ${missing.join(', ')}, found ${row.join(', ')}`);
      continue;
    }
    yield places.map((place) => row[place]!) as { -readonly [K in keyof Columns]: string };
  }
  if (places === null) throw new Error(`${path}: expected a header line, the file is empty`);
}

const TIME = /^(\d{4})-(\d\d)-(\d\d)(?: (\d\d):(\d\d):(\d\d))?$/;

/** `YYYY-MM-DD HH:MM:SS`, taken as UTC, as ms; NaN when it is no such time (31 February is none). */
export function parseTime(text: string): number {
  const match = TIME.exec(text);
  if (match === null || match[4] === undefined) return Number.NaN;
  return utc(match);
}

/** `YYYY-MM-DD` as ms UTC; NaN when it is no such date. */
export function parseDate(text: string): number {
  const match = TIME.exec(text);
  if (match === null || match[4] !== undefined) return Number.NaN;
  return utc(match);
}

function utc([, year, month, day, hour = '0', minute = '0', second = '0']: RegExpExecArray): number {
  const ms = Date.UTC(+year!, +month! - 1, +day!, +hour, +minute, +second);
  const back = new Date(ms);
  const same = back.getUTCMonth() === +month! - 1 && back.getUTCDate() === +day! && back.getUTCHours() === +hour;
  return same && +minute < 60 && +second < 60 ? ms : Number.NaN;
}
