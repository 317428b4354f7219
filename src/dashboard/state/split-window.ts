/** Milliseconds of one step of the picture, and how many are kept: five minutes. */
const STEP_MS = 2_000;
const STEPS = 150;
/** A share is of so many steps together: of two seconds it would only be noise. */
const SMOOTHED = 8;
/** Models that are followed; a page with more follows the newest ones it hears of. */
const MOST_MODELS = 200;

/** What an arm has done so far, as the server counts it. */
export interface ArmCount {
  readonly arm: string;
  readonly version: number | null;
  readonly rows: number;
  readonly errors: number;
}
/** Who answered, in the time that is looked at. */
export interface ArmShare {
  readonly key: string;
  readonly arm: string;
  readonly version: number | null;
  readonly rows: number;
  readonly errors: number;
  /** Of all rows, 0 to 1; null where there were none. */
  readonly share: number | null;
}
/** The picture at one step. */
export interface StreamPoint {
  /** In parts of the window: 1 at its beginning, 0 now. */
  readonly age: number;
  /** Rows a second, of all arms. */
  readonly rate: number;
  /** Of those, each arm's, 0 to 1; null where nobody answered. */
  readonly shares: ReadonlyMap<string, number> | null;
}
interface Step {
  /** Number of the step since 1970. */
  readonly at: number;
  readonly rows: Map<string, number>;
  readonly errors: Map<string, number>;
}
interface Followed {
  /** Those that answered in the window, in the order of their first row. */
  readonly arms: Map<string, { readonly arm: string; readonly version: number | null }>;
  readonly steps: Step[];
  /** Counts as they were last heard, by key. */
  counted: Map<string, ArmCount>;
  changedAt: string | null;
}

export const keyOf = ({ arm, version }: { readonly arm: string; readonly version: number | null }): string =>
  `${arm}/${version ?? '?'}`;

/**
 * Who answered for each model in the last minutes, made of counters that only grow until they begin anew. Pure: time comes with what is
 * told. Bounded.
 */
export class SplitWindow {
  readonly #models = new Map<string, Followed>();

  /**
   * Takes what arms did up to `at` (ms, the server's clock). What was counted before the first word on a model is not of this window.
   * @param changedAt when the policy was last changed: after a change all counts begin at 0
   */
  counted(at: number, model: string, changedAt: string | null, arms: readonly ArmCount[]): void {
    const known = this.#models.get(model);
    const followed = known ?? this.#follow(model, changedAt);
    const fresh = known !== undefined && followed.changedAt !== changedAt;
    const before = fresh ? new Map<string, ArmCount>() : followed.counted;
    followed.changedAt = changedAt;
    followed.counted = new Map(arms.map((arm) => [keyOf(arm), arm]));
    for (const arm of arms) {
      const was = before.get(keyOf(arm)) ?? (known === undefined ? arm : { rows: 0, errors: 0 });
      // Fewer than before: counted anew.
      const anew = arm.rows < was.rows;
      this.#add(followed, at, arm, anew ? arm.rows : arm.rows - was.rows, anew ? arm.errors : arm.errors - was.errors);
    }
  }

  /** Takes rows that a version answered since the last word, where no policy counts them. */
  answered(at: number, model: string, changedAt: string | null, arms: readonly ArmCount[]): void {
    const followed = this.#models.get(model) ?? this.#follow(model, changedAt);
    followed.changedAt = changedAt;
    followed.counted = new Map();
    for (const arm of arms) this.#add(followed, at, arm, arm.rows, arm.errors);
  }

  /** Who answered in the last `seconds` before `now`, in the order they are drawn in. */
  shares(model: string, now: number, seconds: number): ArmShare[] {
    const followed = this.#models.get(model);
    if (followed === undefined) return [];
    const steps = followed.steps.filter(({ at }) => at * STEP_MS > now - seconds * 1_000);
    const sum = (of: 'rows' | 'errors', key: string) => steps.reduce((all, step) => all + (step[of].get(key) ?? 0), 0);
    const told = this.arms(model).map((arm) => ({
      ...{ ...arm, rows: sum('rows', arm.key), errors: sum('errors', arm.key) },
    }));
    const all = told.reduce((rows, one) => rows + one.rows, 0);
    return told.map((one) => ({ ...one, share: all === 0 ? null : one.rows / all }));
  }

  /**
   * The picture: each arm's share, and all their rows, at each step up to `now`, the oldest first.
   */
  stream(model: string, now: number): StreamPoint[] {
    const followed = this.#models.get(model);
    if (followed === undefined) return [];
    const newest = Math.floor(now / STEP_MS);
    const byStep = new Map(followed.steps.map((step) => [step.at, step]));
    const points: StreamPoint[] = [];
    const first = Math.max(newest - STEPS + 1, followed.steps[0]?.at ?? newest);
    for (let at = first; at <= newest; at++) {
      const rows = new Map<string, number>();
      let all = 0;
      for (let back = 0; back < SMOOTHED; back++)
        for (const [key, count] of byStep.get(at - back)?.rows ?? []) {
          rows.set(key, (rows.get(key) ?? 0) + count);
          all += count;
        }
      for (const [key, count] of rows) rows.set(key, count / all);
      const age = Math.max(0, now / STEP_MS - at) / STEPS;
      points.push({ age, rate: (all * 1_000) / (STEP_MS * SMOOTHED), shares: all === 0 ? null : rows });
    }
    return points;
  }

  /** Arms of the picture, in the order they are drawn in: by version, so that one that is promoted stays where it is. */
  arms(model: string): { readonly key: string; readonly arm: string; readonly version: number | null }[] {
    return [...(this.#models.get(model)?.arms ?? [])]
      .map(([key, arm]) => ({ key, ...arm }))
      .sort((a, b) => (a.version ?? 0) - (b.version ?? 0) || (a.arm < b.arm ? -1 : 1));
  }

  #follow(model: string, changedAt: string | null): Followed {
    const followed: Followed = { arms: new Map(), steps: [], counted: new Map(), changedAt };
    this.#models.set(model, followed);
    if (this.#models.size > MOST_MODELS) this.#models.delete(this.#models.keys().next().value!);
    return followed;
  }

  #add(followed: Followed, at: number, { arm, version }: ArmCount, rows: number, errors: number): void {
    const step = this.#stepAt(followed, Math.floor(at / STEP_MS));
    if (rows <= 0) return;
    const key = keyOf({ arm, version });
    if (!followed.arms.has(key)) followed.arms.set(key, { arm, version });
    step.rows.set(key, (step.rows.get(key) ?? 0) + rows);
    if (errors > 0) step.errors.set(key, (step.errors.get(key) ?? 0) + errors);
  }

  #stepAt({ steps, arms }: Followed, at: number): Step {
    const last = steps.at(-1);
    if (last !== undefined && last.at >= at) return last;
    const step = { at, rows: new Map(), errors: new Map() };
    steps.push(step);
    while (steps[0]!.at <= at - STEPS - SMOOTHED) steps.shift();
    // Arms that are in no step any more are not drawn.
    if (arms.size > 1) for (const key of arms.keys()) if (!steps.some(({ rows }) => rows.has(key))) arms.delete(key);
    return step;
  }
}

/**
 * The areas of a stream of shares, the first arm at the bottom, as SVG paths in a box of 100 by 100: x 100 is now. A gap is where nobody
 * answered.
 */
export function areas(
  points: readonly Pick<StreamPoint, 'age' | 'shares'>[],
  keys: readonly string[],
): Map<string, string> {
  const paths = new Map(keys.map((key) => [key, '']));
  for (const run of runsOf(points)) {
    const below = run.map(() => 0);
    for (const key of keys) {
      const under = below.map((share, i) => `${round(100 - 100 * run[i]!.age)},${round(100 - 100 * share)}`);
      run.forEach(({ shares }, i) => {
        below[i] = below[i]! + (shares.get(key) ?? 0);
      });
      const over = below.map((share, i) => `${round(100 - 100 * run[i]!.age)},${round(100 - 100 * share)}`);
      paths.set(key, `${paths.get(key)}M${under.join('L')}L${over.reverse().join('L')}Z`);
    }
  }
  return paths;
}

/** The line of all rows below the stream, in the same box; `most`: rows a second at its top. */
export const rateLine = (points: readonly Pick<StreamPoint, 'age' | 'rate'>[], most: number): string =>
  points
    .map(({ age, rate }, i) => `${i === 0 ? 'M' : 'L'}${round(100 - 100 * age)},${round(97 - (94 * rate) / most)}`)
    .join('');

interface Point {
  readonly age: number;
  readonly shares: ReadonlyMap<string, number>;
}
/** Points that follow each other without a gap; a lonely one is no area. */
function runsOf(points: Parameters<typeof areas>[0]): Point[][] {
  const runs: Point[][] = [[]];
  for (const { age, shares } of points) {
    if (shares === null) runs.push([]);
    else runs.at(-1)!.push({ age, shares });
  }
  return runs.filter((run) => run.length > 1);
}
const round = (n: number): number => Math.round(n * 100) / 100;
