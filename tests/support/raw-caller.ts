/**
 * A telephone company made of nothing but HTTP and a websocket, for what the sandbox's carrier never does: forged, replayed,
 * torn and late messages. It knows the product from the outside only.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { WebSocket } from 'ws';

export interface Line {
  /** The server's public address, without a slash at the end. */
  url: string;
  accountSid: string;
  authToken: string;
}

/** `X-Twilio-Signature`: HMAC-SHA1 over the address and the sorted fields. */
export function twilioSignature(
  authToken: string,
  url: string,
  params: Record<string, string> = {},
): string {
  const fields = Object.keys(params).sort();
  const text = url + fields.map((name) => name + params[name]).join('');
  return createHmac('sha1', authToken).update(text).digest('base64');
}

export function createSid(prefix: 'CA' | 'MZ'): string {
  return prefix + randomBytes(16).toString('hex');
}

/** The fields of a voice webhook. */
export function webhookFields(
  line: Line,
  more: Record<string, string> = {},
): Record<string, string> {
  return {
    AccountSid: line.accountSid,
    ApiVersion: '2010-04-01',
    CallSid: createSid('CA'),
    CallStatus: 'ringing',
    Direction: 'inbound',
    From: '+5588999990001',
    To: '+558835430000',
    ...more,
  };
}

export interface Answer {
  status: number;
  type: string;
  text: string;
  tookMs: number;
}

export interface AskOptions {
  method?: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

/** One request on a connection of its own, with any header, `Host` included. */
export function ask(url: string, options: AskOptions = {}): Promise<Answer> {
  const { method = 'GET', headers = {}, body } = options;
  const begunMs = performance.now();
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { method, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        text += part;
      });
      response.on('error', reject);
      response.on('end', () => {
        const type = response.headers['content-type'] ?? '';
        const tookMs = performance.now() - begunMs;
        resolve({ status: response.statusCode ?? 0, type, text, tookMs });
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** Posts a form, signed unless `signature` says otherwise (`null`: no signature at all). */
export function post(
  line: Line,
  path: string,
  fields: Record<string, string>,
  options: { signature?: string | null; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const url = line.url + path;
  const { signature = twilioSignature(line.authToken, url, fields) } = options;
  return ask(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded; charset=UTF-8',
      ...(signature === null ? {} : { 'x-twilio-signature': signature }),
      ...options.headers,
    },
    body: new URLSearchParams(fields).toString(),
  });
}

/** The one-time token in an answer to `/incoming-call`; empty when it offers no stream. */
export function tokenIn(twiml: string): string {
  return /<Parameter name="token" value="([^"]*)"/.exec(twiml)?.[1] ?? '';
}

export class UpgradeRefused extends Error {
  readonly status: number;
  readonly body: string;
  constructor(status: number, body: string) {
    super(`the upgrade was refused with ${status}`);
    this.status = status;
    this.body = body;
  }
}

/** Opens `/media-stream`, signed unless `signature` says otherwise. Rejects with `UpgradeRefused`. */
export function openStream(
  line: Line,
  options: { signature?: string | null; path?: string; headers?: Record<string, string> } = {},
): Promise<RawStream> {
  const url = line.url.replace(/^http/, 'ws') + (options.path ?? '/media-stream');
  const { signature = twilioSignature(line.authToken, url) } = options;
  const socket = new WebSocket(url, {
    headers: {
      ...(signature === null ? {} : { 'x-twilio-signature': signature }),
      ...options.headers,
    },
    perMessageDeflate: false,
  });
  const stream = new RawStream(socket, line);
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve(stream));
    socket.once('unexpected-response', (_request, response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        body += part;
      });
      response.on('close', () => reject(new UpgradeRefused(response.statusCode ?? 0, body)));
    });
    socket.on('error', reject);
  });
}

/** One media socket, message by message. Audio is μ-law; times are milliseconds since the stream began. */
export class RawStream {
  readonly socket: WebSocket;
  readonly streamSid = createSid('MZ');
  /** What the server sent, audio decoded. */
  readonly received: { event: string; name?: string; audio?: Buffer }[] = [];
  /** `afterMs`: since the socket was opened. */
  readonly closed: Promise<{ code: number; reason: string; afterMs: number }>;
  readonly #line: Line;
  #sequence = 0;
  #marksReturned = 0;
  #openedAtMs = performance.now();

  constructor(socket: WebSocket, line: Line) {
    this.socket = socket;
    this.#line = line;
    socket.on('open', () => {
      this.#openedAtMs = performance.now();
    });
    socket.on('message', (data) => this.#receive(String(data)));
    socket.on('error', () => {});
    this.closed = new Promise((resolve) => {
      socket.on('close', (code, reason) => {
        const afterMs = performance.now() - this.#openedAtMs;
        resolve({ code, reason: reason.toString(), afterMs });
      });
    });
  }

  get isOpen(): boolean {
    return this.socket.readyState === WebSocket.OPEN;
  }

  /** All agent audio that was sent to this stream. */
  audio(): Buffer {
    return Buffer.concat(this.received.flatMap(({ audio }) => audio ?? []));
  }

  raw(data: string | Buffer): void {
    if (this.isOpen) this.socket.send(data);
  }

  send(message: { event: string; [part: string]: unknown }): void {
    this.#sequence += 1;
    const { event, ...rest } = message;
    const sequenceNumber = String(this.#sequence);
    this.raw(JSON.stringify({ event, sequenceNumber, streamSid: this.streamSid, ...rest }));
  }

  connected(): void {
    this.raw('{"event":"connected","protocol":"Call","version":"1.0.0"}');
  }

  start(callSid: string, token: string, more: Record<string, unknown> = {}): void {
    this.send({
      event: 'start',
      start: {
        accountSid: this.#line.accountSid,
        streamSid: this.streamSid,
        callSid,
        tracks: ['inbound'],
        mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
        customParameters: { token },
        ...more,
      },
    });
  }

  media(ulaw: Buffer, timestampMs: number): void {
    const media = {
      track: 'inbound',
      chunk: String(Math.floor(timestampMs / 20) + 1),
      timestamp: String(timestampMs),
      payload: ulaw.toString('base64'),
    };
    this.send({ event: 'media', media });
  }

  /** Speaks at the pace of a telephone from `fromMs` on; resolves when the last frame was sent. */
  async speak(ulaw: Buffer, fromMs = 0): Promise<void> {
    const begunMs = performance.now();
    for (let at = 0; at < ulaw.length && this.isOpen; at += 160) {
      const atMs = at / 8;
      const waitMs = begunMs + atMs + 20 - performance.now();
      if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
      this.media(ulaw.subarray(at, at + 160), fromMs + atMs);
    }
  }

  /** All that was sent until now was played. */
  returnMarks(): void {
    const names = this.received.flatMap(({ event, name }) => (event === 'mark' ? name : []));
    for (const name of names.slice(this.#marksReturned))
      this.send({ event: 'mark', mark: { name } });
    this.#marksReturned = names.length;
  }

  stop(callSid: string): void {
    this.send({ event: 'stop', stop: { accountSid: this.#line.accountSid, callSid } });
    this.socket.close(1000);
  }

  #receive(text: string): void {
    const message = JSON.parse(text) as {
      event: string;
      media?: { payload: string };
      mark?: { name: string };
    };
    const { event, media, mark } = message;
    this.received.push({
      event,
      ...(media ? { audio: Buffer.from(media.payload, 'base64') } : {}),
      ...(mark ? { name: mark.name } : {}),
    });
  }
}

/** Announces a call and opens its stream, as Twilio does. */
export async function ring(
  line: Line,
  more: Record<string, string> = {},
): Promise<{ callSid: string; token: string; stream: RawStream }> {
  const fields = webhookFields(line, more);
  const callSid = fields.CallSid ?? '';
  const token = tokenIn((await post(line, '/incoming-call', fields)).text);
  const stream = await openStream(line);
  stream.connected();
  stream.start(callSid, token);
  return { callSid, token, stream };
}
