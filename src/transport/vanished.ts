import { readFile } from 'node:fs/promises';
import { isIPv4, type Socket } from 'node:net';
import { endianness } from 'node:os';

/** A connection that may be given up. */
export interface Watched {
  /** See `connectionKey`. */
  readonly connection: string;
  cutOff(): void;
}

/** Linux' tables of connections. Elsewhere there are none, and TCP's own patience (a quarter of an hour) is what remains. */
const TABLES = ['/proc/self/net/tcp', '/proc/self/net/tcp6'];
/**
 * A row of an established connection (state 01) whose count of retransmissions or of probes is not 0. One expression over the whole
 * table: taking 20,000 rows apart would hold everybody up for 40 ms, this does for 3.
 */
const SILENT = /: [0-9A-F]+:([0-9A-F]{4}) ([0-9A-F]+):([0-9A-F]{4}) 01 \S+ \S+ (?!0{8} +\d+ +0 )/g;

/**
 * Finds clients that are gone without a word: a laptop that was closed, a network that is no more. What is written to them is taken
 * by the operating system, which sends it again and again; a stream over HTTP has no answer that could be missing, and TCP's
 * keep-alive probes wait behind what is on its way. But Linux tells how often in a row it sent again.
 */
export class VanishedClients {
  readonly #patienceMs: number;
  readonly #silentSince = new Map<Watched, number>();
  #looking = false;

  /** `patienceMs`: how long nothing may be acknowledged of what was sent. */
  constructor(patienceMs: number) {
    this.#patienceMs = patienceMs;
  }

  /** To be called now and then: cuts off who acknowledged nothing for too long. */
  async look(connections: () => Iterable<Watched>): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    try {
      const silent = new Set<string>();
      for (const table of TABLES) findSilent(await readFile(table, 'latin1').catch(() => ''), silent);
      this.#judge(silent, connections);
    } finally {
      this.#looking = false;
    }
  }

  #judge(silent: ReadonlySet<string>, connections: () => Iterable<Watched>): void {
    const known = new Map(this.#silentSince);
    this.#silentSince.clear();
    if (silent.size === 0) return;
    const now = performance.now();
    for (const watched of connections()) {
      if (!silent.has(watched.connection)) continue;
      const since = known.get(watched) ?? now;
      if (now - since >= this.#patienceMs) watched.cutOff();
      else this.#silentSince.set(watched, since);
    }
  }
}

/** A connection's name here: our port, their address and port. */
export function connectionKey({ localPort, remoteAddress = '', remotePort }: Socket): string {
  const bytes = isIPv4(remoteAddress) ? ipv4(remoteAddress) : ipv6(remoteAddress);
  return `${localPort} ${bytes} ${remotePort}`;
}

/** Adds the connections of a table that had to send something again, or probe, and have had no answer since. */
function findSilent(table: string, silent: Set<string>): void {
  for (const [, localPort = '', address = '', remotePort = ''] of table.matchAll(SILENT))
    silent.add(`${Number.parseInt(localPort, 16)} ${addressOf(address)} ${Number.parseInt(remotePort, 16)}`);
}

/** The address's bytes in hexadecimal; the table holds them in words of the machine's order. */
function addressOf(words: string): string {
  const bytes = Buffer.from(words, 'hex');
  if (endianness() === 'LE' && bytes.length % 4 === 0) bytes.swap32();
  return bytes.toString('hex');
}

const ipv4 = (address: string) => Buffer.from(address.split('.').map(Number)).toString('hex');

function ipv6(address: string): string {
  if (address === '') return '';
  // The URL parser knows every way to write one, and writes it in one way.
  const [start = '', end] = new URL(`http://[${address.replace(/%.*/, '')}]`).hostname.slice(1, -1).split('::');
  const groups = (text: string | undefined) => (text ? text.split(':') : []).map((group) => group.padStart(4, '0'));
  const [head, tail] = [groups(start), groups(end)];
  return [...head, ...Array<string>(8 - head.length - tail.length).fill('0000'), ...tail].join('');
}
