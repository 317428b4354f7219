import { mkdirSync } from 'node:fs';
import { type Command, InvalidArgumentError } from 'commander';
import { type ApiKey, createApiKey, readApiKeys, revokeApiKey } from '../access/api-keys.js';
import { keyUseFileOf, readKeyUse } from '../access/key-use.js';
import { readConfig } from '../config/config.js';
import { systemClock } from '../core/clock.js';
import { isRole, ROLES, type Role } from '../core/roles.js';

const DAY_MS = 86_400_000;

function roles(text: string): Role[] {
  const words = text.split(',').map((word) => word.trim());
  const unknown = words.find((word) => !isRole(word));
  if (unknown !== undefined) throw new InvalidArgumentError(`expected some of ${ROLES.join(',')}, got ${unknown}`);
  return words as Role[];
}

function days(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) > 0) return Number(text);
  throw new InvalidArgumentError('expected a whole number of days, 1 or more');
}

const day = (ms: number | null) => (ms === null ? '' : new Date(ms).toISOString().slice(0, 10));

function stateOf({ revokedAt, expiresAt }: ApiKey, now: number): string {
  if (revokedAt !== null) return `revoked ${day(revokedAt)}`;
  if (expiresAt !== null) return `${expiresAt <= now ? 'expired' : 'until'} ${day(expiresAt)}`;
  return 'good';
}

/** `keys create | list | revoke`: the API keys of the data folder, beside a running server or without one. */
export function addKeyCommands(program: Command, say: (line: string) => void): void {
  const keys = program
    .command('keys')
    .description('API keys (docs/access.md); a running server follows within a second');

  keys
    .command('create')
    .description('makes a key and shows it, once')
    .argument('<name>', 'what it is for')
    .requiredOption('--roles <list>', `some of ${ROLES.join(',')}`, roles)
    .option('--customers <ids>', 'binds it to these customers, commas between; default: all', (text) => text.split(','))
    .option('--days <number>', 'days until it ends; default: it does not', days)
    .action((name: string, options: { roles: Role[]; customers?: string[]; days?: number }) => {
      const now = systemClock.now();
      const { apiKeyFile, dataDir } = readConfig();
      mkdirSync(dataDir, { recursive: true });
      const { key, kept } = createApiKey(
        apiKeyFile,
        {
          name,
          roles: options.roles,
          customers: options.customers ?? null,
          expiresAt: options.days === undefined ? null : now + options.days * DAY_MS,
        },
        now,
      );
      say(key);
      say(`Keep it: only its hash is stored. Its prefix is ${kept.prefix}; send it as "Authorization: Bearer …".`);
    });

  keys
    .command('list')
    .description('the keys, without their secrets')
    .action(() => {
      const now = systemClock.now();
      const { apiKeyFile } = readConfig();
      const used = readKeyUse(keyUseFileOf(apiKeyFile));
      for (const key of readApiKeys(apiKeyFile)) {
        const who = key.customers === null ? 'all customers' : `${key.customers.length} customers`;
        const use = used[key.prefix] === undefined ? 'never used' : `used ${day(used[key.prefix]!)}`;
        say([key.prefix, key.name, key.roles.join(','), who, day(key.createdAt), use, stateOf(key, now)].join('\t'));
      }
    });

  keys
    .command('revoke')
    .description('ends a key')
    .argument('<prefix>', 'as `list` shows it')
    .action((prefix: string) => {
      const { name } = revokeApiKey(readConfig().apiKeyFile, prefix, systemClock.now());
      say(`Revoked: ${prefix} (${name}).`);
    });
}
