import type { ModelAliasPayload, ModelPolicyPayload, StoredEvent } from '../core/events.js';
import type { RoutingCondition, RoutingPolicy } from '../core/routing.js';
import type { EventLog } from '../data/ports.js';
import { versionsOf } from '../inference/routing/book.js';

/** Something that became of a model. */
export interface ModelHistoryEntry {
  /** Milliseconds UTC. */
  readonly at: number;
  readonly kind: 'STATE' | 'ALIAS' | 'POLICY';
  /** The versions it was about. */
  readonly versions: readonly number[];
  /** In words: `champion: 1 → 2`. */
  readonly text: string;
  /** A principal, or `system`. */
  readonly by: string;
  readonly reason: string | null;
}

const TYPES = ['model.state_changed', 'model.alias_changed', 'model.policy_changed'] as const;
/** Events of each type that are looked through for one version. */
const LOOKED_THROUGH = 300;

/**
 * What became of a model, the newest first, at most `first`: from the event log, so as far as that reaches back.
 * @param version only what was about this one, among the model's newest 300 of each kind
 */
export async function modelHistory(
  log: Pick<EventLog, 'byEntity'>,
  model: string,
  first: number,
  version: number | null = null,
): Promise<ModelHistoryEntry[]> {
  const limit = version === null ? first : LOOKED_THROUGH;
  const pages = await Promise.all(TYPES.map((type) => log.byEntity(model, type, { limit, newestFirst: true })));
  const events = pages.flat().sort((a, b) => a.seq - b.seq);
  const entries = entriesOf(events).reverse();
  return (version === null ? entries : entries.filter(({ versions }) => versions.includes(version))).slice(0, first);
}

/** What events tell, in their own order, the oldest first. */
export function entriesOf(events: readonly StoredEvent[]): ModelHistoryEntry[] {
  const meant = new Map<string, number>();
  return events.flatMap((event): ModelHistoryEntry[] => {
    const at = event.occurredAt;
    switch (event.type) {
      case 'model.state_changed': {
        const { version, state, reason } = event.payload;
        return [{ at, kind: 'STATE', versions: [version], text: `${version} is ${state}`, by: 'system', reason }];
      }
      case 'model.alias_changed': {
        const { alias, version } = event.payload;
        const told = { at, kind: 'ALIAS' as const, ...ofAlias(event.payload, meant.get(alias)) };
        meant.set(alias, version);
        return [told];
      }
      case 'model.policy_changed':
        return [{ at, kind: 'POLICY', ...ofPolicy(event.payload) }];
      default:
        return [];
    }
  });
}

type Told = Omit<ModelHistoryEntry, 'at' | 'kind'>;

/** `was`: what the alias meant by the move before; undefined where that is not known any more. */
function ofAlias({ alias, version, history, reason, by }: ModelAliasPayload, was: number | undefined): Told {
  const before = was ?? history.at(-1);
  return before === undefined
    ? { versions: [version], text: `${alias}: ${version}`, by, reason }
    : { versions: [version, before], text: `${alias}: ${before} → ${version}`, by, reason };
}

function ofPolicy({ policy, rollOut, reason, by }: ModelPolicyPayload): Told {
  // What a roll-out decides carries its reason; what is set beside one that is over does not.
  if (rollOut === null || rollOut.reason !== reason)
    return { versions: versionsOf(policy), text: inWords(policy), by, reason };
  const { candidate, status, steps, step } = rollOut;
  const where = status === 'RUNNING' ? `${steps[step]} %` : status.toLowerCase().replace('_', ' ');
  return { versions: [candidate], text: `roll-out of ${candidate}: ${where}`, by, reason };
}

/** A policy in words: `canary: 5 % to 2`. */
export function inWords(policy: RoutingPolicy | null): string {
  if (policy === null) return 'the champion answers everybody';
  const { kind, arms, rule, shadow } = policy;
  const of = rule.length === 0 ? '' : ` of ${rule.map(conditionInWords).join(' and ')}`;
  if (shadow !== null) return `shadow: ${shadow.version}, ${shadow.percent} %${of}`;
  if (kind === 'CANARY') return `canary: ${arms[0]!.percent} %${of} to ${arms[0]!.version}`;
  return `split${of}: ${arms.map(({ name, version, percent }) => `${name} ${percent} % to ${version}`).join(', ')}`;
}

/** Values of a list that are named; of more it is said how many there are. */
const NAMED = 3;

/** Customers by name are not named: only hashes of theirs are kept. */
function conditionInWords(condition: RoutingCondition): string {
  if (condition.on === 'feature') return condition.name;
  if (condition.on === 'amount') return 'amount';
  const { on, values } = condition;
  if (on === 'customer') return `${values.length} customers`;
  return values.length <= NAMED ? `${on} ${values.join(' or ')}` : `${on} one of ${values.length}`;
}
