import { z } from 'zod';
import type { DialogueLine } from './dialogue-state.ts';
import { type ProtocolError, toProtocolError } from './protocol-error.ts';

const content = z.union([
  z.string(),
  z.array(z.strictObject({ type: z.enum(['input_text', 'output_text']), text: z.string() })),
]);

const inputItem = z.union([
  z.strictObject({
    type: z.literal('message').optional(),
    role: z.enum(['user', 'assistant', 'developer', 'system']),
    content,
  }),
  z.strictObject({
    type: z.literal('function_call'),
    id: z.string().startsWith('fc_').optional(),
    call_id: z.string().min(1).max(64),
    name: z.string().min(1),
    arguments: z.string(),
  }),
  z.strictObject({
    type: z.literal('function_call_output'),
    call_id: z.string().min(1).max(64),
    output: z.string(),
  }),
  z.strictObject({
    type: z.literal('reasoning'),
    id: z.string().startsWith('rs_'),
    summary: z.array(z.unknown()),
    encrypted_content: z.string().min(1),
  }),
]);

const tool = z.strictObject({
  type: z.literal('function'),
  name: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/),
  description: z.string(),
  parameters: z.record(z.string(), z.unknown()).nullable(),
  strict: z.boolean().nullable(),
});

/** `POST /v1/responses`, as far as this system has a reason to use it: any other field fails, so that a slip is seen here. */
const requestSchema = z.strictObject({
  model: z.string().min(1),
  instructions: z.string().min(1),
  input: z.array(inputItem).min(1).max(2_000),
  tools: z.array(tool).max(128).optional(),
  parallel_tool_calls: z.boolean().optional(),
  stream: z.literal(true),
  /** What patients write stays in the clinic's house. */
  store: z.literal(false),
  include: z.array(z.literal('reasoning.encrypted_content')).optional(),
  max_output_tokens: z.int().min(16).max(128_000),
  safety_identifier: z.string().min(1).max(64),
});
export type ResponsesRequest = z.output<typeof requestSchema>;

export function parseResponsesRequest(
  raw: unknown,
): { request: ResponsesRequest } | { error: ProtocolError } {
  const parsed = requestSchema.safeParse(raw);
  if (!parsed.success) return { error: toProtocolError(parsed.error, raw) };
  const error = unpaired(parsed.data.input);
  return error ? { error } : { request: parsed.data };
}

/** Every call has its output and every output its call, before it: the service refuses anything else. */
function unpaired(input: ResponsesRequest['input']): ProtocolError | undefined {
  const open = new Set<string>();
  for (const item of input) {
    if (!('call_id' in item)) continue;
    if (item.type === 'function_call') {
      open.add(item.call_id);
    } else if (!open.delete(item.call_id)) {
      return {
        code: 'invalid_value',
        message: `No tool call found for function call output with call_id ${item.call_id}.`,
        param: 'input',
      };
    }
  }
  const [missing] = open;
  return missing === undefined
    ? undefined
    : {
        code: 'invalid_value',
        message: `No tool output found for function call ${missing}.`,
        param: 'input',
      };
}

/** The conversation as the receptionist reads it. */
export function toDialogueLines(input: ResponsesRequest['input']): DialogueLine[] {
  return input.flatMap((item): DialogueLine[] => {
    if (!('role' in item)) {
      if (item.type === 'function_call')
        return [
          { kind: 'tool-call', callId: item.call_id, name: item.name, arguments: item.arguments },
        ];
      return item.type === 'reasoning'
        ? []
        : [{ kind: 'tool-output', callId: item.call_id, output: item.output }];
    }
    const text =
      typeof item.content === 'string'
        ? item.content
        : item.content.map((part) => part.text).join(' ');
    if (item.role === 'user') return [{ kind: 'caller', text }];
    return item.role === 'assistant'
      ? [{ kind: 'agent', text, cut: false }]
      : [{ kind: 'note', text }];
  });
}
