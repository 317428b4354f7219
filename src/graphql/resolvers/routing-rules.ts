import { badInput } from '../../core/errors.js';
import type { MinorAmount } from '../../core/events.js';
import { formatMinor } from '../../core/money.js';
import type { RoutingCondition, RoutingRule } from '../../core/routing.js';
import { fingerprintOf, MAX_CUSTOMERS } from '../../flows/routing-rules.js';
import type { MoneyInput, Resolvers, RoutingConditionInput } from '../__generated__/resolvers.js';
import type { GraphContext } from '../context.js';
import { checkIdLength, checkListSize, moneyOf } from './shared.js';

/** A rule as the graph is told it. @throws ScoregraphError BAD_USER_INPUT where it is no rule at all; whether it fits a model is asked later. */
export function ruleOf(conditions: readonly RoutingConditionInput[]): RoutingRule {
  return conditions.map(conditionOf);
}

function conditionOf(condition: RoutingConditionInput): RoutingCondition {
  const { segment, customer, country, feature, category, amount } = condition;
  const told = Object.values(condition).filter((one) => one != null).length;
  if (told !== 1) throw badInput(`expected one condition, got ${told}: one object for each`, 'rule');
  if (segment) return { on: 'segment', values: [...segment] };
  if (customer) {
    checkListSize(customer, MAX_CUSTOMERS, 'customer');
    for (const id of customer) checkIdLength(id, 'customer');
    return { on: 'customer', values: customer.map(fingerprintOf) };
  }
  if (country) return { on: 'country', values: [...country] };
  if (category) return { on: 'category', values: [...category] };
  if (feature) {
    const { name, atLeast = null, below = null } = feature;
    return { on: 'feature', name, atLeast, below };
  }
  const bound = (told: MoneyInput | null | undefined, field: string) => (told == null ? null : moneyOf(told, field));
  return {
    on: 'amount',
    atLeast: bound(amount!.atLeast, 'amount.atLeast'),
    below: bound(amount!.below, 'amount.below'),
  };
}

const money = (amount: MinorAmount | null) =>
  amount === null ? null : { amount: formatMinor(amount), currency: amount.currency };

export const routingRuleResolvers: Pick<Resolvers<GraphContext>, 'RoutingCondition'> = {
  RoutingCondition: {
    segment: (condition) => (condition.on === 'segment' ? [...condition.values] : null),
    customers: (condition) => (condition.on === 'customer' ? condition.values.length : null),
    country: (condition) => (condition.on === 'country' ? [...condition.values] : null),
    feature: (condition) => (condition.on === 'feature' ? condition : null),
    category: (condition) => (condition.on === 'category' ? [...condition.values] : null),
    amount: (condition) =>
      condition.on === 'amount' ? { atLeast: money(condition.atLeast), below: money(condition.below) } : null,
  },
};
