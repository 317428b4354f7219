import { connect, type Socket } from 'node:net';
import { WebSocket } from 'ws';

/** A bare TCP connection: what it received so far, and when the other side closed it. */
export interface RawConnection {
  readonly socket: Socket;
  readonly text: () => string;
  readonly closed: Promise<void>;
}

/** Sends bytes as they are. Keeps its own side open, as a careless or hostile client would. */
export function raw(port: number, text: string): Promise<RawConnection> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true }, () => {
      socket.write(text);
      resolve({ socket, text: () => received, closed });
    });
    let received = '';
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => {
      received += chunk;
    });
    const closed = new Promise<void>((done) => {
      socket.on('end', done);
      socket.on('close', () => done());
    });
    socket.on('error', reject);
  });
}

/** The head of a WebSocket upgrade request. */
export function upgradeRequest(
  more: { path?: string; host?: string; origin?: string; protocol?: string } = {},
): string {
  const { path = '/graphql', host = 'localhost', origin, protocol = 'graphql-transport-ws' } = more;
  return [
    `GET ${path} HTTP/1.1`,
    `Host: ${host}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    `Sec-WebSocket-Protocol: ${protocol}`,
    ...(origin === undefined ? [] : [`Origin: ${origin}`]),
    '\r\n',
  ].join('\r\n');
}

export interface Frame {
  readonly id?: string;
  readonly type: string;
  // biome-ignore lint/suspicious/noExplicitAny: a payload has whatever shape its message has
  readonly payload?: any;
}

/** A client that speaks the protocol by hand, so that a test can also speak it wrongly. */
export interface HandClient {
  readonly socket: WebSocket;
  readonly frames: Frame[];
  readonly closed: Promise<{ code: number; reason: string }>;
  send(frame: object): void;
  /** The next frame with this id (or type), in order of arrival. */
  frame(match: (frame: Frame) => boolean): Promise<Frame>;
}

export async function handClient(
  port: number,
  { init = true, protocols = ['graphql-transport-ws'] as string[] } = {},
): Promise<HandClient> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/graphql`, protocols);
  const frames: Frame[] = [];
  let wake: () => void = () => {};
  let over = false;
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on('close', (code, reason) => {
      over = true;
      wake();
      resolve({ code, reason: String(reason) });
    });
  });
  socket.on('message', (data) => {
    frames.push(JSON.parse(String(data)));
    wake();
  });
  await new Promise<void>((resolve, reject) => {
    socket.on('open', () => resolve());
    socket.on('error', reject);
  });
  const client: HandClient = {
    socket,
    frames,
    closed,
    send: (frame) => socket.send(JSON.stringify(frame)),
    async frame(match) {
      for (;;) {
        const at = frames.findIndex(match);
        if (at >= 0) return frames.splice(at, 1)[0]!;
        if (over) throw new Error('the socket closed before the frame came');
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
  if (init) {
    client.send({ type: 'connection_init' });
    await client.frame(({ type }) => type === 'connection_ack');
  }
  return client;
}
