import type { Clock } from '../platform/clock.ts';
import { createId } from '../platform/id.ts';
import {
  type ClientEvent,
  type NewItem,
  parseClientEvent,
  type ResponseParameters,
} from './client-event.ts';
import {
  type ConversationItem,
  createConversationItems,
  toDialogue,
  toItem,
  toWireItem,
  truncateItem,
} from './conversation-items.ts';
import { createInputAudio } from './input-audio.ts';
import type { Phrasebook } from './phrasebook.ts';
import type { ProtocolError } from './protocol-error.ts';
import {
  type Pace,
  type RealtimeResponse,
  type ResponseEnd,
  type ResponseHost,
  startResponse,
} from './realtime-response.ts';
import { type ContextTokens, contextTokens, toUsage } from './realtime-usage.ts';
import { answer } from './receptionist.ts';
import { defaultSettings, mergeSettings, type SessionUpdate } from './session-settings.ts';
import type { VoiceDetector } from './voice-activity.ts';
import { toPcm24k } from './wideband-audio.ts';

/** One session of the stand-in for the Realtime API (GA): strict about what it accepts, faithful in what it answers. */
export interface RealtimeConversation {
  /** One websocket text message from the client. */
  receive(text: string): void;
  /** The socket is gone: stops every timer. */
  end(): void;
}

export interface RealtimeConversationOptions {
  /** The `model` of the connection's address. */
  model: string;
  send(event: Record<string, unknown>): void;
  close(code: number, reason: string): void;
  speak(text: string): Promise<Buffer>;
  phrasebook: Phrasebook;
  /** Absent: energy alone tells a voice. */
  detector?: VoiceDetector;
  clock: Clock;
  pace: Pace;
}

/** The API ends a session after an hour. */
const longestSessionMs = 3_600_000;

export function createRealtimeConversation(
  options: RealtimeConversationOptions,
): RealtimeConversation {
  const { clock, pace, phrasebook } = options;
  const sessionId = `sess_${createId()}`;
  const expiresAt = Math.floor((clock.wallMs() + longestSessionMs) / 1_000);
  const conversationId = `conv_${createId()}`;
  const items = createConversationItems();
  const timers = new Set<NodeJS.Timeout>();
  let settings = { ...defaultSettings, model: options.model };
  let active: RealtimeResponse | undefined;
  let cached: ContextTokens = { text: 0, audio: 0 };
  let hasSpoken = false;
  let nextEvent = 1;

  function send(event: Record<string, unknown>): void {
    options.send({ event_id: `event_${sessionId.slice(5, 13)}_${nextEvent++}`, ...event });
  }

  function fail(error: ProtocolError, eventId?: string): void {
    const { code, message, param } = error;
    send({
      type: 'error',
      error: {
        type: 'invalid_request_error',
        code,
        message,
        param: param ?? null,
        event_id: eventId ?? null,
      },
    });
  }

  function later(ms: number, work: () => void): void {
    const timer = setTimeout(() => {
      timers.delete(timer);
      work();
    }, ms);
    timers.add(timer);
  }

  const input = createInputAudio({
    send,
    fail,
    later,
    settings: () => settings.audio.input,
    recognise: (ulaw) => phrasebook.recognise(ulaw),
    ...(options.detector ? { detector: options.detector } : {}),
    transcriptionMs: pace.transcriptionMs,
    add(item) {
      const before = items.add(item);
      return { before, announce: () => announce(item, before) };
    },
    interrupt: () => active?.end({ status: 'cancelled', reason: 'turn_detected' }),
    turnEnded: () => respond({}),
  });

  function session(): Record<string, unknown> {
    return { ...settings, id: sessionId, object: 'realtime.session', expires_at: expiresAt };
  }

  // ── session ─────────────────────────────────────────────────────────────────────────────────────────────────────

  function update(change: SessionUpdate, eventId?: string): void {
    if (change.audio?.output?.voice !== undefined && hasSpoken) {
      fail(
        {
          code: 'cannot_update_voice',
          message: "Cannot update a conversation's voice if assistant audio is present.",
          param: 'session.audio.output.voice',
        },
        eventId,
      );
      return;
    }
    settings = { ...mergeSettings(settings, change), model: options.model };
    input.configure();
    send({ type: 'session.updated', session: session() });
  }

  function expire(): void {
    const message = 'Your session hit the maximum duration of 60 minutes.';
    fail({ code: 'session_expired', message });
    options.close(1001, message);
  }

  // ── items ───────────────────────────────────────────────────────────────────────────────────────────────────────

  function announce(item: ConversationItem, before: string | null): void {
    const event = { previous_item_id: before, item: toWireItem(item) };
    send({ type: 'conversation.item.added', ...event });
    send({ type: 'conversation.item.done', ...event });
  }

  function create(created: NewItem, afterId: string | null | undefined, eventId?: string): void {
    if (afterId && afterId !== 'root' && !items.find(afterId)) {
      const message = `Error adding item: the previous item with id '${afterId}' does not exist.`;
      fail({ code: 'invalid_value', message, param: 'previous_item_id' }, eventId);
      return;
    }
    const made = toItem(created, items);
    if ('error' in made) fail(made.error, eventId);
    else announce(made.item, items.add(made.item, afterId));
  }

  function truncate(event: ClientEvent & { type: 'conversation.item.truncate' }): void {
    const { item_id, content_index, audio_end_ms } = event;
    const problem =
      content_index === 0
        ? truncateItem(items.find(item_id), audio_end_ms)
        : {
            code: 'invalid_value',
            message: `Content part ${content_index} does not exist.`,
            param: 'content_index',
          };
    if (problem) fail(problem, event.event_id);
    else send({ type: 'conversation.item.truncated', item_id, content_index, audio_end_ms });
  }

  function remove(itemId: string, eventId?: string): void {
    if (items.remove(itemId)) send({ type: 'conversation.item.deleted', item_id: itemId });
    else
      fail(
        {
          code: 'item_delete_invalid_item_id',
          message: 'Error deleting item: the item_id does not exist.',
          param: 'item_id',
        },
        eventId,
      );
  }

  function retrieve(itemId: string, eventId?: string): void {
    const item = items.find(itemId);
    if (item) send({ type: 'conversation.item.retrieved', item: toWireItem(item) });
    else
      fail(
        {
          code: 'item_retrieve_invalid_item_id',
          message: 'Error retrieving item: the item_id does not exist.',
          param: 'item_id',
        },
        eventId,
      );
  }

  // ── responses ───────────────────────────────────────────────────────────────────────────────────────────────────

  function respond(parameters: ResponseParameters, eventId?: string): void {
    if (active) {
      const message = `Conversation already has an active response in progress: ${active.id}. Wait until the response is finished before creating a new one.`;
      fail({ code: 'conversation_already_has_active_response', message }, eventId);
      return;
    }
    const context = contextTokens(items.all, settings.instructions);
    const host = responseHost(parameters, context);
    const maxTokens = parameters.max_output_tokens ?? settings.max_output_tokens;
    const response = startResponse(host, { pace, maxTokens });
    active = response;
    send({
      type: 'response.created',
      response: toWireResponse(response, parameters, 'in_progress'),
    });
    send({ type: 'rate_limits.updated', rate_limits: rateLimits });
  }

  function responseHost(parameters: ResponseParameters, context: ContextTokens): ResponseHost {
    const alone = parameters.conversation === 'none';
    return {
      send,
      decide: () => decide(parameters),
      speak: options.speak,
      encode(ulaw) {
        hasSpoken = true;
        const wide = settings.audio.output.format.type === 'audio/pcm';
        return (wide ? toPcm24k(ulaw) : ulaw).toString('base64');
      },
      addItem: (item) => (alone ? null : items.add(item)),
      itemBefore: (id) => items.before(id),
      nowMs: () => clock.monotonicMs(),
      finish(response, end) {
        active = undefined;
        const usage = toUsage(context, cached, response.output, response.audioMs);
        if (end.status !== 'failed') cached = context;
        const wire = toWireResponse(response, parameters, end.status);
        const details = end.status === 'completed' ? {} : { status_details: toDetails(end) };
        send({ type: 'response.done', response: { ...wire, ...details, usage } });
      },
    };
  }

  function decide(parameters: ResponseParameters) {
    const choice = parameters.tool_choice ?? settings.tool_choice;
    const tools = choice === 'none' ? [] : (parameters.tools ?? settings.tools);
    return answer(toDialogue(items.all), {
      instructions: settings.instructions,
      ...(parameters.instructions ? { replyInstructions: parameters.instructions } : {}),
      tools,
    });
  }

  function toWireResponse(
    response: RealtimeResponse,
    parameters: ResponseParameters,
    status: string,
  ): Record<string, unknown> {
    return {
      id: response.id,
      object: 'realtime.response',
      status,
      output: response.output.map(toWireItem),
      output_modalities: ['audio'],
      max_output_tokens: parameters.max_output_tokens ?? settings.max_output_tokens,
      audio: { output: { format: settings.audio.output.format } },
      ...(parameters.conversation === 'none' ? {} : { conversation_id: conversationId }),
      ...(parameters.metadata ? { metadata: parameters.metadata } : {}),
    };
  }

  function cancel(responseId: string | undefined, eventId?: string): void {
    if (active && (!responseId || responseId === active.id)) {
      active.end({ status: 'cancelled', reason: 'client_cancelled' });
      return;
    }
    const message = 'Cancellation failed: no active response found';
    fail({ code: 'response_cancel_not_active', message }, eventId);
  }

  // ── events ──────────────────────────────────────────────────────────────────────────────────────────────────────

  function handle(event: ClientEvent): void {
    switch (event.type) {
      case 'session.update':
        return update(event.session, event.event_id);
      case 'input_audio_buffer.append':
        return input.append(event.audio);
      case 'input_audio_buffer.commit':
        return input.commit(event.event_id);
      case 'input_audio_buffer.clear':
        return input.clear();
      case 'conversation.item.create':
        return create(event.item, event.previous_item_id, event.event_id);
      case 'conversation.item.truncate':
        return truncate(event);
      case 'conversation.item.delete':
        return remove(event.item_id, event.event_id);
      case 'conversation.item.retrieve':
        return retrieve(event.item_id, event.event_id);
      case 'response.create':
        return respond(event.response ?? {}, event.event_id);
      case 'response.cancel':
        return cancel(event.response_id, event.event_id);
    }
  }

  send({ type: 'session.created', session: session() });
  later(longestSessionMs, expire);

  return {
    receive(text) {
      const parsed = parseClientEvent(text);
      if ('error' in parsed) fail(parsed.error, parsed.eventId);
      else handle(parsed.event);
    },
    end() {
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
      active?.end({ status: 'cancelled', reason: 'client_cancelled' });
      input.close();
    },
  };
}

/** Generous and constant: the sandbox limits nothing. */
const rateLimits = [
  { name: 'requests', limit: 20_000, remaining: 19_999, reset_seconds: 0.003 },
  { name: 'tokens', limit: 15_000_000, remaining: 14_990_000, reset_seconds: 0.04 },
];

function toDetails(end: Exclude<ResponseEnd, { status: 'completed' }>): Record<string, unknown> {
  if (end.status === 'failed')
    return { type: 'failed', error: { type: 'server_error', code: end.code } };
  return { type: end.status, reason: end.reason };
}
