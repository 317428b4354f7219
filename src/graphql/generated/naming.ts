/** GraphQL's rule, without the names that GraphQL keeps for itself. */
const NAME = /^(?!__)[_A-Za-z][_0-9A-Za-z]*$/;
const MAX_LENGTH = 128;

/** Whether the graph can have something of this name. */
export const isGraphName = (name: string): boolean => name.length <= MAX_LENGTH && NAME.test(name);

/** `tenure_months` → `TenureMonths`; what is in capitals already stays so. */
export function typeNameOf(name: string): string {
  return name
    .split('_')
    .filter((part) => part !== '')
    .map((part) => part[0]!.toUpperCase() + part.slice(1))
    .join('');
}

/** `tenure_months` → `tenureMonths`, `MedInc` → `medInc`, `AGE` → `age`. */
export function fieldNameOf(name: string): string {
  const joined = typeNameOf(name === name.toUpperCase() ? name.toLowerCase() : name);
  return joined === '' ? name : joined[0]!.toLowerCase() + joined.slice(1);
}

/** What the graph calls the parts that a model has in it. Everything generated is named here. */
export interface ModelNames {
  /** `predictChurn`, on Query. */
  readonly query: string;
  /** `ChurnInput`. */
  readonly input: string;
  /** `ChurnPrediction`. */
  readonly prediction: string;
  /** `churn`, on the entity. */
  readonly field: string;
}

/** `field`: what the manifest wants its field on the entity to be called. */
export function namesOf(model: string, field: string = fieldNameOf(model)): ModelNames {
  const name = typeNameOf(model);
  return { query: `predict${name}`, input: `${name}Input`, prediction: `${name}Prediction`, field };
}

/** The type of an output whose columns have names: `ChurnProbabilities`. */
export const outputTypeOf = (model: string, output: string): string =>
  `${typeNameOf(model)}${typeNameOf(fieldNameOf(output))}`;
