import { isAbsolute } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig, VARIABLES } from '../../../src/config/config.js';

const problems = (env: Record<string, string>): string => {
  try {
    readConfig(env);
    return '';
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as Error).message;
  }
};

describe('readConfig', () => {
  it('has a default for everything, and freezes', () => {
    const config = readConfig({});
    expect(config).toMatchObject({ host: '127.0.0.1', port: 4000, engine: 'auto', demo: 'auto', logLevel: 'info' });
    expect(config.workers).toBeGreaterThanOrEqual(1);
    expect([config.dataDir, config.modelsDir].every(isAbsolute)).toBe(true);
    expect(Object.isFrozen(config)).toBe(true);
  });

  it('takes an empty variable for an absent one, and leaves those of others alone', () => {
    const empty = Object.fromEntries(Object.keys(VARIABLES).map((name) => [name, '']));
    expect(readConfig({ ...empty, PATH: '/bin', SCORE: '1' })).toEqual(readConfig({}));
  });

  it('reads lists, numbers and names', () => {
    expect(
      readConfig({
        PORT: '0',
        HOST: '::1',
        SCOREGRAPH_WORKERS: '3',
        SCOREGRAPH_ENGINE: 'wasm',
        SCOREGRAPH_ALLOWED_HOSTS: ' a.example, ,b.example:81 ',
        SCOREGRAPH_DEMO: 'off',
      }),
    ).toMatchObject({
      port: 0,
      host: '::1',
      workers: 3,
      engine: 'wasm',
      allowedHosts: ['a.example', 'b.example:81'],
      demo: 'off',
    });
  });

  it.each([
    ['PORT', '65536', /expected a whole number from 0 to 65535, got "65536"/],
    ['PORT', '-1', /expected a whole number/],
    ['PORT', '4e3', /expected a whole number/],
    ['PORT', ' 4000', /expected a whole number/],
    ['SCOREGRAPH_WORKERS', '0', /from 1 to 64, got "0"/],
    ['SCOREGRAPH_ENGINE', 'gpu', /tensorflow.*got "gpu"/],
    ['SCOREGRAPH_DEADLINE_MS', '60001', /at most SCOREGRAPH_MAX_DEADLINE_MS/],
    ['SCOREGRAPH_PROT', '1', /SCOREGRAPH_PROT: no such setting/],
    ['HOST', '0.0.0.0', /not a loopback address.*set SCOREGRAPH_API_KEYS=on.*HOST=127\.0\.0\.1/],
    ['SCOREGRAPH_API_KEYS', 'yes', /"on".*got "yes"/],
    ['SCOREGRAPH_ALLOWED_ORIGINS', '*', /expected origins such as https:\/\/app\.example.*"\*" is none/],
    ['SCOREGRAPH_ALLOWED_ORIGINS', 'https://a.example,https://b.example/', /"https:\/\/b\.example\/" is none/],
    ['SCOREGRAPH_ALLOWED_ORIGINS', 'app.example', /"app\.example" is none/],
    ['SCOREGRAPH_TLS_CERT', 'cert.pem', /SCOREGRAPH_TLS_KEY: expected a path, since SCOREGRAPH_TLS_CERT is set/],
    ['SCOREGRAPH_TLS_KEY', 'key.pem', /SCOREGRAPH_TLS_CERT: expected a path, since SCOREGRAPH_TLS_KEY is set/],
    ['SCOREGRAPH_ALERT_RAISE_THRESHOLD', '1.1', /expected a probability from 0 to 1, as 0.85, got "1.1"/],
    ['SCOREGRAPH_ALERT_RAISE_THRESHOLD', 'NaN', /expected a probability/],
    ['SCOREGRAPH_ALERT_QUIET_MINUTES', '-1', /from 0 to 525600/],
    ['HOST', '127.0.0.1.evil.example', /not a loopback address/],
  ])('refuses %s=%s and says what it expected', (name, value, message) => {
    expect(problems({ [name]: value })).toMatch(message);
    expect(problems({ [name]: value })).toContain(name);
  });

  it('takes thresholds of alerts, in their order', () => {
    const [raise, clear] = ['SCOREGRAPH_ALERT_RAISE_THRESHOLD', 'SCOREGRAPH_ALERT_CLEAR_THRESHOLD'];
    expect(readConfig({})).toMatchObject({
      alertRaiseThreshold: null,
      alertClearThreshold: null,
      alertQuietMinutes: 1_440,
    });
    expect(readConfig({ [raise!]: '0.9', [clear!]: '0' })).toMatchObject({
      alertRaiseThreshold: 0.9,
      alertClearThreshold: 0,
    });
    expect(problems({ [raise!]: '0.5', [clear!]: '0.6' })).toMatch(
      /expected at most SCOREGRAPH_ALERT_RAISE_THRESHOLD, got 0.6/,
    );
  });

  it('names everything that is wrong at once', () => {
    const text = problems({ PORT: 'x', SCOREGRAPH_ENGINE: 'y', SCOREGRAPH_NO: 'z' });
    for (const name of ['PORT', 'SCOREGRAPH_ENGINE', 'SCOREGRAPH_NO']) expect(text).toContain(`${name}: `);
  });

  it('listens beyond loopback only where callers say who they are', () => {
    const tokens = {
      SCOREGRAPH_JWT_ISSUER: 'https://id.example',
      SCOREGRAPH_JWT_AUDIENCE: 'scoregraph',
      SCOREGRAPH_JWT_JWKS: 'https://id.example/jwks',
    };
    for (const env of [{ SCOREGRAPH_API_KEYS: 'on' }, tokens, { SCOREGRAPH_TRUSTED_PROXIES: '10.0.0.0/8' }])
      expect(readConfig({ HOST: '0.0.0.0', ...env }).host).toBe('0.0.0.0');
    expect(readConfig(tokens).authentication.jwt).toMatchObject({ algorithms: ['RS256'], clockSkewSeconds: 30 });
    expect(problems({ ...tokens, SCOREGRAPH_JWT_ALGORITHMS: 'RS256,HS256' })).toMatch(/expected RS….*got "HS256"/);
    expect(problems({ ...tokens, SCOREGRAPH_JWT_ALGORITHMS: 'none' })).toMatch(/got "none"/);
    expect(problems({ ...tokens, SCOREGRAPH_JWT_JWKS: 'http://id.example/jwks' })).toMatch(/expected https:/);
    expect(problems({ SCOREGRAPH_JWT_ISSUER: 'https://id.example' })).toMatch(
      /_JWKS: expected it or SCOREGRAPH_JWT_SECRET_FILE/,
    );
    expect(problems({ SCOREGRAPH_JWT_JWKS: 'keys.json' })).toMatch(/expected both, else any token/);
    expect(problems({ ...tokens, SCOREGRAPH_JWT_SECRET_FILE: 'x' })).toMatch(/not both/);
  });
});
