import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';
import type { Progress } from './artifacts.js';

/** Where data are from: what a card says of them. */
export interface DataSource {
  /** What they are called; what is simulated says so here. */
  readonly name: string;
  /** Under which terms they may be used; null: nobody said. */
  readonly licence: string | null;
  readonly url: string | null;
  /** Whom to name, and what is peculiar about them: their known artefacts. */
  readonly notes: string | null;
}
/** A data set that is told by its bytes. */
export interface KnownData extends DataSource {
  /** SHA-256 of each of its files, unpacked. */
  readonly sha256: Readonly<Record<string, string>>;
}
/** The data of a training run. */
export interface TrainedOn {
  readonly source: DataSource;
  /** SHA-256 of each file that was read, unpacked: `zcat transactions.csv.gz | sha256sum` says the same. */
  readonly sha256: Readonly<Record<string, string>>;
}

/** Beside the files of a data set: where they are from. */
const SOURCE_FILE = 'source.json';
/** It stands in tables of cards. */
const line = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .regex(/^[^\r\n|]*$/, 'expected one line without |');
const source = z.strictObject({
  name: line,
  licence: line,
  url: z.httpUrl().max(1_000).optional(),
  notes: z.string().trim().min(1).max(4_000).optional(),
});

/**
 * What `source.json` in the folder of a data set says of it; null where there is none.
 * @throws Error naming the file, the place in it and what was expected there.
 */
export function statedSource(folder: string): DataSource | null {
  const path = join(folder, SOURCE_FILE);
  if (!existsSync(path)) return null;
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new Error(`${path}: expected JSON: ${(error as Error).message}`);
  }
  const parsed = source.safeParse(json);
  if (parsed.success) return { ...parsed.data, url: parsed.data.url ?? null, notes: parsed.data.notes ?? null };
  const issue = parsed.error.issues[0]!;
  throw new Error(
    `${path}: ${issue.path.join('.') || 'top level'}: ${issue.message} (expected name and licence, and where there are any url and notes, as text)`,
  );
}

/**
 * Says what was read: the known data set where every byte is its own, else what `source.json` stated, else that nobody stated anything,
 * which is told to whoever trains.
 */
export function trainedOn(
  folder: string,
  sha256: Readonly<Record<string, string>>,
  stated: DataSource | null,
  known: KnownData,
  progress: Progress,
): TrainedOn {
  if (Object.entries(known.sha256).every(([file, hash]) => sha256[file] === hash)) return { source: known, sha256 };
  if (stated !== null) return { source: stated, sha256 };
  progress.say(
    `${folder}: these data are not known here, and nobody says what they are: so will the card. ${join(folder, SOURCE_FILE)} can say it (docs/training.md)`,
  );
  const unknown = {
    ...{ name: `${basename(folder)} (source not stated)`, licence: null, url: null },
    notes: 'Where the data are from, under which licence, and what is peculiar about them was not stated.',
  };
  return { source: unknown, sha256 };
}

/** `training_data` of a version's card: whence the data are, then `facts`, then which bytes they were. */
export function trainingData({ source: { name, licence, url, notes }, sha256 }: TrainedOn, facts: object): object {
  return {
    name,
    ...facts,
    ...(licence === null ? {} : { licence }),
    ...(url === null ? {} : { url }),
    ...(notes === null ? {} : { notes }),
    sha256,
  };
}

/** The same for people; `extent` says how much there was of it. */
export function dataSentence({ name, licence, url, notes }: DataSource, extent: string): string {
  const end = (text: string) => (/[.!?]$/.test(text) ? text : `${text}.`);
  return [
    `${name}: ${extent}.`,
    `Licence: ${end(licence ?? 'not stated')}`,
    ...(notes === null ? [] : [end(notes)]),
    ...(url === null ? [] : [`<${url}>`]),
  ].join(' ');
}
