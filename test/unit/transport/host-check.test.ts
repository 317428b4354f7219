import { describe, expect, it } from 'vitest';
import { isOurHost, isOurOrigin } from '../../../src/transport/host-check.js';

describe('the Host header', () => {
  it.each(['localhost', 'localhost:4000', 'LOCALHOST:4000', '127.0.0.1:4000', '127.8.9.1', '[::1]:4000', '[::1]'])(
    'may be %s',
    (host) => expect(isOurHost(host, [])).toBe(true),
  );
  it.each([
    undefined,
    '',
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '128.0.0.1',
    'a@localhost',
    '::1',
  ])('may not be %s', (host) => expect(isOurHost(host, [])).toBe(false));
  it('may be a name that was allowed, on any port unless one was named', () => {
    expect(isOurHost('scores.example:4000', ['Scores.example'])).toBe(true);
    expect(isOurHost('scores.example:4000', ['scores.example:4000'])).toBe(true);
    expect(isOurHost('scores.example:5000', ['scores.example:4000'])).toBe(false);
    expect(isOurHost('other.example', ['scores.example'])).toBe(false);
  });
});

describe('the Origin of a WebSocket', () => {
  const allowed = (origin: string | undefined, host: string, origins: string[] = [], hosts: string[] = []) =>
    isOurOrigin(origin, host, origins, hosts);

  it('may be absent: that is no browser', () => expect(allowed(undefined, 'localhost:4000')).toBe(true));
  it('may be a page of this server, by whichever loopback name', () => {
    expect(allowed('http://localhost:4000', 'localhost:4000')).toBe(true);
    expect(allowed('http://127.0.0.1:4000', 'localhost:4000')).toBe(true);
    expect(allowed('http://[::1]:4000', '127.0.0.1:4000')).toBe(true);
    expect(allowed('http://localhost', 'localhost')).toBe(true);
    expect(allowed('https://localhost', 'localhost:443')).toBe(true);
  });
  it('may not be another program’s page on this machine, nor anybody else’s', () => {
    expect(allowed('http://localhost:8080', 'localhost:4000')).toBe(false);
    expect(allowed('http://localhost', 'localhost:4000')).toBe(false);
    expect(allowed('https://evil.example', 'localhost:4000')).toBe(false);
    expect(allowed('https://evil.example:4000', 'localhost:4000')).toBe(false);
    expect(allowed('null', 'localhost:4000')).toBe(false);
    expect(allowed('', 'localhost:4000')).toBe(false);
  });
  it('may be what was allowed, exactly, or a page of a name that was', () => {
    expect(allowed('http://localhost:5173', 'localhost:4000', ['http://localhost:5173'])).toBe(true);
    expect(allowed('http://localhost:5174', 'localhost:4000', ['http://localhost:5173'])).toBe(false);
    expect(allowed('https://scores.example', 'scores.example', [], ['scores.example'])).toBe(true);
    expect(allowed('https://scores.example:8443', 'scores.example', [], ['scores.example:8443'])).toBe(true);
  });
});
