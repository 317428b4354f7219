import { Authenticator } from '../../src/access/authentication.js';
import { Guard } from '../../src/access/guard.js';
import { systemClock } from '../../src/core/clock.js';
import { silentLogger } from '../../src/core/logger.js';

/** The guard of a server that asks nobody who they are. */
export const openGuard = (): Guard =>
  new Guard({
    authenticator: new Authenticator({ apiKeyFile: null, jwt: null, trustedProxies: [] }, systemClock, silentLogger),
    introspection: 'everybody',
    clock: systemClock,
    deadlineMs: 10_000,
    maxDeadlineMs: 60_000,
  });
