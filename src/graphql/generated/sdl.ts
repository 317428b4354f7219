import { type DocumentNode, parse } from 'graphql';
import type { Datatype, ManifestFeature } from '../../inference/ports.js';
import type { InputField, ModelPlan, OutputField } from './plan.js';

/** Rows that one field predicts. */
export const MAX_ROWS = 1_000;

/** A description; JSON's escapes are GraphQL's. */
function say(...parts: readonly (string | null)[]): string {
  const said = parts.filter((part) => part !== null && part !== '');
  return said.length === 0 ? '' : JSON.stringify(said.join('\n\n'));
}

const SCALAR: Readonly<Record<Datatype, string>> = { FP32: 'Float', INT32: 'Int' };
const scalar = ({ datatype, size }: { readonly datatype: Datatype; readonly size: number }): string =>
  size === 1 ? `${SCALAR[datatype]}!` : `[${SCALAR[datatype]}!]!`;

/** Unit, range and default in words. */
function facts({ unit, minimum, maximum, default: taken, stored }: ManifestFeature): string {
  const range =
    minimum === undefined && maximum === undefined
      ? null
      : `Range in training: ${minimum ?? 'any'} to ${maximum ?? 'any'}.`;
  return [
    unit === undefined ? null : `Unit: ${unit}.`,
    range,
    taken === undefined ? null : `Default: ${taken}.`,
    stored === undefined ? null : `Stored feature: ${stored}.`,
  ]
    .filter((part) => part !== null)
    .join(' ');
}

/** What the length of a list does to the price of its field. */
const sizeOf = (size: number): string => (size === 1 ? '' : ` @listSize(assumedSize: ${size})`);
const shapeOf = (shape: readonly number[]): string =>
  shape.length < 3 ? `${shape[1] ?? 1} values.` : `${shape.slice(1).join(' × ')} values, the last index first to grow.`;

function inputField({ name, from, datatype, feature, size, shape }: InputField): string {
  if (feature === null) {
    const about = size === 1 ? null : shapeOf(shape);
    return `${say(`The input \`${from}\`.`, about)} ${name}: ${scalar({ datatype, size })}`;
  }
  const known = name === from ? null : `Feature \`${from}\`.`;
  const nullable = feature.default === undefined ? '!' : '';
  return `${say(feature.description, facts(feature), known)} ${name}: ${SCALAR[datatype]}${nullable}`;
}

function outputField({ name, from, datatype, size, shape, feature, type }: OutputField): string {
  const about = feature === null ? `The output \`${from}\`.` : feature.description;
  const more = feature !== null ? facts(feature) : size === 1 || type !== null ? null : shapeOf(shape);
  return `${say(about, more)} ${name}: ${type ?? scalar({ datatype, size })}${type === null ? sizeOf(size) : '!'}`;
}

function columnsType({ from, type, columns, datatype }: OutputField, model: string): string {
  if (type === null) return '';
  const fields = columns.map(
    ({ name, feature }) => `${say(feature.description, facts(feature))} ${name}: ${SCALAR[datatype]}!`,
  );
  return `${say(`The output \`${from}\` of the model ${model}.`)} type ${type} @access(role: VIEWER) {\n${fields.join('\n')}\n}`;
}

/** Introspection does not show directives. */
const ROLE = 'Role: SCORER.';
const SELECTOR = `"Which version answers; left out: the champion." model: ModelSelector`;

/** What every prediction has, as the interface in \`schema/models.graphql\` says it. */
const PREDICTION_FIELDS = `
  "The predictionId: outcomes reported later refer to it." id: ID!
  "The version that answered." modelVersion: ModelVersion!
  "When it answered." predictedAt: DateTime!
  "Time of the newest event the features contain; the time of the answer where they contain none." featuresAsOf: DateTime!
  "Features that were not told and took their documented default, as the manifest calls them." defaultedFeatures: [String!]! @listSize(assumedSize: 50)
  "Features outside the range the version was trained on: read its answer with care." outOfRangeFeatures: [String!]! @listSize(assumedSize: 50)
  "True: \`prediction(id)\` and outcomes will find it." recorded: Boolean!
  "The arm of the model's routing policy that it was made for; null where no policy decided." arm: String
  "Always null: generated parts of the graph explain nothing yet."
  explanation("How many contributions." top: Int! = 5): Explanation`;

/** The part of the graph that a model brings. */
export function documentOf({ manifest, names, inputs, outputs, entity }: ModelPlan): DocumentNode {
  const { name, description } = manifest;
  const parts = [
    `extend type Query {
      ${say(description, 'One answer per row, in the order of the rows; a row that fails is null, and `errors` says why.', ROLE)}
      ${names.query}(
        ${say(`Rows, 1 to ${MAX_ROWS}.`)} inputs: [${names.input}!]!
        ${SELECTOR}
      ): [${names.prediction}] @access(role: SCORER) @cost(model: "${name}", selector: "model", microseconds: 20)
        @listSize(slicingArguments: ["inputs"], maximum: ${MAX_ROWS})
    }`,
    `${say(`One row for the model ${name}. What has a default may be left out.`)}
    input ${names.input} {\n${inputs.map(inputField).join('\n')}\n}`,
    `${say(`What the model ${name} says.`, description)}
    type ${names.prediction} implements Prediction & Node @access(role: VIEWER) {
      ${PREDICTION_FIELDS}
      ${outputs.map(outputField).join('\n')}
    }`,
    ...outputs.map((output) => columnsType(output, name)),
  ];
  if (entity !== null)
    parts.push(`extend type ${entity} {
      ${say(description, 'From what is stored. Null when the model cannot answer.', ROLE)}
      ${names.field}(${SELECTOR}): ${names.prediction}
        @access(role: SCORER) @cost(model: "${name}", selector: "model", microseconds: 20)
    }`);
  return parse(parts.join('\n'), { noLocation: true });
}
