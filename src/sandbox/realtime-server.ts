import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { Phrasebook } from './phrasebook.ts';
import { createRealtimeConversation } from './realtime-conversation.ts';
import { naturalPace, type Pace } from './realtime-response.ts';
import type { Synthesiser } from './synthesiser.ts';
import { loadVoiceDetector, type VoiceDetector } from './voice-activity.ts';

/** A loopback stand-in for the Realtime API, so that everything runs with no account. */
export interface SandboxRealtime {
  /** `ws://127.0.0.1:<port>/v1/realtime`; any bearer key is accepted. */
  readonly url: string;
  /** Open sessions. */
  readonly connections: number;
  close(): Promise<void>;
}

export interface SandboxRealtimeOptions {
  synthesiser: Synthesiser;
  phrasebook: Phrasebook;
  clock: Clock;
  log: Log;
  /** Faster than natural in tests. */
  pace?: Partial<Pace>;
  /** 0, the default, takes a free one. */
  port?: number;
}

/** The API's own limit of one `append` is 15 MiB. */
const longestMessageBytes = 16 * 1024 * 1024;
/** A client that reads this little of what it is sent is gone; 8 MiB is twelve minutes of speech. */
const mostUnreadBytes = 8 * 1024 * 1024;
const mostConnections = 1_000;
const longestPhraseBody = 1024 * 1024;
/** A phrase that is posted slower than this is not posted at all. */
const requestTimeoutMs = 5_000;
/** Private close code that the API uses after an error that ends a session before it began. */
const refusedCode = 4000;

const path = '/v1/realtime';
const phrasesPath = '/sandbox/phrases';

export async function startSandboxRealtime(
  options: SandboxRealtimeOptions,
): Promise<SandboxRealtime> {
  const { log, phrasebook } = options;
  const openDetector = await loadVoiceDetector();
  if (!openDetector) log.warn('the sandbox hears by loudness alone: its voice detector is missing');
  const http = createServer((request, response) => serve(request, response, phrasebook));
  http.requestTimeout = requestTimeoutMs;
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: longestMessageBytes,
    perMessageDeflate: false,
  });
  http.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    const refusal = refusalOf(request, sockets.clients.size);
    if (refusal) return refuseUpgrade(socket, refusal);
    sockets.handleUpgrade(request, socket, head, (ws) => {
      const blocked = blockedBy(request);
      if (blocked) endWithError(ws, blocked);
      else converse(ws, modelOf(request), options, openDetector?.());
    });
  });
  await new Promise<void>((resolve, reject) => {
    http.once('error', reject);
    http.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const { port } = http.address() as AddressInfo;
  return {
    url: `ws://127.0.0.1:${port}${path}`,
    get connections() {
      return sockets.clients.size;
    },
    async close() {
      for (const client of sockets.clients) client.terminate();
      http.closeAllConnections();
      await new Promise<void>((resolve) => http.close(() => resolve()));
    },
  };
}

function converse(
  socket: WebSocket,
  model: string,
  options: SandboxRealtimeOptions,
  detector: VoiceDetector | undefined,
): void {
  const conversation = createRealtimeConversation({
    model,
    send(event) {
      if (socket.readyState !== socket.OPEN) return;
      if (socket.bufferedAmount > mostUnreadBytes) socket.terminate();
      else socket.send(JSON.stringify(event));
    },
    close: (code, reason) => socket.close(code, reason),
    speak: (text) => options.synthesiser.speak(text, 'agent'),
    phrasebook: options.phrasebook,
    ...(detector ? { detector } : {}),
    clock: options.clock,
    pace: { ...naturalPace, ...options.pace },
  });
  socket.on('message', (data, isBinary) => {
    // A binary frame is no event; as text it fails as one.
    conversation.receive(isBinary ? '' : data.toString());
  });
  socket.on('error', () => options.log.debug('a sandbox session was broken off'));
  socket.once('close', () => conversation.end());
}

interface HttpRefusal {
  status: string;
  code: string;
  message: string;
}

function refusalOf(request: IncomingMessage, open: number): HttpRefusal | undefined {
  const { pathname } = addressOf(request);
  if (pathname !== path)
    return { status: '404 Not Found', code: 'not_found', message: 'No such address.' };
  const key = request.headers.authorization?.startsWith('Bearer ') || request.headers['api-key'];
  if (!key)
    return {
      status: '401 Unauthorized',
      code: 'invalid_api_key',
      message: 'Missing bearer authentication in header.',
    };
  if (open < mostConnections) return undefined;
  return {
    status: '429 Too Many Requests',
    code: 'rate_limit_exceeded',
    message: 'Too many sessions.',
  };
}

/** The API accepts the upgrade of these, says what is wrong, and closes. */
function blockedBy(request: IncomingMessage): { code: string; message: string } | undefined {
  if (request.headers['openai-beta'] !== undefined)
    return {
      code: 'beta_api_shape_disabled',
      message:
        'The Realtime Beta API is no longer supported. Please use /v1/realtime for the GA API.',
    };
  if (modelOf(request) === '')
    return { code: 'missing_model', message: 'You must provide a model parameter.' };
  return undefined;
}

const addressOf = (request: IncomingMessage) => new URL(request.url ?? '/', 'http://127.0.0.1');
const modelOf = (request: IncomingMessage) => addressOf(request).searchParams.get('model') ?? '';

function refuseUpgrade(socket: Duplex, refusal: HttpRefusal): void {
  const body = JSON.stringify({
    error: { type: 'invalid_request_error', code: refusal.code, message: refusal.message },
  });
  socket.end(
    `HTTP/1.1 ${refusal.status}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}

function endWithError(socket: WebSocket, error: { code: string; message: string }): void {
  socket.on('error', () => socket.terminate());
  const detail = { type: 'invalid_request_error', ...error, param: null, event_id: null };
  socket.send(JSON.stringify({ type: 'error', event_id: 'event_refused', error: detail }));
  socket.close(refusedCode, `invalid_request_error.${error.code}`);
}

// ── the side channel to the ears ────────────────────────────────────────────────────────────────────────────────────

const phraseSchema = z.strictObject({
  text: z.string().min(1).max(2_000),
  audioBase64: z.base64().min(1),
});

function serve(request: IncomingMessage, response: ServerResponse, phrasebook: Phrasebook): void {
  const { pathname } = addressOf(request);
  if (pathname !== phrasesPath) return answer(response, 404);
  if (request.method !== 'POST') return answer(response, 405);
  // A web page cannot send this type to another origin without asking first, and nobody here says yes.
  if (!request.headers['content-type']?.startsWith('application/json'))
    return answer(response, 415);
  readBody(request, (body) => {
    if (body === undefined) return answer(response, 413);
    const phrase = phraseSchema.safeParse(parseJson(body));
    if (!phrase.success) return answer(response, 400);
    phrasebook.learn(phrase.data.text, Buffer.from(phrase.data.audioBase64, 'base64'));
    answer(response, 204);
  });
}

function answer(response: ServerResponse, status: number): void {
  // What is left of a refused body is not read.
  response.writeHead(status, status < 400 ? {} : { connection: 'close' }).end();
}

/** @param done gets nothing when the body is too long; it is not called when the client goes away. */
function readBody(request: IncomingMessage, done: (body: string | undefined) => void): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  request.on('error', () => undefined);
  request.on('data', (chunk: Buffer) => {
    if (bytes > longestPhraseBody) return;
    bytes += chunk.length;
    if (bytes > longestPhraseBody) done(undefined);
    else chunks.push(chunk);
  });
  request.once('end', () => {
    if (bytes <= longestPhraseBody) done(Buffer.concat(chunks).toString());
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
