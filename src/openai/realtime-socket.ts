import type { IncomingMessage } from 'node:http';
import { type ClientOptions, type RawData, WebSocket } from 'ws';
import { errorSummary } from '../platform/errors.ts';
import type { Log } from '../platform/log.ts';
import { endingByClose, endingByRefusal, type SessionEnding } from './model-errors.ts';

/** The life of one socket to the model: it opens in time, stays alive, and ends exactly once. */
export interface SocketListener {
  onOpen(): void;
  /** A text message. */
  onText(data: Buffer): void;
  /** A message that cannot be JSON. */
  onBinary(): void;
  /** Once, last. */
  onEnd(ending: SessionEnding): void;
}

export interface SocketOptions {
  url: string;
  apiKey: string;
  model: string;
  safetyIdentifier?: string;
  connectMs: number;
  pingMs: number;
  pongMs: number;
  log: Log;
}

/** A close handshake, the server's or ours, that takes longer is cut: meanwhile the caller hears nothing. */
const closeMs = 1_000;
/** Largest message believed, bytes. */
const largestMessage = 16 << 20;
/** Bytes that the server has not taken: 80 s of a caller's audio as sent. A live server is never that far behind. */
const largestBacklog = 1 << 20;
/** Bytes of a refusal that are read to tell an empty account from a busy server, and how long that may take. */
const largestRefusal = 8_192;
const refusalMs = 500;

/** @throws when address or key cannot be written into a request at all. */
export function openRealtimeSocket(
  listener: SocketListener,
  options: SocketOptions,
): RealtimeSocket {
  const address = new URL(options.url);
  address.searchParams.set('model', options.model);
  const safety = options.safetyIdentifier;
  // `closeTimeout` is newer than the package's types.
  const settings: ClientOptions & { closeTimeout: number } = {
    headers: {
      Authorization: `Bearer ${options.apiKey}`,
      ...(safety ? { 'OpenAI-Safety-Identifier': safety } : {}),
    },
    perMessageDeflate: false,
    maxPayload: largestMessage,
    // A wrong byte in a transcript becomes a replacement character; it is no reason to lose the session.
    skipUTF8Validation: true,
    // No `handshakeTimeout`: it starts again with every byte. Our own deadline covers the whole handshake.
    closeTimeout: closeMs,
  };
  const socket = new WebSocket(address, settings);
  return new RealtimeSocket(socket, listener, options);
}

export class RealtimeSocket {
  readonly #socket: WebSocket;
  readonly #listener: SocketListener;
  readonly #options: SocketOptions;
  #state: 'connecting' | 'open' | 'closing' | 'ended' = 'connecting';
  #deadline: NodeJS.Timeout | undefined;
  #pinger: NodeJS.Timeout | undefined;
  #pongDeadline: NodeJS.Timeout | undefined;
  #heardSincePing = true;

  constructor(socket: WebSocket, listener: SocketListener, options: SocketOptions) {
    this.#socket = socket;
    this.#listener = listener;
    this.#options = options;
    this.expect(options.connectMs, 'connect-timeout');
    socket.on('open', () => this.#open());
    socket.on('message', (data, isBinary) => this.#receive(data, isBinary));
    socket.on('pong', () => {
      this.#heardSincePing = true;
    });
    socket.on('unexpected-response', (_request, response) => this.#readRefusal(response));
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', (code, reason) => {
      const ours = this.#state === 'closing';
      this.end(ours ? { fatal: false, code: 'closed-by-us' } : endingByClose(code, `${reason}`));
    });
  }

  /** Ends the socket with `code` unless `meet` is called in time. One expectation at a time. */
  expect(ms: number, code: string): void {
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(() => this.end({ fatal: false, code }), ms).unref();
  }

  meet(): void {
    clearTimeout(this.#deadline);
  }

  /** For an open socket; otherwise nothing happens. */
  send(message: string): void {
    if (this.#state !== 'open') return;
    if (this.#socket.bufferedAmount > largestBacklog) {
      // Whoever sends is in the middle of something else; the end comes right after it.
      queueMicrotask(() => this.end({ fatal: false, code: 'backlog' }));
      return;
    }
    // Bytes, not a string: `ws` then masks and sends header and message in one piece.
    this.#socket.send(Buffer.from(message), { binary: false });
  }

  /** Ends as `closed-by-us` when the socket is free. Nothing else is told from now on. */
  close(): void {
    if (this.#state === 'closing' || this.#state === 'ended') return;
    this.#state = 'closing';
    this.#stopTimers();
    this.#socket.close(1000);
  }

  /** Ends at once, for a reason that the messages gave; the socket is freed behind it. */
  end(ending: SessionEnding): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.#stopTimers();
    this.#socket.close(1000);
    this.#listener.onEnd(ending);
  }

  #open(): void {
    if (this.#state !== 'connecting') return;
    this.#state = 'open';
    this.meet();
    this.#pinger = setInterval(() => this.#ping(), this.#options.pingMs).unref();
    this.#listener.onOpen();
  }

  #receive(data: RawData, isBinary: boolean): void {
    if (this.#state !== 'open') return;
    this.#heardSincePing = true;
    if (isBinary || !Buffer.isBuffer(data)) this.#listener.onBinary();
    else this.#listener.onText(data);
  }

  /** Any sign of life counts: a server that talks is not dead, even one that does not answer pings. */
  #ping(): void {
    // Still waiting for an answer: another ping must not give it more time.
    if (!this.#heardSincePing) return;
    this.#heardSincePing = false;
    this.#socket.ping();
    clearTimeout(this.#pongDeadline);
    this.#pongDeadline = setTimeout(() => {
      if (!this.#heardSincePing) this.end({ fatal: false, code: 'no-pong' });
    }, this.#options.pongMs).unref();
  }

  #readRefusal(response: IncomingMessage): void {
    let body = '';
    const decide = () => this.end(endingByRefusal(response.statusCode ?? 0, body));
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(decide, refusalMs).unref();
    response.setEncoding('utf8');
    response.on('data', (part: string) => {
      body += part;
      if (body.length > largestRefusal) decide();
    });
    for (const over of ['end', 'error', 'close']) response.on(over, decide);
  }

  #fail(error: Error): void {
    // A socket that is closed before it was open reports an error; its 'close' follows.
    if (this.#state === 'closing' || this.#state === 'ended') return;
    this.#options.log.warn({ code: errorSummary(error).code }, 'The socket to the model failed');
    this.end({ fatal: false, code: this.#state === 'connecting' ? 'connect-failed' : 'lost' });
  }

  #stopTimers(): void {
    clearTimeout(this.#deadline);
    clearTimeout(this.#pongDeadline);
    clearInterval(this.#pinger);
  }
}
