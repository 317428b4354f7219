import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';

const BUILT = resolve(import.meta.dirname, '../../dist/dashboard');

describe('the built page', () => {
  it('is small: all its script is at most 200 KB, compressed', () => {
    const scripts = readdirSync(join(BUILT, 'assets')).filter((file) => file.endsWith('.js'));
    expect(scripts.length).toBeGreaterThan(1);
    const bytes = scripts.reduce((sum, file) => sum + gzipSync(readFileSync(join(BUILT, 'assets', file))).length, 0);
    expect(bytes).toBeLessThan(200 * 1024);
  });
  it('names nothing of any other server, and no inline script', () => {
    const page = readFileSync(join(BUILT, 'index.html'), 'utf8');
    expect(page).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
    expect(page).not.toMatch(/<script(?![^>]*\bsrc=)[^>]*>/);
  });
});
