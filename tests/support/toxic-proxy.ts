import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** What is wrong with one direction of a line. Everything may be changed while the proxy runs. */
export interface Toxics {
  /** Each piece is this late, ms. */
  latencyMs?: number;
  /** Up to this much more, by chance. Order is kept. */
  jitterMs?: number;
  /** Pieces have at most this many bytes. */
  sliceBytes?: number;
  /** Nothing passes and nothing is closed. */
  isStalled?: boolean;
  /** Bytes a second. */
  bytesPerSecond?: number;
}

export type Direction = 'up' | 'down';

/** A TCP line with faults: `up` is from the client to the server, `down` the other way. */
export interface ToxicProxy {
  readonly port: number;
  /** The same address at this proxy. */
  through(url: string): string;
  /** Connections that are open on either side. */
  readonly connections: number;
  /** Connections that were ever made. */
  readonly accepted: number;
  set(direction: Direction, toxics: Toxics): void;
  /** Every connection is cut with RST, on both sides. */
  reset(): void;
  /** New connections are cut with RST as soon as they are made; `false` ends that. */
  resetNew(isOn: boolean): void;
  /** The server's end of every connection is closed (FIN) this much later than it says, ms. */
  closeSlowly(ms: number): void;
  close(): Promise<void>;
}

/** @param target address of a TCP server, like `ws://127.0.0.1:4000/v1` */
export async function startToxicProxy(target: string): Promise<ToxicProxy> {
  const { hostname, port } = new URL(target);
  const lines = new Set<Line>();
  const toxics: Record<Direction, Toxics> = { up: {}, down: {} };
  let accepted = 0;
  let isResetting = false;
  let slowCloseMs = 0;

  const server = createServer({ allowHalfOpen: true }, (client) => {
    accepted += 1;
    client.on('error', () => {});
    if (isResetting) return void client.resetAndDestroy();
    const upstream = connect({ port: Number(port), host: hostname, allowHalfOpen: true });
    const line = new Line(client, upstream, toxics, () => slowCloseMs);
    lines.add(line);
    void line.closed.then(() => lines.delete(line));
  });
  // A target that is yet to listen may be given away as a free port: then another one.
  do {
    if (server.listening) await new Promise((resolve) => server.close(resolve));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  } while ((server.address() as AddressInfo).port === Number(port));
  const own = (server.address() as AddressInfo).port;

  return {
    port: own,
    through(url) {
      const changed = new URL(url);
      changed.hostname = '127.0.0.1';
      changed.port = String(own);
      return changed.href;
    },
    get connections() {
      return lines.size;
    },
    get accepted() {
      return accepted;
    },
    set(direction, wanted) {
      toxics[direction] = wanted;
      for (const line of lines) line.goOn();
    },
    reset() {
      for (const line of lines) line.reset();
    },
    resetNew(isOn) {
      isResetting = isOn;
    },
    closeSlowly(ms) {
      slowCloseMs = ms;
    },
    async close() {
      for (const line of lines) line.reset();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Bytes that wait in one direction before the sender is held back. */
const mostWaiting = 256 * 1_024;

class Line {
  readonly closed: Promise<void>;
  readonly #client: Socket;
  readonly #upstream: Socket;
  readonly #pumps: Pump[];

  constructor(
    client: Socket,
    upstream: Socket,
    toxics: Readonly<Record<Direction, Toxics>>,
    slowCloseMs: () => number,
  ) {
    this.#client = client;
    this.#upstream = upstream;
    this.#pumps = [
      new Pump(
        client,
        upstream,
        () => toxics.up,
        () => 0,
      ),
      new Pump(upstream, client, () => toxics.down, slowCloseMs),
    ];
    for (const socket of [client, upstream]) socket.on('error', () => this.reset());
    const gone = (socket: Socket) =>
      new Promise<void>((done) => socket.once('close', () => done()));
    this.closed = Promise.all([gone(client), gone(upstream)]).then(() => {
      for (const pump of this.#pumps) pump.stop();
    });
  }

  goOn(): void {
    for (const pump of this.#pumps) pump.goOn();
  }

  reset(): void {
    for (const socket of [this.#client, this.#upstream]) {
      // One that is being shut down cannot be reset any more, and the attempt would leave it open.
      if (socket.connecting || socket.writableEnded) socket.destroy();
      else socket.resetAndDestroy();
    }
  }
}

/** One direction: takes bytes from one socket and gives them to the other as the toxics say. */
class Pump {
  readonly #to: Socket;
  readonly #from: Socket;
  readonly #toxics: () => Toxics;
  readonly #slowCloseMs: () => number;
  #waiting: { bytes: Buffer; dueMs: number }[] = [];
  #waitingBytes = 0;
  #freeAtMs = 0;
  #timer: NodeJS.Timeout | undefined;
  #hasEnded = false;

  constructor(from: Socket, to: Socket, toxics: () => Toxics, slowCloseMs: () => number) {
    this.#from = from;
    this.#to = to;
    this.#toxics = toxics;
    this.#slowCloseMs = slowCloseMs;
    from.on('data', (bytes: Buffer) => this.#take(bytes));
    from.on('end', () => {
      this.#hasEnded = true;
      this.goOn();
    });
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#waiting = [];
  }

  goOn(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#toxics().isStalled) return;
    const nowMs = performance.now();
    for (let next = this.#waiting[0]; next && next.dueMs <= nowMs; next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#waitingBytes -= next.bytes.length;
      if (this.#to.writable) this.#to.write(next.bytes);
    }
    if (this.#waitingBytes < mostWaiting) this.#from.resume();
    const [next] = this.#waiting;
    if (next) this.#timer = setTimeout(() => this.goOn(), next.dueMs - nowMs);
    else if (this.#hasEnded) this.#end();
  }

  #take(bytes: Buffer): void {
    const {
      latencyMs = 0,
      jitterMs = 0,
      sliceBytes = bytes.length,
      bytesPerSecond,
    } = this.#toxics();
    for (let at = 0; at < bytes.length; at += sliceBytes) {
      const part = bytes.subarray(at, at + sliceBytes);
      const arrivesMs = performance.now() + latencyMs + Math.random() * jitterMs;
      const takesMs = bytesPerSecond === undefined ? 0 : (part.length / bytesPerSecond) * 1_000;
      // Never before what was sent earlier.
      this.#freeAtMs = Math.max(arrivesMs, this.#freeAtMs) + takesMs;
      this.#waiting.push({ bytes: part, dueMs: this.#freeAtMs });
      this.#waitingBytes += part.length;
    }
    if (this.#waitingBytes >= mostWaiting) this.#from.pause();
    this.goOn();
  }

  #end(): void {
    const waitMs = this.#slowCloseMs();
    if (waitMs === 0) return void this.#to.end();
    this.#timer = setTimeout(() => this.#to.end(), waitMs);
  }
}
