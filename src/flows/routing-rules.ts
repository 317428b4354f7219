import type { Clock } from '../core/clock.js';
import type { MinorAmount } from '../core/events.js';
import { quote } from '../core/money.js';
import type { Bounds, RequestFacts, RoutingCondition, RoutingRule } from '../core/routing.js';
import type { FeatureStore } from '../data/ports.js';
import { FRAUD_MODEL } from '../domains/fraud/fraud.js';
import { CATEGORIES } from '../features/categories.js';
import type { CustomerState } from '../features/customer-state.js';
import { STORED_FEATURES, storedFeature } from '../features/stored.js';
import type { ModelManifest } from '../inference/ports.js';
import type { CompileRule } from '../inference/routing/book.js';
import type { ModelRefusal } from './model-operations.js';

const MAX_CONDITIONS = 10;
const MAX_VALUES = 100;
/** Longest segment, country or category that a rule may name. */
const MAX_LENGTH = 200;
/** Customers that a rule may name one by one. */
export const MAX_CUSTOMERS = 1_000;

/**
 * What a customer's id leaves behind in a rule: 53 bits of a hash, by which they are known again. Policies stay on the log, and nothing there
 * may name a customer who was erased.
 */
export function fingerprintOf(customerId: string): number {
  let [high, low] = [0xdeadbeef, 0x41c6ce57];
  for (let i = 0; i < customerId.length; i++) {
    const code = customerId.charCodeAt(i);
    high = Math.imul(high ^ code, 0x9e3779b1);
    low = Math.imul(low ^ code, 0x5f356495);
  }
  high = Math.imul(high ^ (high >>> 16), 0x85ebca6b) ^ Math.imul(low ^ (low >>> 13), 0xc2b2ae35);
  low = Math.imul(low ^ (low >>> 16), 0x85ebca6b) ^ Math.imul(high ^ (high >>> 13), 0xc2b2ae35);
  return (high >>> 11) * 2 ** 32 + (low >>> 0);
}

type AsksQuestion = (request: RequestFacts) => boolean;
type AsksCustomer = (state: CustomerState, now: number) => boolean;

/**
 * How rules are asked about rows: each is made ready once, and makes nothing when it is asked. What is not known does not fit. `customers`:
 * null while they are not there yet; then nobody fits a rule about them.
 */
export function ruleCompiler(
  customers: () => Pick<FeatureStore<CustomerState>, 'peek'> | null,
  clock: Pick<Clock, 'now'>,
): CompileRule {
  return (rule) => {
    const named: ReadonlySet<number>[] = [];
    const ofQuestion: AsksQuestion[] = [];
    const ofCustomer: AsksCustomer[] = [];
    for (const condition of rule) {
      if (condition.on === 'customer') named.push(new Set(condition.values));
      else if (condition.on === 'category' || condition.on === 'amount') ofQuestion.push(askQuestion(condition));
      else ofCustomer.push(askCustomer(condition));
    }
    return (entity, request = NOTHING) => {
      for (const ask of ofQuestion) if (!ask(request)) return false;
      if (named.length > 0) {
        const fingerprint = fingerprintOf(entity);
        for (const set of named) if (!set.has(fingerprint)) return false;
      }
      if (ofCustomer.length === 0) return true;
      const state = customers()?.peek(entity);
      if (!state) return false;
      const now = clock.now();
      for (const ask of ofCustomer) if (!ask(state, now)) return false;
      return true;
    };
  };
}
const NOTHING: RequestFacts = {};

function askQuestion(condition: RoutingCondition & { readonly on: 'category' | 'amount' }): AsksQuestion {
  if (condition.on === 'category') {
    const values = new Set(condition.values);
    return ({ category }) => category !== undefined && values.has(category);
  }
  const { currency } = (condition.atLeast ?? condition.below)!;
  const inside = within({ atLeast: condition.atLeast?.minor ?? null, below: condition.below?.minor ?? null });
  return ({ amount }) => amount !== undefined && amount.currency === currency && inside(amount.minor);
}

function askCustomer(condition: RoutingCondition & { readonly on: 'segment' | 'country' | 'feature' }): AsksCustomer {
  if (condition.on === 'feature') {
    const read = storedFeature(condition.name);
    const inside = within(condition);
    return (state, now) => read !== null && inside(read(state, now));
  }
  const values = new Set(condition.values);
  return condition.on === 'segment'
    ? ({ segment }) => segment !== null && values.has(segment)
    : ({ country }) => country !== null && values.has(country);
}

/** NaN is within nothing. */
const within = ({ atLeast, below }: Bounds<number>): ((value: number) => boolean) => {
  const [low, high] = [atLeast ?? Number.NEGATIVE_INFINITY, below ?? Number.POSITIVE_INFINITY];
  return (value) => value >= low && value < high;
};

/** Why a model's policy cannot have a rule: what of it can never be known when the model is asked. Null: it can. */
export function checkRule(rule: RoutingRule, manifest: ModelManifest, segments: () => readonly string[]) {
  if (rule.length === 0) return null;
  if (rule.length > MAX_CONDITIONS) return invalid(`expected at most ${MAX_CONDITIONS} conditions, got ${rule.length}`);
  if (!isAskedAboutCustomers(manifest))
    return invalid(
      `expected no rule: ${manifest.name} is asked about rows that are nobody's, and rules are about customers`,
    );
  for (const condition of rule) {
    const refusal = checkCondition(condition, manifest, segments);
    if (refusal !== null) return refusal;
  }
  return null;
}

/** Models with a written part are; others where stored features make them a field of the customer. */
const isAskedAboutCustomers = ({ graph, inputs }: ModelManifest): boolean =>
  graph?.domain !== undefined ||
  inputs.some(({ features = [] }) => features.some(({ stored }) => stored !== undefined));

function checkCondition(
  condition: RoutingCondition,
  { name: model, currency }: ModelManifest,
  segments: () => readonly string[],
): ModelRefusal | null {
  const { on } = condition;
  if ((on === 'category' || on === 'amount') && model !== FRAUD_MODEL)
    return invalid(`expected conditions of customers, got ${on}: ${model} is not asked about payments`);
  switch (on) {
    case 'segment':
      return checkValues(condition) ?? checkKnown('SEGMENT_UNKNOWN', condition.values, segments());
    case 'category':
      return checkValues(condition) ?? checkKnown('CATEGORY_UNKNOWN', condition.values, CATEGORIES);
    case 'country':
      return checkValues(condition);
    case 'customer':
      return condition.values.length >= 1 && condition.values.length <= MAX_CUSTOMERS
        ? null
        : invalid(`expected 1 to ${MAX_CUSTOMERS} customers, got ${condition.values.length}`);
    case 'feature':
      return (
        checkKnown('FEATURE_UNKNOWN', [condition.name], STORED_FEATURES) ??
        checkBounds(condition.name, condition.atLeast, condition.below)
      );
    case 'amount':
      return (
        checkCurrency(condition, currency) ??
        checkBounds(on, condition.atLeast?.minor ?? null, condition.below?.minor ?? null)
      );
  }
}

function checkValues({ on, values }: { readonly on: string; readonly values: readonly string[] }): ModelRefusal | null {
  if (values.length < 1 || values.length > MAX_VALUES)
    return invalid(`expected ${on} with 1 to ${MAX_VALUES} values, got ${values.length}`);
  const long = values.find(({ length }) => length === 0 || length > MAX_LENGTH);
  return long === undefined ? null : invalid(`expected ${on} of 1 to ${MAX_LENGTH} characters, got ${long.length}`);
}

function checkKnown(
  code: ModelRefusal['code'],
  values: readonly string[],
  known: readonly string[],
): ModelRefusal | null {
  const unknown = values.find((value) => !known.includes(value));
  return unknown === undefined
    ? null
    : { code, message: `expected one of ${known.join(', ')}, got ${quote(unknown)}`, field: 'policy' };
}

function checkCurrency({ atLeast, below }: Bounds<MinorAmount>, currency: string | undefined): ModelRefusal | null {
  const told = [atLeast?.currency, below?.currency].filter((one) => one !== undefined);
  const wanted = currency ?? told[0];
  const other = told.find((one) => one !== wanted);
  return other === undefined ? null : invalid(`expected amounts in ${wanted}, got ${other}`);
}

function checkBounds(what: string, atLeast: number | null, below: number | null): ModelRefusal | null {
  if (atLeast === null && below === null) return invalid(`expected atLeast or below of ${what}, got neither`);
  return atLeast === null || below === null || atLeast < below
    ? null
    : invalid(`expected atLeast of ${what} to be less than below, got ${atLeast} and ${below}`);
}

const invalid = (message: string): ModelRefusal => ({ code: 'POLICY_INVALID', message, field: 'policy' });
