import type { RealtimeClientEvent, RealtimeServerEvent } from 'openai/resources/realtime/realtime';
import { amount, at, type Fields, id, index, isBase64, isFields, word } from './wire-fields.ts';

/*
 * What we say. Every event but `append` carries an `event_id`, which an error event repeats.
 */

/** The hot path, 50 a second and call: no object, no id. `payload` was checked to be base64 when it entered the system. */
export function encodeAppend(payload: string): string {
  return `{"type":"input_audio_buffer.append","audio":"${payload}"}`;
}

export function encode(event: RealtimeClientEvent): string {
  return JSON.stringify(event);
}

export interface ReplyRequest {
  /** Comes back as `requestTag`. */
  tag: string;
  /** Replaces the session's instructions for this reply only. */
  instructions?: string;
  toolChoice?: 'none';
}

export function createReply(event_id: string, request: ReplyRequest): RealtimeClientEvent {
  const { tag, instructions, toolChoice } = request;
  return {
    type: 'response.create',
    event_id,
    response: {
      metadata: { tag },
      ...(instructions === undefined ? {} : { instructions }),
      ...(toolChoice === undefined ? {} : { tool_choice: toolChoice }),
    },
  };
}

export function cancelReply(event_id: string, responseId?: string): RealtimeClientEvent {
  const which = responseId === undefined ? {} : { response_id: responseId };
  return { type: 'response.cancel', event_id, ...which };
}

/** @param audioEndMs of the item's own audio; the API takes whole milliseconds and refuses more than it sent. */
export function truncateItem(
  event_id: string,
  itemId: string,
  contentIndex: number,
  audioEndMs: number,
): RealtimeClientEvent {
  const audio_end_ms = Number.isFinite(audioEndMs) ? Math.max(0, Math.floor(audioEndMs)) : 0;
  return {
    type: 'conversation.item.truncate',
    event_id,
    item_id: itemId,
    content_index: contentIndex,
    audio_end_ms,
  };
}

export function createToolOutput(
  event_id: string,
  call_id: string,
  output: string,
): RealtimeClientEvent {
  const item = { type: 'function_call_output', call_id, output } as const;
  return { type: 'conversation.item.create', event_id, item };
}

/** Words of the assistant go back as text: its audio cannot be created again. */
export function createText(
  event_id: string,
  role: 'user' | 'assistant' | 'system',
  text: string,
): RealtimeClientEvent {
  const item =
    role === 'assistant'
      ? { type: 'message' as const, role, content: [{ type: 'output_text' as const, text }] }
      : { type: 'message' as const, role, content: [{ type: 'input_text' as const, text }] };
  return { type: 'conversation.item.create', event_id, item };
}

export function deleteItem(event_id: string, item_id: string): RealtimeClientEvent {
  return { type: 'conversation.item.delete', event_id, item_id };
}

/*
 * What the server says. Only the events and fields that are used, each checked.
 */

/** Token counts of one reply. Cached tokens are a part of the input tokens. */
export interface ModelUsageDelta {
  inputTokens: number;
  outputTokens: number;
  inputTextTokens: number;
  inputAudioTokens: number;
  cachedTextTokens: number;
  cachedAudioTokens: number;
  outputTextTokens: number;
  outputAudioTokens: number;
}

export interface FunctionCall {
  callId: string;
  name: string;
  argumentsJson: string;
}

export type ReplyStatus = 'completed' | 'cancelled' | 'failed' | 'incomplete';

export interface ReplyDone {
  responseId: string;
  status: ReplyStatus;
  reason?: string;
  errorCode?: string;
  usage?: ModelUsageDelta;
  requestTag?: string;
  /** Complete calls among its output. */
  calls: FunctionCall[];
}

export type ServerEvent =
  | { type: 'session.updated'; inputFormat: string | undefined; outputFormat: string | undefined }
  | { type: 'speech-started'; audioStartMs: number; itemId: string }
  | { type: 'speech-stopped'; audioEndMs: number; itemId: string }
  | { type: 'caller-item'; itemId: string }
  | { type: 'caller-words'; itemId: string; delta: string }
  | { type: 'caller-transcript'; itemId: string; text: string; status: 'final' | 'failed' }
  | { type: 'reply-created'; responseId: string; requestTag?: string }
  | { type: 'reply-item'; responseId: string; itemId: string }
  | { type: 'audio'; responseId: string; itemId: string; contentIndex: number; payload: string }
  | { type: 'reply-text'; responseId: string; itemId: string; contentIndex: number; delta: string }
  | ({ type: 'tool-call'; responseId: string } & FunctionCall)
  | ({ type: 'reply-done' } & ReplyDone)
  | { type: 'error'; code: string; kind?: string; param?: string; eventId?: string };

/** Why a message was not handed on. `unused` is no fault: an event or item that the call has no use for. */
export type Unread = 'not-json' | 'not-an-event' | 'wrong-field' | 'unused';

export type Parsed = { event: ServerEvent } | { event: undefined; reason: Unread };

/** Never throws, whatever the bytes. */
export function parseServerEvent(data: string | Buffer): Parsed {
  let fields: unknown;
  try {
    fields = JSON.parse(typeof data === 'string' ? data : data.toString('utf8'));
  } catch {
    return { event: undefined, reason: 'not-json' };
  }
  if (!isFields(fields) || typeof fields.type !== 'string') {
    return { event: undefined, reason: 'not-an-event' };
  }
  const reader = readers.get(fields.type);
  if (!reader) return { event: undefined, reason: 'unused' };
  const event = reader(fields);
  return typeof event === 'string' ? { event: undefined, reason: event } : { event };
}

type Reader = (event: Fields) => ServerEvent | 'wrong-field' | 'unused';

const readersByType: Partial<Record<RealtimeServerEvent['type'], Reader>> = {
  'session.updated': (event) => {
    const audio = at(event.session, 'audio');
    const inputFormat = word(at(at(at(audio, 'input'), 'format'), 'type'));
    const outputFormat = word(at(at(at(audio, 'output'), 'format'), 'type'));
    return { type: 'session.updated', inputFormat, outputFormat };
  },
  'input_audio_buffer.speech_started': (event) => {
    const itemId = id(event.item_id);
    const audioStartMs = amount(event.audio_start_ms);
    if (itemId === undefined || audioStartMs === undefined) return 'wrong-field';
    return { type: 'speech-started', audioStartMs, itemId };
  },
  'input_audio_buffer.speech_stopped': (event) => {
    const itemId = id(event.item_id);
    const audioEndMs = amount(event.audio_end_ms);
    if (itemId === undefined || audioEndMs === undefined) return 'wrong-field';
    return { type: 'speech-stopped', audioEndMs, itemId };
  },
  'conversation.item.added': (event) => {
    if (!isCallerAudio(event.item)) return isFields(event.item) ? 'unused' : 'wrong-field';
    const itemId = id(event.item.id);
    return itemId === undefined ? 'wrong-field' : { type: 'caller-item', itemId };
  },
  'conversation.item.input_audio_transcription.delta': (event) => {
    const itemId = id(event.item_id);
    if (event.delta === undefined) return 'unused';
    if (itemId === undefined || typeof event.delta !== 'string') return 'wrong-field';
    return { type: 'caller-words', itemId, delta: event.delta };
  },
  'conversation.item.input_audio_transcription.completed': (event) => {
    const itemId = id(event.item_id);
    if (itemId === undefined || typeof event.transcript !== 'string') return 'wrong-field';
    return { type: 'caller-transcript', itemId, text: event.transcript, status: 'final' };
  },
  'conversation.item.input_audio_transcription.failed': (event) => {
    const itemId = id(event.item_id);
    if (itemId === undefined) return 'wrong-field';
    return { type: 'caller-transcript', itemId, text: '', status: 'failed' };
  },
  'response.created': (event) => {
    const responseId = id(at(event.response, 'id'));
    if (responseId === undefined) return 'wrong-field';
    return { type: 'reply-created', responseId, ...requestTag(event.response) };
  },
  'response.output_item.added': (event) => {
    if (at(event.item, 'type') !== 'message')
      return isFields(event.item) ? 'unused' : 'wrong-field';
    const responseId = id(event.response_id);
    const itemId = id(at(event.item, 'id'));
    if (responseId === undefined || itemId === undefined) return 'wrong-field';
    return { type: 'reply-item', responseId, itemId };
  },
  'response.output_audio.delta': (event) => {
    const place = placeOf(event);
    if (place === undefined || !isBase64(event.delta)) return 'wrong-field';
    return { type: 'audio', ...place, payload: event.delta };
  },
  'response.output_audio_transcript.delta': (event) => {
    const place = placeOf(event);
    if (place === undefined || typeof event.delta !== 'string') return 'wrong-field';
    return { type: 'reply-text', ...place, delta: event.delta };
  },
  'response.output_item.done': (event) => {
    const call = completeCall(event.item);
    if (typeof call === 'string') return call;
    const responseId = id(event.response_id);
    return responseId === undefined ? 'wrong-field' : { type: 'tool-call', responseId, ...call };
  },
  'response.done': (event) => {
    const reply = isFields(event.response) ? readReplyDone(event.response) : undefined;
    return reply === undefined ? 'wrong-field' : { type: 'reply-done', ...reply };
  },
  error: (event) => {
    if (!isFields(event.error)) return 'wrong-field';
    const kind = word(event.error.type);
    const param = word(event.error.param);
    const eventId = id(event.error.event_id);
    return {
      type: 'error',
      code: word(event.error.code) ?? kind ?? 'unknown',
      ...(kind === undefined ? {} : { kind }),
      ...(param === undefined ? {} : { param }),
      ...(eventId === undefined ? {} : { eventId }),
    };
  },
};

/** A map, so that a type called `constructor` finds nothing. */
const readers: ReadonlyMap<string, Reader> = new Map(Object.entries(readersByType));

function readReplyDone(response: Fields): ReplyDone | undefined {
  const responseId = id(response.id);
  if (responseId === undefined) return undefined;
  const details = response.status_details;
  const reason = word(at(details, 'reason'));
  const error = at(details, 'error');
  const errorCode = word(at(error, 'code')) ?? word(at(error, 'type'));
  const output = Array.isArray(response.output) ? response.output : [];
  const calls = output.map(completeCall).filter((call) => typeof call !== 'string');
  return {
    responseId,
    status: replyStatus(response.status),
    ...(reason === undefined ? {} : { reason }),
    ...(errorCode === undefined ? {} : { errorCode }),
    ...(isFields(response.usage) ? { usage: toUsage(response.usage) } : {}),
    ...requestTag(response),
    calls,
  };
}

/** The reply is over in any case; a status that nobody knows is no success. */
function replyStatus(status: unknown): ReplyStatus {
  return status === 'completed' || status === 'cancelled' || status === 'incomplete'
    ? status
    : 'failed';
}

/** Items of interrupted and failed replies are closed too, with another status: those calls were never meant. */
function completeCall(item: unknown): FunctionCall | 'wrong-field' | 'unused' {
  if (!isFields(item)) return 'wrong-field';
  if (item.type !== 'function_call' || item.status !== 'completed') return 'unused';
  const callId = id(item.call_id);
  const name = id(item.name);
  if (callId === undefined || name === undefined) return 'wrong-field';
  if (typeof item.arguments !== 'string') return 'wrong-field';
  return { callId, name, argumentsJson: item.arguments };
}

function toUsage(usage: Fields): ModelUsageDelta {
  const input = usage.input_token_details;
  const output = usage.output_token_details;
  const inputTextTokens = count(at(input, 'text_tokens'));
  const inputAudioTokens = count(at(input, 'audio_tokens'));
  const cached = at(input, 'cached_tokens_details');
  const cachedText = at(cached, 'text_tokens') ?? at(input, 'cached_tokens');
  return {
    inputTokens: count(usage.input_tokens),
    outputTokens: count(usage.output_tokens),
    inputTextTokens,
    inputAudioTokens,
    cachedTextTokens: Math.min(count(cachedText), inputTextTokens),
    cachedAudioTokens: Math.min(count(at(cached, 'audio_tokens')), inputAudioTokens),
    outputTextTokens: count(at(output, 'text_tokens')),
    outputAudioTokens: count(at(output, 'audio_tokens')),
  };
}

function isCallerAudio(item: unknown): item is Fields {
  if (!isFields(item) || item.type !== 'message' || item.role !== 'user') return false;
  const content = Array.isArray(item.content) ? item.content : [];
  return content.some((part) => at(part, 'type') === 'input_audio');
}

function placeOf(event: Fields) {
  const responseId = id(event.response_id);
  const itemId = id(event.item_id);
  const contentIndex = event.content_index === undefined ? 0 : index(event.content_index);
  if (responseId === undefined || itemId === undefined || contentIndex === undefined) {
    return undefined;
  }
  return { responseId, itemId, contentIndex };
}

function requestTag(response: unknown): { requestTag?: string } {
  const tag = id(at(at(response, 'metadata'), 'tag'));
  return tag === undefined ? {} : { requestTag: tag };
}

function count(value: unknown): number {
  return amount(value) ?? 0;
}
