import { BASKET_FEATURES } from './basket-features.js';
import { CUSTOMER_FEATURES } from './customer-features.js';
import { FRAUD_FEATURES } from './fraud-features.js';
import { RFM_FEATURES } from './rfm-features.js';
import type { FeatureSet } from './spec.js';

/** How a `version.json` names a feature set: `fraud@1`. */
export const featureSetName = (set: FeatureSet): string => `${set.name}@${set.version}`;

/** Every feature set this code can compute, by name and version. A model version says which one it was trained on. */
export const FEATURE_SETS: ReadonlyMap<string, FeatureSet> = new Map(
  [FRAUD_FEATURES, BASKET_FEATURES, RFM_FEATURES, CUSTOMER_FEATURES].map((set) => [featureSetName(set), set]),
);

/**
 * The feature set of that name and version.
 * @throws Error listing the known ones when there is none: a model trained on it cannot be fed by this code.
 */
export function featureSet(name: string): FeatureSet {
  const set = FEATURE_SETS.get(name);
  if (set !== undefined) return set;
  throw new Error(`expected a feature set of ${[...FEATURE_SETS.keys()].join(', ')}, got ${JSON.stringify(name)}`);
}

/** `docs/features.md`: the catalogue for people. A test keeps the file equal to this text. */
export function catalogueMarkdown(): string {
  const sections = [...FEATURE_SETS].map(([name, set]) => {
    const rows = set.features.map(
      (feature, i) =>
        `| ${i} | \`${feature.name}\` | ${feature.description} | ${feature.unit ?? ''} | ${Number(feature.default.toPrecision(6))} |`,
    );
    return `## ${name}\n\n${set.description}\n\n| # | feature | meaning | unit | default |\n| --- | --- | --- | --- | --- |\n${rows.join('\n')}\n`;
  });
  return `# Features

<!-- Generated from src/features/catalogue.ts: npx vitest run test/unit/features/catalogue.test.ts -u -->

What the models see, in order. The same code computes them when a model is trained and when it is served
(\`src/features\`). Changing an order, a formula or a default makes a new version of the set; a model version names its
set in \`version.json\` (\`feature_set\`), and the range each feature had in training stands in the model's
\`manifest.json\`. A fact that is missing takes the default, and its name is listed with the prediction.

State follows the order of the log. An event that is older than one already seen is counted like any other, but never
makes a negative interval: the time since the last payment is then 0. Times are UTC.

${sections.join('\n')}`;
}
