/** What holds for a model, in the parts that words are made of. */
export interface Policy {
  readonly kind: 'CANARY' | 'SPLIT' | 'SHADOW';
  readonly rule?: readonly Condition[];
  readonly arms: readonly { readonly name: string; readonly version: number; readonly percent: number }[];
  readonly shadow?: { readonly version: number; readonly percent: number } | null;
}

/** Something a rule asks; one of these is not null. */
export interface Condition {
  readonly segment?: readonly string[] | null;
  readonly customers?: number | null;
  readonly country?: readonly string[] | null;
  readonly feature?: { readonly name: string; readonly atLeast?: number | null; readonly below?: number | null } | null;
  readonly category?: readonly string[] | null;
  readonly amount?: { readonly atLeast?: Money | null; readonly below?: Money | null } | null;
}
interface Money {
  readonly amount: string;
  readonly currency: string;
}

/** Values of a list that are named; of more it is said how many there are. */
const NAMED = 3;
const oneOf = (values: readonly string[]): string =>
  values.length <= NAMED ? values.join(' or ') : `one of ${values.length}`;
const within = (atLeast: string | null, below: string | null): string =>
  [atLeast === null ? '' : ` from ${atLeast}`, below === null ? '' : ` below ${below}`].join('');
const written = (money: Money | null | undefined): string | null =>
  money == null ? null : `${money.amount} ${money.currency}`;

function conditionWords({ segment, customers, country, feature, category, amount }: Condition): string {
  if (segment != null) return `segment ${oneOf(segment)}`;
  if (customers != null) return `${customers} ${customers === 1 ? 'customer' : 'customers'} by name`;
  if (country != null) return `country ${oneOf(country)}`;
  if (feature != null)
    return `${feature.name}${within(feature.atLeast?.toString() ?? null, feature.below?.toString() ?? null)}`;
  if (category != null) return `category ${oneOf(category)}`;
  return `amount${within(written(amount?.atLeast), written(amount?.below))}`;
}

/** Segments as somebody writes them: `loyal, champions`. */
export const segmentsOf = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

/** The segments of a rule that asks for nothing else, as they are written; null where it asks for something else. */
export function segmentText(rule: readonly Condition[] | undefined): string | null {
  if (rule === undefined || rule.length === 0) return '';
  const [only, ...more] = rule;
  return more.length === 0 && only?.segment != null ? only.segment.join(', ') : null;
}

/** Who answers, as a sentence: `Version 2 answers 25 % of the customers, the champion (1) the rest.` */
export function policyWords(policy: Policy | null | undefined, champion: number | null): string {
  const chief = champion === null ? 'the champion' : `the champion (version ${champion})`;
  if (policy == null) return `${capital(chief)} answers everybody.`;
  const { kind, rule = [], arms, shadow } = policy;
  const customers =
    rule.length === 0 ? 'the customers' : `the customers with ${rule.map(conditionWords).join(' and ')}`;
  if (kind === 'SHADOW' && shadow != null)
    return `${capital(chief)} answers everybody; version ${shadow.version} is computed beside it for ${shadow.percent} % of ${customers}, and never answers.`;
  const [first] = arms;
  if (kind === 'CANARY' && first?.percent === 100 && rule.length === 0)
    return `Version ${first.version} answers everybody, in place of ${chief}.`;
  if (kind === 'CANARY' && first !== undefined)
    return `Version ${first.version} answers ${first.percent} % of ${customers}, ${chief} the rest.`;
  const shares = arms.map(({ name, version, percent }) => `${percent} % to ${name} (version ${version})`).join(', ');
  return `${capital(customers)} are split: ${shares}.`;
}

const capital = (text: string): string => text[0]!.toUpperCase() + text.slice(1);

export interface Signature {
  readonly state: 'UNSIGNED' | 'NOT_CHECKED' | 'VERIFIED' | 'INVALID';
  readonly required: boolean;
  readonly keyId?: string | null;
}
/** Who vouches for a version, in words; `sign`: whether somebody does, nobody has to, or something is wrong. */
export function signatureWords(signature: Signature | null | undefined): {
  words: string;
  sign: 'vouched' | 'plain' | 'wrong';
} {
  if (signature == null) return { words: 'its signature is not known', sign: 'plain' };
  const { state, required, keyId } = signature;
  switch (state) {
    case 'VERIFIED':
      return { words: `signed with key ${keyId}`, sign: 'vouched' };
    case 'NOT_CHECKED':
      return { words: 'signed; this server has no keys to check it', sign: 'plain' };
    case 'INVALID':
      return { words: 'signed by nobody whose key is known', sign: 'wrong' };
    case 'UNSIGNED':
      return required
        ? { words: 'not signed: it is not loaded here', sign: 'wrong' }
        : { words: 'not signed, and need not be', sign: 'plain' };
  }
}

/** Steps of a roll-out as somebody writes them: `1, 5, 25, 100`. Answers a sentence where they are none. */
export function stepsOf(text: string): number[] | string {
  const steps = text
    .split(/[\s,;%]+/)
    .filter((part) => part !== '')
    .map(Number);
  if (steps.length === 0 || steps.length > 20) return 'One to twenty steps, please: 1, 5, 25, 100.';
  const grow = steps.every((step, i) => step > (steps[i - 1] ?? 0) && step <= 100);
  return grow ? steps : 'Steps are percentages that grow, up to 100: 1, 5, 25, 100.';
}

/** What is missing to 100, in a sentence; null where nothing is. */
export function shortOf100(percents: readonly number[]): string | null {
  if (percents.some((percent) => !(percent >= 0 && percent <= 100))) return 'Each share is from 0 to 100 %.';
  const sum = percents.reduce((all, percent) => all + percent, 0);
  if (Math.abs(sum - 100) < 1e-6) return null;
  const off = Math.round(Math.abs(sum - 100) * 100) / 100;
  return sum < 100 ? `${off} % are still to be given.` : `${off} % too much.`;
}

/** Where a guard stands: what is measured against what may be; `broken` as far as the page can tell. */
export interface GuardWords {
  readonly name: string;
  readonly now: string;
  readonly limit: string;
  readonly broken: boolean;
}
interface Measured {
  readonly rows: number;
  readonly errors: number;
  readonly p95Ms?: number | null;
}
interface Guards {
  readonly minRows: number;
  readonly maxErrorRate: number;
  readonly maxLatencyRatio: number;
  readonly maxPsi: number;
  readonly minOutcomes: number;
  readonly minPrecision?: number | null;
  readonly minRecall?: number | null;
  readonly maxPrecisionDrop?: number | null;
  readonly maxRecallDrop?: number | null;
}
/** What the predictions of an arm turned out to be. */
export interface Turned {
  readonly outcomes: number;
  readonly precision?: { readonly value: number } | null;
  readonly recall?: { readonly value: number } | null;
}

/** How right a version was, over all arms: counted where what was flagged, or was fraud, is known. */
export function rightness(
  figures: readonly {
    readonly truePositives: number;
    readonly falsePositives: number;
    readonly falseNegatives: number;
  }[],
): {
  readonly precision: number | null;
  readonly recall: number | null;
  readonly flagged: number;
  readonly fraud: number;
} {
  const sum = (of: (one: (typeof figures)[number]) => number) => figures.reduce((all, one) => all + of(one), 0);
  const right = sum((one) => one.truePositives);
  const flagged = right + sum((one) => one.falsePositives);
  const fraud = right + sum((one) => one.falseNegatives);
  return {
    precision: flagged === 0 ? null : right / flagged,
    recall: fraud === 0 ? null : right / fraud,
    flagged,
    fraud,
  };
}

/** The guards over outcomes that are set, beside what is known. The server judges by their intervals. */
export function outcomeGuards(
  guards: Guards,
  turned: Turned | null,
  write: { readonly share: (part: number) => string; readonly count: (n: number) => string },
): GuardWords[] {
  const lines = [
    ['Precision', turned?.precision, guards.minPrecision, guards.maxPrecisionDrop],
    ['Recall', turned?.recall, guards.minRecall, guards.maxRecallDrop],
  ] as const;
  const told = lines.flatMap(([name, known, least, drop]) => {
    const limits = [
      ...(least == null ? [] : [`at least ${write.share(least)}`]),
      ...(drop == null ? [] : [`at most ${write.share(drop)} below the champion’s`]),
    ];
    if (limits.length === 0) return [];
    return [{ name, now: known == null ? '–' : write.share(known.value), limit: limits.join(', '), broken: false }];
  });
  if (told.length === 0) return [];
  const now = write.count(turned?.outcomes ?? 0);
  return [...told, { name: 'Outcomes', now, limit: `at least ${write.count(guards.minOutcomes)}`, broken: false }];
}

/** Guards of a roll-out beside what its arms did. The distribution of scores is compared by the server alone. */
export function guardWords(
  guards: Guards,
  candidate: Measured | null,
  champion: Measured | null,
  psi: number | null,
  write: { readonly share: (part: number) => string; readonly count: (n: number) => string },
): GuardWords[] {
  const rate = candidate === null || candidate.rows === 0 ? null : candidate.errors / candidate.rows;
  const ratio =
    candidate?.p95Ms == null || champion?.p95Ms == null || champion.p95Ms === 0
      ? null
      : candidate.p95Ms / champion.p95Ms;
  return [
    {
      ...{ name: 'Answers', now: write.count(candidate?.rows ?? 0), broken: false },
      limit: `at least ${write.count(guards.minRows)}`,
    },
    {
      ...{
        name: 'Failed',
        now: rate === null ? '–' : write.share(rate),
        broken: rate !== null && rate > guards.maxErrorRate,
      },
      limit: `at most ${write.share(guards.maxErrorRate)}`,
    },
    {
      ...{ name: 'Latency', now: ratio === null ? '–' : `${ratio.toFixed(1)} ×`, broken: false },
      limit: `at most ${guards.maxLatencyRatio} × the champion’s`,
    },
    {
      ...{
        name: 'Scores',
        now: psi === null ? '–' : `PSI ${psi.toFixed(2)}`,
        broken: psi !== null && psi > guards.maxPsi,
      },
      limit: `at most ${guards.maxPsi}`,
    },
  ];
}
