import { describe, expect, it } from 'vitest';
import { RegisteredDocuments } from '../../../../src/graphql/documents/registered.js';

describe('registered documents', () => {
  it('stay within their number; those that are asked for stay longest', () => {
    const documents = new RegisteredDocuments({ maxDocuments: 3 });
    for (const name of ['a', 'b', 'c']) documents.add(name, `text ${name}`);
    expect(documents.get('a')).toBe('text a');
    documents.add('d', 'text d');
    documents.add('e', 'text e');
    expect(['a', 'b', 'c', 'd', 'e'].filter((name) => documents.get(name) !== undefined)).toEqual(['a', 'd', 'e']);
    expect(documents.size).toBe(3);
  });

  it('stay within their bytes, whatever is registered', () => {
    const maxBytes = 100_000;
    const documents = new RegisteredDocuments({ maxDocuments: 10_000, maxBytes });
    for (let i = 0; i < 2_000; i++) {
      documents.add(`h${i}`, 'x'.repeat((i * 37) % 3_000));
      if (i % 3 === 0) documents.get(`h${i}`);
      expect(documents.bytes).toBeLessThanOrEqual(maxBytes);
    }
    expect(documents.size).toBeGreaterThan(10);
  });

  it('are none that would take the room of all others', () => {
    const documents = new RegisteredDocuments();
    documents.add('long', 'x'.repeat(100_001));
    documents.add('bigger than the room', 'x'.repeat(10));
    expect([documents.get('long'), documents.size]).toEqual([undefined, 1]);
    const small = new RegisteredDocuments({ maxBytes: 500 });
    small.add('a', 'x'.repeat(1_000));
    expect([small.size, small.bytes]).toEqual([0, 0]);
  });

  it('survive a hundred thousand registrations', () => {
    const documents = new RegisteredDocuments();
    for (let i = 0; i < 100_000; i++) {
      documents.add(`h${i}`, `query Q${i} { hello }`);
      if (i % 10 === 0) documents.get('h0');
    }
    expect(documents.size).toBe(1_000);
    expect(documents.bytes).toBeLessThan(1_000 * 300);
    expect(documents.get('h0'), 'asked for all the time').toBe('query Q0 { hello }');
  });
});
