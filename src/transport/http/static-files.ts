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

interface Served extends ServedFile {
  readonly isPage: boolean;
}

/**
 * A folder with built pages, served from memory: `index.html` at `/`, `models.html` at `/models`, everything else under its own path. Only
 * paths that were found when the folder was read are answered, so a request cannot name any other file. Pages are asked for again each
 * time (with an ETag), what they name carries its hash in its name and is kept by browsers for good. A new build is read in when
 * a page is next asked for.
 */
export class StaticFiles {
  readonly #folder: string;
  #files: ReadonlyMap<string, Served> = new Map();
  #builtAt = 0;

  /** @param folder need not exist: then `/` says what to do */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** @returns whether this path is the page's; the answer is on its way then */
  serve(path: string, request: IncomingMessage, response: ServerResponse): boolean {
    if (this.#builtAt === 0 || path === '/' || this.#files.get(path)?.isPage === true) this.#readAgain();
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
    const files = new Map<string, Served>();
    for (const entry of readdirSync(this.#folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      const name = path.slice(this.#folder.length).replaceAll('\\', '/');
      const isPage = extname(name) === '.html';
      files.set(isPage ? pathOfPage(name) : name, read(path, isPage));
    }
    this.#files = files;
    this.#builtAt = builtAt;
  }
}

/** Pages are known without their ending. */
const pathOfPage = (name: string): string => (name === '/index.html' ? '/' : name.slice(0, -'.html'.length));

function read(path: string, isPage: boolean): Served {
  const plain = readFileSync(path);
  return {
    plain,
    isPage,
    type: TYPES[extname(path)] ?? 'application/octet-stream',
    gzip: plain.length < LEAST_COMPRESSED ? null : gzipSync(plain, { level: 9 }),
    etag: etagOf(plain),
    cache: isPage ? 'no-cache' : 'public, max-age=31536000, immutable',
    policy: OWN_FILES_ONLY,
  };
}
