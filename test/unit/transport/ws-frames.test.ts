import { Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import * as ws from 'ws';
import { Flusher, TextFrames } from '../../../src/transport/ws-frames.js';

/** A connection that takes all it is given, at once or when the test says so. */
class Carrier extends Duplex {
  readonly writes: Buffer[] = [];
  #taken: (() => void) | null = null;
  constructor(readonly atOnce = true) {
    super();
  }
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.writes.push(Buffer.from(chunk));
    if (this.atOnce) done();
    else this.#taken = done;
  }
  override _read(): void {}
  accept(): void {
    this.#taken?.();
  }
}

/** What a client reads out of the bytes, by the parser of `ws`. */
async function read(bytes: Buffer): Promise<string[]> {
  const texts: string[] = [];
  const receiver = new (ws as unknown as { Receiver: new (options: object) => Duplex }).Receiver({ isServer: false });
  receiver.on('message', (data) => texts.push(String(data)));
  await new Promise<void>((resolve, reject) => receiver.write(bytes, (error) => (error ? reject(error) : resolve())));
  return texts;
}

const turn = () => new Promise(setImmediate);
const owner = (more: object = {}) => ({ isOpen: true, goOn() {}, ...more });

describe('frames of a socket', () => {
  it('leave in one write a turn, whole and in order, whatever their length', async () => {
    const carrier = new Carrier();
    const frames = new TextFrames(owner(), carrier, new Flusher());
    const bodies = [1, 90, 91, 125, 126, 200, 40_000].map((length) => 'ü'.repeat(length));
    for (const body of bodies) frames.write('{"a":', Buffer.from(`"${body}"`));
    expect(carrier.writes).toHaveLength(0);
    await turn();
    expect(carrier.writes).toHaveLength(1);
    expect(await read(carrier.writes[0]!)).toEqual(bodies.map((body) => `{"a":"${body}"}`));
    frames.write('{"b":', Buffer.from('x'.repeat(70_000)));
    frames.flush();
    expect((await read(carrier.writes[1]!))[0]).toHaveLength(70_006);
    await turn();
    expect(carrier.writes).toHaveLength(2);
  });

  it('come no more once the socket is closing', async () => {
    const carrier = new Carrier();
    const closing = owner();
    const frames = new TextFrames(closing, carrier, new Flusher());
    frames.write('{"a":', Buffer.from('1'));
    closing.isOpen = false;
    await turn();
    expect(carrier.writes).toHaveLength(0);
  });

  it.each([true, false])(
    'say when there is room again after a lot was collected (taken at once: %s)',
    async (atOnce) => {
      const carrier = new Carrier(atOnce);
      let rooms = 0;
      const frames = new TextFrames(owner({ goOn: () => rooms++ }), carrier, new Flusher());
      while (frames.writable) frames.write('{"a":', Buffer.alloc(1_000, '1'));
      await turn();
      expect(carrier.writes).toHaveLength(1);
      expect([frames.writable, rooms]).toEqual(atOnce ? [true, 1] : [false, 0]);
      const drained = new Promise((resolve) => carrier.once('drain', resolve));
      carrier.accept();
      if (!atOnce) await drained;
      expect(frames.writable).toBe(true);
    },
  );

  it('of many sockets go round by round: what comes during a round waits for the next', async () => {
    const flusher = new Flusher();
    const carriers = Array.from({ length: 100 }, () => new Carrier());
    const frames = carriers.map((carrier) => new TextFrames(owner(), carrier, flusher));
    const say = (n: number) => {
      for (const one of frames) one.write('{"n":', Buffer.from(String(n)));
    };
    for (let n = 0; n < 50; n++) {
      say(n);
      if (n % 5 === 0) await turn();
    }
    await expect.poll(() => carriers.every(({ writes }) => writes.length > 0)).toBe(true);
    const all = async (carrier: Carrier) =>
      (await read(Buffer.concat(carrier.writes))).map((text) => JSON.parse(text).n);
    const expected = Array.from({ length: 50 }, (_, n) => n);
    await expect.poll(() => all(carriers[0]!)).toEqual(expected);
    await expect.poll(() => all(carriers[99]!)).toEqual(expected);
    expect(carriers[0]!.writes.length).toBeLessThanOrEqual(11);
  });
});
