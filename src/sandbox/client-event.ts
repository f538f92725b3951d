import { z } from 'zod';
import { type ProtocolError, toProtocolError } from './protocol-error.ts';
import {
  maxTokensSchema,
  modalitiesSchema,
  reasoningSchema,
  sessionUpdateSchema,
  toolChoiceSchema,
  toolSchema,
} from './session-settings.ts';

/** What a client may send, each event with exactly its keys. */

const eventId = z.string().max(512).optional();
const itemId = z.string().min(1).max(64);
const status = z.enum(['completed', 'incomplete', 'in_progress']).optional();
const object = z.literal('realtime.item').optional();
const base64 = z
  .string()
  .refine(
    (text) => text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text),
    'expected base64-encoded audio bytes',
  );

const inputText = z.strictObject({ type: z.literal('input_text'), text: z.string() });
/** Assistant audio cannot be put back into a conversation: only its text. */
const outputText = z.strictObject({ type: z.literal('output_text'), text: z.string() });
const message = { type: z.literal('message'), id: itemId.optional(), object, status };

const itemSchema = z.discriminatedUnion('type', [
  z.discriminatedUnion('role', [
    z.strictObject({ ...message, role: z.literal('user'), content: z.array(inputText).min(1) }),
    z.strictObject({ ...message, role: z.literal('system'), content: z.array(inputText).min(1) }),
    z.strictObject({
      ...message,
      role: z.literal('assistant'),
      content: z.array(outputText).min(1),
    }),
  ]),
  z.strictObject({
    type: z.literal('function_call'),
    id: itemId.optional(),
    object,
    status,
    call_id: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/),
    name: z.string(),
    arguments: z.string(),
  }),
  z.strictObject({
    type: z.literal('function_call_output'),
    id: itemId.optional(),
    object,
    status,
    call_id: z.string(),
    output: z.string(),
  }),
]);
export type NewItem = z.output<typeof itemSchema>;

const responseSchema = z.strictObject({
  instructions: z.string().optional(),
  output_modalities: modalitiesSchema.optional(),
  tools: z.array(toolSchema).optional(),
  tool_choice: toolChoiceSchema.optional(),
  max_output_tokens: maxTokensSchema.optional(),
  conversation: z.enum(['auto', 'none']).optional(),
  metadata: z.record(z.string().max(64), z.string().max(512)).nullable().optional(),
  reasoning: reasoningSchema.optional(),
  parallel_tool_calls: z.boolean().optional(),
});
export type ResponseParameters = z.output<typeof responseSchema>;

const event = <T extends string, S extends z.core.$ZodLooseShape>(type: T, shape: S) =>
  z.strictObject({ type: z.literal(type), event_id: eventId, ...shape });

const clientEventSchema = z.discriminatedUnion('type', [
  event('session.update', { session: sessionUpdateSchema }),
  event('input_audio_buffer.append', { audio: base64 }),
  event('input_audio_buffer.commit', {}),
  event('input_audio_buffer.clear', {}),
  event('conversation.item.create', {
    item: itemSchema,
    previous_item_id: z.string().nullable().optional(),
  }),
  event('conversation.item.truncate', {
    item_id: itemId,
    content_index: z.int().min(0),
    audio_end_ms: z.int().min(0),
  }),
  event('conversation.item.delete', { item_id: itemId }),
  event('conversation.item.retrieve', { item_id: itemId }),
  event('response.create', { response: responseSchema.optional() }),
  event('response.cancel', { response_id: z.string().optional() }),
]);
export type ClientEvent = z.output<typeof clientEventSchema>;

export type ParsedClientEvent =
  | { event: ClientEvent }
  /** `eventId` is the client's own, when it could be read. */
  | { error: ProtocolError; eventId?: string };

/** @param text one websocket text message */
export function parseClientEvent(text: string): ParsedClientEvent {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    return { error: { code: 'invalid_json', message: 'The event is not valid JSON.' } };
  }
  const parsed = clientEventSchema.safeParse(raw);
  if (parsed.success) return { event: parsed.data };
  const id = typeof raw === 'object' && raw !== null ? Reflect.get(raw, 'event_id') : undefined;
  return {
    error: toProtocolError(parsed.error, raw),
    ...(typeof id === 'string' ? { eventId: id } : {}),
  };
}
