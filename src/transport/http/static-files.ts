import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { refuse } from './http-answer.js';
import { OWN_FILES_ONLY } from './page-headers.js';
import { etagOf, type ServedFile, serveFile } from './served-file.js';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
};

/** Smaller files gain nothing by it. */
const LEAST_COMPRESSED = 1_024;

/**
 * A folder with a built page, served from memory: `index.html` at `/`, everything else under its own path. Only paths that were
 * found when the folder was read are answered, so a request cannot name any other file. The page itself is asked for again each
 * time (with an ETag), what it names carries its hash in its name and is kept by browsers for good. A new build is read in when
 * the page is next asked for.
 */
export class StaticFiles {
  readonly #folder: string;
  #files: ReadonlyMap<string, ServedFile> = new Map();
  #builtAt = 0;

  /** @param folder need not exist: then `/` says what to do */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** @returns whether this path is the page's; the answer is on its way then */
  serve(path: string, request: IncomingMessage, response: ServerResponse): boolean {
    if (path === '/' || this.#builtAt === 0) this.#readAgain();
    const file = this.#files.get(path);
    if (file !== undefined) {
      serveFile(file, request, response);
      return true;
    }
    if (path !== '/') return false;
    refuse(response, 503, 'NOT_FOUND', 'The dashboard is not built: `npm start` builds it. The graph is at /graphql.');
    return true;
  }

  #readAgain(): void {
    const page = join(this.#folder, 'index.html');
    if (!existsSync(page)) return;
    const builtAt = statSync(page).mtimeMs;
    if (builtAt === this.#builtAt) return;
    const files = new Map<string, ServedFile>();
    for (const entry of readdirSync(this.#folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      const name = path.slice(this.#folder.length).replaceAll('\\', '/');
      files.set(name === '/index.html' ? '/' : name, read(path, name === '/index.html'));
    }
    this.#files = files;
    this.#builtAt = builtAt;
  }
}

function read(path: string, isPage: boolean): ServedFile {
  const plain = readFileSync(path);
  return {
    plain,
    type: TYPES[extname(path)] ?? 'application/octet-stream',
    gzip: plain.length < LEAST_COMPRESSED ? null : gzipSync(plain, { level: 9 }),
    etag: etagOf(plain),
    cache: isPage ? 'no-cache' : 'public, max-age=31536000, immutable',
    policy: OWN_FILES_ONLY,
  };
}
