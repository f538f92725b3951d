import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { ModelConversation } from './model-conversation.ts';
import type { ReplyHandler, Speech } from './scripted-reply.ts';

export type { ClientEvent, Recorded } from './client-event-log.ts';
export type { ModelConversation } from './model-conversation.ts';
export type {
  ReplyEnd,
  ReplyHandler,
  ReplyRequestSeen,
  ScriptedReply,
  Speech,
  ToolCall,
} from './scripted-reply.ts';

/** May be changed while the model runs (`model.set`), e.g. to refuse the second connection only. */
export interface ScriptedModelOptions {
  /** Wait before the upgrade is answered. */
  connectDelayMs?: number;
  /** Answer the upgrade with this status instead of 101. */
  upgradeStatus?: number | undefined;
  upgradeBody?: string;
  /** Accept the connection and never answer. */
  blackHole?: boolean;
  /** Open, but never answer `session.update`. */
  neverConfigure?: boolean;
  /** Answer `session.update` with 24 kHz PCM, both ways (`true`) or one. */
  wrongEcho?: boolean | 'input' | 'output';
  /** Answer `session.update` with an error of this code. */
  refuseSettings?: string | undefined;
  /** Wait between `response.created` and its first item. */
  speakDelayMs?: number;
  /** What is said when no handler decides. */
  defaultReply?: Speech;
  /** Do not answer pings (read when a connection opens). */
  ignorePings?: boolean;
}

/** A strict Realtime GA server on loopback for one test: it answers as scripted, and writes down what is wrong. */
export interface ScriptedModel {
  /** For `OPENAI_REALTIME_URL`. */
  readonly url: string;
  readonly connections: ModelConversation[];
  /** Upgrade requests, refused ones included. `atMs` is `performance.now()`. */
  readonly upgrades: { atMs: number; url: string; headers: IncomingMessage['headers'] }[];
  /** What the client did against the protocol, over all connections; a test asserts that it is empty. */
  readonly violations: string[];
  /** The next connection that no earlier call returned. */
  nextConnection(timeoutMs?: number): Promise<ModelConversation>;
  /** For connections without a handler of their own. */
  onReplyRequest(handler: ReplyHandler | undefined): void;
  set(options: ScriptedModelOptions): void;
  /** Resolves when every socket and timer is freed. */
  close(): Promise<void>;
}

const path = '/v1/realtime';

export async function startScriptedModel(
  options: ScriptedModelOptions = {},
): Promise<ScriptedModel> {
  const model = new RunningModel({ ...options });
  await model.listen();
  return model;
}

class RunningModel implements ScriptedModel {
  readonly connections: ModelConversation[] = [];
  readonly upgrades: ScriptedModel['upgrades'] = [];
  readonly #options: ScriptedModelOptions;
  readonly #refusals: string[] = [];
  readonly #server: Server = createServer((_request, response) => response.writeHead(404).end());
  readonly #sockets = new Set<Duplex>();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #waiting: ((connection: ModelConversation) => void)[] = [];
  #returned = 0;
  #handler: ReplyHandler | undefined;

  constructor(options: ScriptedModelOptions) {
    this.#options = options;
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
    this.#server.on('upgrade', (request, socket, head) => {
      socket.on('error', () => {});
      this.upgrades.push({
        atMs: performance.now(),
        url: request.url ?? '',
        headers: request.headers,
      });
      const { blackHole, connectDelayMs } = this.#options;
      if (blackHole) return;
      if (!connectDelayMs) return this.#upgrade(request, socket, head);
      const timer = setTimeout(() => this.#upgrade(request, socket, head), connectDelayMs);
      this.#timers.add(timer);
    });
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}${path}`;
  }

  get violations(): string[] {
    return [
      ...this.#refusals,
      ...this.connections.flatMap((c) => c.violations.map((v) => `#${c.number} ${v}`)),
    ];
  }

  set(options: ScriptedModelOptions): void {
    Object.assign(this.#options, options);
  }

  onReplyRequest(handler: ReplyHandler | undefined): void {
    this.#handler = handler;
  }

  nextConnection(timeoutMs = 2_000): Promise<ModelConversation> {
    const ready = this.connections[this.#returned];
    this.#returned += 1;
    if (ready) return Promise.resolve(ready);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error(`no further model connection within ${timeoutMs} ms`));
      }, timeoutMs);
      this.#timers.add(timer);
      this.#waiting.push((connection) => {
        clearTimeout(timer);
        resolve(connection);
      });
    });
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    for (const connection of this.connections) connection.terminate();
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(this.connections.map((connection) => connection.closed));
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const problem = admissionProblem(request);
    if (problem) this.#refusals.push(problem);
    const status = problem ? 400 : this.#options.upgradeStatus;
    if (status) return refuse(socket, status, this.#options.upgradeBody ?? '');
    const server = new WebSocketServer({
      noServer: true,
      perMessageDeflate: false,
      autoPong: !this.#options.ignorePings,
    });
    server.handleUpgrade(request, socket, head, (opened) => {
      const connection = new ModelConversation(opened, {
        number: this.connections.length + 1,
        model: new URL(request.url ?? '', 'ws://model').searchParams.get('model') ?? '',
        options: this.#options,
        handler: () => this.#handler,
      });
      this.connections.push(connection);
      this.#waiting.shift()?.(connection);
    });
  }
}

function admissionProblem(request: IncomingMessage): string | undefined {
  const url = new URL(request.url ?? '', 'ws://model');
  if (url.pathname !== path) return `upgrade for another path: ${url.pathname}`;
  if (!url.searchParams.get('model')) return 'upgrade without ?model=';
  if (url.searchParams.has('temperature')) return 'upgrade with ?temperature=, a beta leftover';
  if (request.headers['openai-beta'] !== undefined) return 'upgrade with the OpenAI-Beta header';
  if (!/^Bearer \S+$/.test(request.headers.authorization ?? '')) {
    return 'upgrade without Authorization: Bearer';
  }
  return undefined;
}

function refuse(socket: Duplex, status: number, body: string): void {
  socket.end(
    `HTTP/1.1 ${status} Refused\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
