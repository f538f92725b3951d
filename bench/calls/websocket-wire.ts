import { createHash, randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';

/**
 * The few parts of RFC 6455 that a load generator needs, on raw sockets: a whole client or server per call would cost more
 * than the relay that is measured. Unfragmented frames below 64 KiB only, which is what both servers send.
 */

export const opcodes = { text: 1, close: 8, ping: 9, pong: 10 } as const;

/** One received frame; the payload is `buffer[from … to)`, masked when `maskAt` is not -1. */
export interface ReceivedFrame {
  opcode: number;
  buffer: Buffer;
  from: number;
  to: number;
  maskAt: number;
}

/** Cuts a byte stream into frames and calls `take` for each. */
export class FrameReader {
  readonly #take: (frame: ReceivedFrame) => void;
  #rest: Buffer | undefined;

  constructor(take: (frame: ReceivedFrame) => void) {
    this.#take = take;
  }

  read(chunk: Buffer): void {
    const buffer = this.#rest ? Buffer.concat([this.#rest, chunk]) : chunk;
    let at = 0;
    for (;;) {
      const frame = frameAt(buffer, at);
      if (!frame) break;
      at = frame.to;
      this.#take(frame);
    }
    this.#rest = at < buffer.length ? Buffer.from(buffer.subarray(at)) : undefined;
  }
}

function frameAt(buffer: Buffer, at: number): ReceivedFrame | undefined {
  if (buffer.length < at + 2) return undefined;
  const second = buffer[at + 1] ?? 0;
  const isMasked = (second & 0x80) !== 0;
  let length = second & 0x7f;
  let from = at + 2;
  if (length === 126) {
    if (buffer.length < at + 4) return undefined;
    length = buffer.readUInt16BE(at + 2);
    from = at + 4;
  } else if (length === 127) {
    if (buffer.length < at + 10) return undefined;
    length = Number(buffer.readBigUInt64BE(at + 2));
    from = at + 10;
  }
  const maskAt = isMasked ? from : -1;
  if (isMasked) from += 4;
  const to = from + length;
  if (buffer.length < to) return undefined;
  return { opcode: (buffer[at] ?? 0) & 0x0f, buffer, from, to, maskAt };
}

/** The first `most` characters of a frame's text. ASCII is assumed: enough for what is looked at. */
export function textOf(frame: ReceivedFrame, most = Number.POSITIVE_INFINITY): string {
  const { buffer, from, maskAt } = frame;
  const to = Math.min(frame.to, from + most);
  if (maskAt === -1) return buffer.toString('latin1', from, to);
  const plain = Buffer.allocUnsafe(to - from);
  for (let i = 0; i < plain.length; i += 1) {
    plain[i] = (buffer[from + i] ?? 0) ^ (buffer[maskAt + (i & 3)] ?? 0);
  }
  return plain.toString('latin1');
}

/** A server's frame. */
export function plainFrame(text: string, opcode: number = opcodes.text): Buffer {
  const length = Buffer.byteLength(text);
  const headBytes = length < 126 ? 2 : 4;
  const frame = Buffer.allocUnsafe(headBytes + length);
  frame[0] = 0x80 | opcode;
  writeLength(frame, length, 0);
  frame.write(text, headBytes);
  return frame;
}

/** A client's frame of ASCII text, masked as RFC 6455 asks (with a key that is not zero, which servers need not undo). */
export function maskedFrame(text: string, opcode: number = opcodes.text): Buffer {
  const { length } = text;
  const headBytes = length < 126 ? 2 : 4;
  const frame = Buffer.allocUnsafe(headBytes + 4 + length);
  frame[0] = 0x80 | opcode;
  writeLength(frame, length, 0x80);
  frame.set(maskKey, headBytes);
  const from = headBytes + 4;
  frame.write(text, from, 'latin1');
  for (let i = 0; i < length; i += 1) {
    frame[from + i] = (frame[from + i] ?? 0) ^ (maskKey[i & 3] ?? 0);
  }
  return frame;
}

const maskKey = Uint8Array.of(0x3a, 0x91, 0x5c, 0xe7);

function writeLength(frame: Buffer, length: number, maskBit: number): void {
  if (length < 126) {
    frame[1] = maskBit | length;
    return;
  }
  frame[1] = maskBit | 126;
  frame.writeUInt16BE(length, 2);
}

/** The client's half of a handshake. Resolves when the server has switched; what it sent behind that is passed on. */
export function upgrade(
  socket: Socket,
  request: { host: string; path: string; headers: Record<string, string> },
): Promise<Buffer> {
  const headers = {
    Host: request.host,
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
    ...request.headers,
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  socket.write(`GET ${request.path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
  return new Promise((resolve, reject) => {
    let received = Buffer.alloc(0);
    const refuse = () => reject(new Error('the upgrade was refused'));
    const read = (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      const end = received.indexOf('\r\n\r\n');
      if (end < 0) return;
      socket.off('data', read);
      socket.off('close', refuse);
      if (received.toString('latin1', 9, 12) === '101') resolve(received.subarray(end + 4));
      else refuse();
    };
    socket.on('data', read);
    socket.once('close', refuse);
  });
}

/** The server's half. */
export function acceptUpgrade(socket: Socket, key: string): void {
  const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`);
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept.digest('base64')}\r\n\r\n`,
  );
}
