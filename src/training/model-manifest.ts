import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const tensor = z.looseObject({
  name: z.string(),
  datatype: z.string(),
  shape: z.array(z.number()),
  features: z.array(z.looseObject({ name: z.string() })).optional(),
  adds_to: z.looseObject({ output: z.string(), at: z.string(), first: z.number().default(0) }).optional(),
});
/** As much of a manifest as a version has to fit: everything else in it is its owner's. */
const signature = z.looseObject({ inputs: z.array(tensor), outputs: z.array(tensor) });
type Tensor = z.infer<typeof tensor>;

/**
 * Makes sure that a version of these inputs and outputs can be served under the manifest that the model has; where it has none, any can.
 * Ranges, descriptions and defaults of features may differ: a version does not depend on them.
 * @throws Error saying what differs and what to do, or that the manifest cannot be read.
 */
export function refuseMisfit(modelsDir: string, name: string, trained: object): void {
  const path = join(modelsDir, name, 'manifest.json');
  if (!existsSync(path)) return;
  const [has, gets] = [read(path), signature.parse(trained)];
  const differences = [
    ...differencesOf('input', has.inputs, gets.inputs),
    ...differencesOf('output', has.outputs, gets.outputs),
  ];
  if (differences.length === 0) return;
  throw new Error(
    `${path}: a version trained now does not fit it: ${differences.join('; ')}. Nothing was written. Train into another models folder (--models) to serve it as another model; or, when the versions there are no longer wanted, change these lines of the manifest first: versions of the old inputs and outputs then do not load`,
  );
}

function read(path: string): z.infer<typeof signature> {
  try {
    return signature.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    const issue = error instanceof z.ZodError ? error.issues[0] : undefined;
    const what = issue === undefined ? (error as Error).message : `${issue.path.join('.')}: ${issue.message}`;
    throw new Error(
      `${path}: expected a manifest that a new version can be held against: ${what}; nothing was written`,
    );
  }
}

function differencesOf(kind: 'input' | 'output', has: readonly Tensor[], gets: readonly Tensor[]): string[] {
  const names = [...new Set([...has, ...gets].map(({ name }) => name))];
  return names.flatMap((name) => {
    const [there, now] = [has, gets].map((all) => all.find((one) => one.name === name));
    const differ = (what: string, old: unknown, anew: unknown) =>
      JSON.stringify(old) === JSON.stringify(anew)
        ? []
        : [`${kind} ${name}: the manifest has ${what} ${shown(old)}, the version ${shown(anew)}`];
    if (there === undefined) return [`the manifest has no ${kind} ${name}`];
    if (now === undefined) return [`the version has no ${kind} ${name}`];
    return [
      ...differ('datatype', there.datatype, now.datatype),
      ...differ('shape', there.shape, now.shape),
      ...differ('adds_to', addition(there), addition(now)),
      ...namesDiffer(`${kind} ${name}`, there, now),
    ];
  });
}

const shown = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? 'none'));
const addition = ({ adds_to }: Tensor) =>
  adds_to === undefined ? undefined : { output: adds_to.output, at: adds_to.at, first: adds_to.first };

/** The same numbers in another order fit by shape, and mean something else. */
function namesDiffer(what: string, { features: there }: Tensor, { features: now }: Tensor): string[] {
  if (there === undefined || now === undefined) return [];
  const at = Array.from({ length: Math.max(there.length, now.length) }).findIndex(
    (_, i) => there[i]?.name !== now[i]?.name,
  );
  if (at === -1) return [];
  return [
    `${what}: feature ${at + 1} is ${there[at]?.name ?? 'none'} in the manifest, ${now[at]?.name ?? 'none'} in the version`,
  ];
}
