import { appendFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createApiKey, readApiKeys, revokeApiKey } from '../../../src/access/api-keys.js';
import { type AuthenticationOptions, Authenticator, type Credentials } from '../../../src/access/authentication.js';
import type { JwtOptions } from '../../../src/access/jwt.js';
import { silentLogger } from '../../../src/core/logger.js';
import { temporaryFolder } from '../../support/server.js';

const NOW = Date.UTC(2026, 10, 21);
const off: AuthenticationOptions = { apiKeyFile: null, jwt: null, trustedProxies: [] };

describe('authentication', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let now = NOW;
  const clock = { now: () => now, monotonic: () => performance.now() };
  const open: Authenticator[] = [];
  const authenticator = (options: Partial<AuthenticationOptions>) => {
    const made = new Authenticator({ ...off, ...options }, clock, silentLogger);
    open.push(made);
    return made;
  };
  const refusal = async (made: Authenticator, credentials: Credentials) => {
    try {
      await made.authenticate(credentials);
    } catch (error) {
      return error as Error & { code?: string };
    }
    throw new Error('it was accepted');
  };
  beforeEach(() => {
    folder = temporaryFolder();
    now = NOW;
  });
  afterEach(() => {
    for (const made of open.splice(0)) made.close();
    folder.remove();
  });

  it('takes everybody for the local caller where nothing is configured', () => {
    const made = authenticator({});
    expect(made.required).toBe(false);
    expect(made.authenticate({ bearer: 'whatever' })).toMatchObject({ id: 'local', customers: 'all' });
  });

  describe('by API key', () => {
    const request = { name: 'shop', roles: ['viewer', 'scorer'] as const, customers: null, expiresAt: null };
    const file = () => join(folder.path, 'api-keys.json');

    it('knows whose key it is, and keeps no secret', () => {
      const { key, kept } = createApiKey(file(), { ...request, customers: ['c1'] }, NOW);
      expect(key).toMatch(/^sg_[0-9a-f]{8}_[A-Za-z0-9_-]{32}$/);
      expect(authenticator({ apiKeyFile: file() }).authenticate({ bearer: key })).toEqual({
        id: `key:${kept.prefix}`,
        roles: new Set(['viewer', 'scorer']),
        customers: new Set(['c1']),
        expiresAt: null,
      });
      expect(readFileSync(file(), 'utf8')).not.toContain(key.slice(12));
      expect(statSync(file()).mode & 0o077).toBe(0);
    });
    it('refuses what is no key, another one, one that is over, and nothing at all', async () => {
      const { key } = createApiKey(file(), { ...request, expiresAt: NOW + 1_000 }, NOW);
      const made = authenticator({ apiKeyFile: file() });
      const other = key.slice(0, -1) + (key.endsWith('A') ? 'B' : 'A');
      for (const bearer of [other, 'sg_', 'x'.repeat(100_000), 'null'])
        expect(await refusal(made, { bearer })).toMatchObject({ code: 'UNAUTHENTICATED' });
      expect((await refusal(made, {})).message).toMatch(/expected credentials/);
      expect(made.authenticate({ bearer: key })).toMatchObject({ expiresAt: NOW + 1_000 });
      now += 1_000;
      expect((await refusal(made, { bearer: key })).message).toMatch(/expired/);
    });
    it('knows within a second of keys that are made and revoked beside it, and says which ended', async () => {
      const first = createApiKey(file(), request, NOW);
      const made = authenticator({ apiKeyFile: file() });
      const ended: string[] = [];
      made.whenOver(await made.authenticate({ bearer: first.key }), ({ message }) => ended.push(message));
      const second = createApiKey(file(), request, NOW);
      await expect
        .poll(() => refusal(made, { bearer: second.key }).catch(() => 'taken'), { timeout: 3_000 })
        .toBe('taken');
      revokeApiKey(file(), first.kept.prefix, NOW);
      await expect.poll(() => ended, { timeout: 3_000 }).toEqual(['the API key was revoked']);
      expect((await refusal(made, { bearer: first.key })).message).toMatch(/revoked/);
      appendFileSync(file(), 'garbage');
      await new Promise((resolve) => setTimeout(resolve, 1_100));
      expect(made.authenticate({ bearer: second.key })).toMatchObject({ id: `key:${second.kept.prefix}` });
    });
    it('does not start open when its keys cannot be read', () => {
      writeFileSync(file(), '{"keys":[]}');
      expect(() => authenticator({ apiKeyFile: file() })).toThrow(/expected a file of API keys/);
      expect(() => createApiKey(file(), request, NOW)).toThrow(/expected a file of API keys/);
    });
    it('refuses keys that make no sense', () => {
      const bad = (more: object) => () => createApiKey(file(), { ...request, ...more }, NOW);
      expect(bad({ name: '' })).toThrow(/a name of 1 to 100/);
      expect(bad({ roles: [] })).toThrow(/at least one role/);
      expect(bad({ expiresAt: NOW })).toThrow(/lies ahead/);
      expect(() => revokeApiKey(file(), 'deadbeef', NOW)).toThrow(/no key with the prefix/);
      expect(readApiKeys(file())).toEqual([]);
    });
  });

  describe('by token', () => {
    let jwks: Server;
    let place: string;
    let fetched = 0;
    // biome-ignore lint/suspicious/noExplicitAny: keys of whatever kind
    let keys: any;
    beforeAll(async () => {
      keys = { good: await generateKeyPair('ES256'), other: await generateKeyPair('ES256') };
      const set = JSON.stringify({ keys: [{ ...(await exportJWK(keys.good.publicKey)), alg: 'ES256', kid: '1' }] });
      jwks = createServer((_, response) => {
        fetched++;
        response.end(set);
      });
      await new Promise<void>((resolve) => jwks.listen(0, '127.0.0.1', resolve));
      place = `http://127.0.0.1:${(jwks.address() as AddressInfo).port}/jwks`;
    });
    afterAll(() => jwks.close());
    const options = (more: Partial<JwtOptions> = {}): JwtOptions => ({
      issuer: 'https://id.example',
      audience: 'scoregraph',
      keys: { jwks: place },
      algorithms: ['ES256'],
      clockSkewSeconds: 30,
      rolesClaim: 'roles',
      customersClaim: 'customers',
      ...more,
    });
    const token = (claims: object = {}, more: { key?: unknown; iss?: string; aud?: string; exp?: number } = {}) =>
      new SignJWT({ roles: ['viewer', 'billing'], ...claims })
        .setProtectedHeader({ alg: 'ES256', kid: '1' })
        .setSubject('ada')
        .setIssuer(more.iss ?? 'https://id.example')
        .setAudience(more.aud ?? 'scoregraph')
        .setExpirationTime(more.exp ?? NOW / 1_000 + 60)
        .sign((more.key ?? keys.good.privateKey) as never);

    it('believes what the issuer signed, and remembers that it did', async () => {
      const made = authenticator({ jwt: options() });
      const bearer = await token({ customers: ['c1', 'c2'] });
      const before = fetched;
      for (let i = 0; i < 3; i++) {
        expect(await made.authenticate({ bearer })).toEqual({
          id: 'jwt:https://id.example#ada',
          roles: new Set(['viewer']),
          customers: new Set(['c1', 'c2']),
          expiresAt: NOW + 90_000,
        });
      }
      expect(fetched - before).toBe(1);
      now = NOW + 89_000;
      await made.authenticate({ bearer });
      now = NOW + 90_000;
      expect((await refusal(made, { bearer })).message).toMatch(/expired/);
    });
    it('refuses everything else, in words for its bearer', async () => {
      const made = authenticator({ jwt: options() });
      const said = async (bearer: string) => (await refusal(made, { bearer })).message;
      expect(await said(await token({}, { key: keys.other.privateKey }))).toMatch(/not valid/);
      expect(await said(await token({}, { iss: 'https://evil.example' }))).toMatch(/"iss"/);
      expect(await said(await token({}, { aud: 'shop' }))).toMatch(/"aud"/);
      expect(await said(await token({}, { exp: NOW / 1_000 - 31 }))).toMatch(/expired/);
      expect(await said(await token({ nbf: NOW / 1_000 + 60 }))).toMatch(/"nbf"/);
      expect(await said(await token({ customers: 7 }))).toMatch(/customer ids/);
      const payload = Buffer.from(
        JSON.stringify({ sub: 'ada', iss: 'https://id.example', aud: 'scoregraph', exp: 9e9 }),
      );
      const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload.toString('base64url')}.`;
      expect(await said(unsigned)).toMatch(/not accepted|not valid/);
      expect(await said('a.b.c')).toMatch(/not valid/);
      expect(await said('x'.repeat(9_000))).toMatch(/at most 8192/);
    });
    it('takes a shared secret only in the ways it is told', async () => {
      const file = join(folder.path, 'secret');
      writeFileSync(file, 'short');
      const shared = (algorithms: string[]) =>
        authenticator({ jwt: options({ keys: { secretFile: file }, algorithms }) });
      expect(() => shared(['HS256'])).toThrow(/at least 32 characters/);
      const secret = 's'.repeat(48);
      writeFileSync(file, secret);
      const bearer = await new SignJWT({})
        .setProtectedHeader({ alg: 'HS256' })
        .setSubject('ada')
        .setIssuer('https://id.example')
        .setAudience('scoregraph')
        .setExpirationTime(NOW / 1_000 + 60)
        .sign(new TextEncoder().encode(secret));
      expect(await shared(['HS256']).authenticate({ bearer })).toMatchObject({ roles: new Set(), customers: 'all' });
      expect((await refusal(shared(['HS512']), { bearer })).message).toMatch(/not accepted/);
    });
    it('says so when the keys cannot be had', async () => {
      const made = authenticator({ jwt: options({ keys: { jwks: 'http://127.0.0.1:1/jwks' } }) });
      expect(await refusal(made, { bearer: await token() })).toMatchObject({ code: 'UNAUTHENTICATED' });
    });
  });

  describe('by trusted proxy', () => {
    const proxy = { user: 'ada', roles: 'viewer operator root', customers: 'c1, c2' };
    it('believes the headers from its addresses only', async () => {
      const made = authenticator({ trustedProxies: ['10.0.0.0/8', '::1'] });
      for (const remoteAddress of ['10.1.2.3', '::ffff:10.1.2.3', '::1']) {
        expect(made.authenticate({ remoteAddress, proxy })).toEqual({
          id: 'proxy:ada',
          roles: new Set(['viewer', 'operator']),
          customers: new Set(['c1', 'c2']),
          expiresAt: null,
        });
      }
      for (const remoteAddress of ['11.0.0.1', '127.0.0.1', '::2', 'nonsense', undefined])
        expect(await refusal(made, { remoteAddress, proxy })).toMatchObject({ code: 'UNAUTHENTICATED' });
      expect(await refusal(made, { remoteAddress: '10.1.2.3', proxy: { roles: 'admin' } })).toMatchObject({
        code: 'UNAUTHENTICATED',
      });
    });
    it('wants addresses', () => {
      for (const address of ['proxy.example', '10.0.0.0/33', '10.0.0.0/x', ''])
        expect(() => authenticator({ trustedProxies: [address] })).toThrow(/expected addresses or ranges/);
    });
  });
});
