/** Twilio Media Streams messages (twilio.com/docs/voice/media-streams/websocket-messages): wire text in, checked values out. */

export interface MediaStreamStart {
  streamSid: string;
  callSid: string;
  accountSid: string;
  /** The `<Parameter>`s of the TwiML. */
  parameters: Record<string, string>;
}

/** Why a message was not understood; label of `frame_invalid_total`. */
export type InvalidKind =
  | 'size'
  | 'json'
  | 'event'
  | 'start'
  | 'track'
  | 'timestamp'
  | 'payload'
  | 'key'
  | 'mark'
  | 'stream-sid';

export type MediaMessage =
  | { event: 'connected' }
  | { event: 'start'; start: MediaStreamStart }
  /** `payload`: base64 μ-law, checked. `timestampMs`: milliseconds since the stream started. */
  | { event: 'media'; streamSid: string; timestampMs: number; payload: string }
  | { event: 'dtmf'; streamSid: string; digit: string }
  | { event: 'mark'; streamSid: string; name: string }
  | { event: 'stop'; streamSid: string }
  | { event: 'invalid'; kind: InvalidKind };

/** Largest message that is parsed at all: far above any real one (about 350 bytes), small enough never to stall the loop. */
const mostMessageBytes = 16 * 1_024;

/** Base64 characters of 1,000 bytes: 125 ms of audio, six times Twilio's usual frame. */
const mostPayloadLength = 1_336;

/** Twilio ends a call after 24 h. */
const mostTimestampMs = 24 * 3_600_000;

const mostMarkNameLength = 256;
const mostParameters = 64;
const mostParameterLength = 500;

/** Real ones are two letters and 32 hexadecimal digits. Letters and digits only: they become parts of file names. */
const sid = /^[A-Za-z0-9]{1,64}$/;

const invalid = (kind: InvalidKind): MediaMessage => ({ event: 'invalid', kind });

/** Never throws. Values are those of the wire; whether `streamSid` is the right one is the stream's business. */
export function parseMediaMessage(data: Buffer): MediaMessage {
  if (data.length > mostMessageBytes) return invalid('size');
  return readUsualMedia(data) ?? parseJsonMessage(data.toString('utf8'));
}

/** Any message, in any order of keys and with any white space. */
export function parseJsonMessage(text: string): MediaMessage {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    return invalid('json');
  }
  if (!isRecord(message)) return invalid('json');
  switch (message.event) {
    case 'media':
      return toMedia(message);
    case 'connected':
      return { event: 'connected' };
    case 'start':
      return toStart(message);
    case 'dtmf':
    case 'mark':
    case 'stop':
      return toSignal(message.event, message);
    default:
      return invalid('event');
  }
}

function toMedia(message: Record<string, unknown>): MediaMessage {
  const { media, streamSid } = message;
  if (!isSid(streamSid)) return invalid('stream-sid');
  if (!isRecord(media) || media.track !== 'inbound') return invalid('track');
  const timestampMs = toTimestamp(media.timestamp);
  if (timestampMs === undefined) return invalid('timestamp');
  if (!isAudio(media.payload)) return invalid('payload');
  return { event: 'media', streamSid, timestampMs, payload: media.payload };
}

function toStart(message: Record<string, unknown>): MediaMessage {
  const { start } = message;
  if (!isRecord(start) || !isMulaw(start.mediaFormat)) return invalid('start');
  const { callSid, accountSid, streamSid } = start;
  if (!isSid(callSid) || !isSid(accountSid) || !isSid(streamSid)) return invalid('start');
  if (message.streamSid !== undefined && message.streamSid !== streamSid) return invalid('start');
  const parameters = toParameters(start.customParameters ?? {});
  if (parameters === undefined) return invalid('start');
  return { event: 'start', start: { streamSid, callSid, accountSid, parameters } };
}

function toSignal(event: 'dtmf' | 'mark' | 'stop', message: Record<string, unknown>): MediaMessage {
  const { streamSid, dtmf, mark } = message;
  if (!isSid(streamSid)) return invalid('stream-sid');
  if (event === 'stop') return { event, streamSid };
  if (event === 'dtmf') {
    const digit = isRecord(dtmf) ? dtmf.digit : undefined;
    if (typeof digit !== 'string' || !/^[0-9*#]$/.test(digit)) return invalid('key');
    return { event, streamSid, digit };
  }
  const name = isRecord(mark) ? mark.name : undefined;
  if (typeof name !== 'string' || name.length > mostMarkNameLength) return invalid('mark');
  return { event, streamSid, name };
}

/** `sampleRate` and `channels` are the only numbers on this wire that are not written as text. */
function isMulaw(format: unknown): boolean {
  return (
    isRecord(format) &&
    format.encoding === 'audio/x-mulaw' &&
    format.sampleRate === 8_000 &&
    format.channels === 1
  );
}

function toParameters(value: unknown): Record<string, string> | undefined {
  if (!isRecord(value)) return undefined;
  const entries = Object.entries(value);
  if (entries.length > mostParameters) return undefined;
  const isShortText = ([, text]: [string, unknown]) =>
    typeof text === 'string' && text.length <= mostParameterLength;
  return entries.every(isShortText)
    ? (Object.fromEntries(entries) as Record<string, string>)
    : undefined;
}

/** Text on the wire; a plain number is taken too. Whole milliseconds, not negative, at most 24 h. */
function toTimestamp(value: unknown): number | undefined {
  if (typeof value === 'string' && !/^\d{1,8}$/.test(value)) return undefined;
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const timestampMs = Number(value);
  return Number.isInteger(timestampMs) && timestampMs >= 0 && timestampMs <= mostTimestampMs
    ? timestampMs
    : undefined;
}

/** Node decodes anything and skips what it does not know, so the alphabet and the padding are checked here. */
function isAudio(value: unknown): value is string {
  if (typeof value !== 'string' || !isPayloadLength(value.length)) return false;
  const padding = value.endsWith('==') ? 2 : value.endsWith('=') ? 1 : 0;
  for (let at = value.length - padding - 1; at >= 0; at -= 1) {
    if (base64Characters[value.charCodeAt(at)] !== 1) return false;
  }
  return true;
}

function isPayloadLength(length: number): boolean {
  return length > 0 && length % 4 === 0 && length <= mostPayloadLength;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSid(value: unknown): value is string {
  return typeof value === 'string' && sid.test(value);
}

/* --- The same for `media` in the two layouts that are written in practice, without JSON: a third of its time. --- */

const alphanumeric = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const digitCharacters = tableOf('0123456789');
const sidCharacters = tableOf(alphanumeric);
const base64Characters = tableOf(`${alphanumeric}+/`);

const opening = Buffer.from('{"event":"media","sequenceNumber":"');
const beforeTrack = Buffer.from('","media":{"track":"inbound","chunk":"');
const beforeTimestamp = Buffer.from('","timestamp":"');
const beforePayload = Buffer.from('","payload":"');
const beforeEarlySid = Buffer.from('","streamSid":"');
const beforeLateSid = Buffer.from('"},"streamSid":"');
const endingAfterPayload = Buffer.from('"}}');
const endingAfterSid = Buffer.from('"}');

const equalsSign = 61;
const zero = 48;

/** 1 at each index that is the code of one of `characters`, among the 256 values of a byte. */
function tableOf(characters: string): Uint8Array {
  const table = new Uint8Array(256);
  for (const character of characters) table[character.charCodeAt(0)] = 1;
  return table;
}

/**
 * Reads a `media` message that has exactly the usual keys in the usual order, byte by byte; Twilio writes `streamSid`
 * last, its documentation's readers write it before `media`. Anything else, valid or not, is `undefined`: the JSON
 * parser decides. Whatever this accepts the JSON parser reads alike (a test compares them).
 */
function readUsualMedia(data: Buffer): MediaMessage | undefined {
  let at = afterAll(data, afterLiteral(data, 0, opening), digitCharacters);
  let sidFrom = afterLiteral(data, at, beforeEarlySid);
  const isSidEarly = sidFrom >= 0;
  let sidTo = isSidEarly ? afterAll(data, sidFrom, sidCharacters) : -1;
  if (isSidEarly) at = sidTo;
  at = afterAll(data, afterLiteral(data, at, beforeTrack), digitCharacters);
  const timestampFrom = afterLiteral(data, at, beforeTimestamp);
  const timestampTo = afterAll(data, timestampFrom, digitCharacters);
  const payloadFrom = afterLiteral(data, timestampTo, beforePayload);
  const payloadTo = afterPadding(data, afterAll(data, payloadFrom, base64Characters));
  if (!isSidEarly) {
    sidFrom = afterLiteral(data, payloadTo, beforeLateSid);
    sidTo = afterAll(data, sidFrom, sidCharacters);
  }
  const end = isSidEarly
    ? afterLiteral(data, payloadTo, endingAfterPayload)
    : afterLiteral(data, sidTo, endingAfterSid);
  if (end !== data.length || sidTo - sidFrom > 64) return undefined;
  if (!isPayloadLength(payloadTo - payloadFrom) || timestampTo - timestampFrom > 8)
    return undefined;
  const timestampMs = toNumber(data, timestampFrom, timestampTo);
  if (timestampMs > mostTimestampMs) return undefined;
  const streamSid = data.toString('latin1', sidFrom, sidTo);
  const payload = data.toString('latin1', payloadFrom, payloadTo);
  return { event: 'media', streamSid, timestampMs, payload };
}

/** Where `literal` ends if it stands at `at`; -1 if it does not, or if `at` is -1. */
function afterLiteral(data: Buffer, at: number, literal: Buffer): number {
  if (at < 0 || at + literal.length > data.length) return -1;
  for (let i = 0; i < literal.length; i += 1) {
    if (data[at + i] !== literal[i]) return -1;
  }
  return at + literal.length;
}

/** Where a run of one or more bytes of `characters` ends; -1 if there is none, or if `at` is -1. */
function afterAll(data: Buffer, at: number, characters: Uint8Array): number {
  if (at < 0) return -1;
  let end = at;
  while (end < data.length && characters[data[end] ?? 0] === 1) end += 1;
  return end > at ? end : -1;
}

function afterPadding(data: Buffer, at: number): number {
  if (at < 0 || data[at] !== equalsSign) return at;
  return data[at + 1] === equalsSign ? at + 2 : at + 1;
}

function toNumber(data: Buffer, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < to; at += 1) value = value * 10 + (data[at] ?? zero) - zero;
  return value;
}

/* --- What we send: exactly these keys; Twilio answers any other with warning 31951. --- */

/**
 * Agent audio: base64 of raw μ-law, any length. Written as a template because `JSON.stringify` looks at every character
 * (15 times slower for 0.5 s of audio); a payload that could leave its quotes goes the slow way.
 */
export function mediaMessage(streamSid: string, payload: string): string {
  if (payload.includes('"') || payload.includes('\\')) {
    return JSON.stringify({ event: 'media', streamSid, media: { payload } });
  }
  return `{"event":"media","streamSid":"${streamSid}","media":{"payload":"${payload}"}}`;
}

/** Comes back when all audio sent before it was played, or at once on `clear`. */
export function markMessage(streamSid: string, name: string): string {
  return JSON.stringify({ event: 'mark', streamSid, mark: { name } });
}

/** Empties Twilio's buffer and brings back every outstanding mark. */
export function clearMessage(streamSid: string): string {
  return JSON.stringify({ event: 'clear', streamSid });
}
