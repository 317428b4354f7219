import { HeaderMap } from '@apollo/server';
import { describe, expect, it } from 'vitest';
import { RequestHeaders } from '../../../src/transport/http/request-headers.js';

const parsed = () => ({ host: 'graph.example', accept: '*/*', 'set-cookie': ['a=1', 'b=2'], 'x-one': '' });
const ALL = [
  ['host', 'graph.example'],
  ['accept', '*/*'],
  ['set-cookie', 'a=1, b=2'],
  ['x-one', ''],
];

describe('RequestHeaders', () => {
  it('answers by name, in any case, and knows no others', () => {
    const headers = new RequestHeaders(parsed());
    expect(headers).toBeInstanceOf(HeaderMap);
    expect([headers.get('host'), headers.get('ACCEPT'), headers.get('Set-Cookie'), headers.get('x-one')]).toEqual([
      'graph.example',
      '*/*',
      'a=1, b=2',
      '',
    ]);
    expect([headers.has('Host'), headers.has('x-one'), headers.has('x-two')]).toEqual([true, true, false]);
    for (const name of ['constructor', '__proto__', 'toString', ''])
      expect([headers.get(name), headers.has(name)], name).toEqual([undefined, false]);
  });

  it.each<[string, (headers: RequestHeaders) => unknown]>([
    ['its own iterator', (headers) => [...headers]],
    ['entries', (headers) => [...headers.entries()]],
    ['keys', (headers) => [...headers.keys()].map((name) => [name, headers.get(name)])],
    ['values', (headers) => [...headers.values()].map((value, i) => [ALL[i]![0], value])],
    [
      'forEach',
      (headers) => {
        const seen: string[][] = [];
        headers.forEach((value, name) => {
          seen.push([name, value]);
        });
        return seen;
      },
    ],
    ['a copy', (headers) => [...new Map(headers)]],
  ])('goes through all of them by %s', (_, list) => {
    const headers = new RequestHeaders(parsed());
    expect(list(headers)).toEqual(ALL);
    expect(list(headers)).toEqual(ALL);
    expect(headers.size).toBe(4);
  });

  it('can be changed, and leaves the request as it came', () => {
    const request = parsed();
    const headers = new RequestHeaders(request);
    expect(headers.set('X-Two', '2').get('x-two')).toBe('2');
    expect(headers.delete('HOST')).toBe(true);
    expect([headers.get('host'), headers.get('accept'), headers.size]).toEqual([undefined, '*/*', 4]);
    headers.clear();
    expect([headers.size, headers.get('accept'), headers.has('accept')]).toEqual([0, undefined, false]);
    expect(request).toEqual(parsed());
  });
});
