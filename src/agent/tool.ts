import { z } from 'zod';
import type { Clock } from '../platform/clock.ts';
import type { ClinicProfile } from './clinic-profile.ts';
import { portugueseIssue } from './portuguese-issue.ts';

export type Channel = 'voice' | 'whatsapp' | 'web-chat';

/** What the model is told about a tool: the Realtime API's shape. */
export interface ToolDefinition {
  type: 'function';
  name: string;
  description: string;
  parameters: Record<string, unknown>;
}

/** What a tool did to the world, for whoever stands around the conversation. */
export type ToolEffect =
  | { type: 'end-call' }
  /** The caller agreed to be put through; whoever holds the call does it once that was said. */
  | { type: 'transfer-agreed'; destination: string }
  | { type: 'appointment-booked'; appointmentId: string; file: string }
  /** The new appointment that takes the place of `replaced`. */
  | { type: 'appointment-rescheduled'; appointmentId: string; replaced: string; file: string }
  | { type: 'appointment-cancelled'; appointmentId: string }
  | { type: 'request-recorded'; requestId: string; kind: string };

export interface ToolCall {
  callId: string;
  name: string;
  argumentsJson: string;
}

export interface ToolResult {
  name: string;
  callId: string;
  /** JSON for the model. */
  output: string;
  outcome: 'ok' | 'refused' | 'failed' | 'timeout';
  durationMs: number;
  effects: ToolEffect[];
  /** Parsed when the tool accepted them, else the (shortened) text; for the call record, never for a log. */
  arguments: unknown;
}

/** The tools of one conversation. `run` never rejects; the same `callId` gives the same result and runs once. */
export interface Toolbox {
  definitions: ToolDefinition[];
  run(call: ToolCall): Promise<ToolResult>;
}

/** Whom and what a tool works for. It comes from the server's own records, never from what a caller or model says. */
export interface ToolContext {
  clinic: ClinicProfile;
  channel: Channel;
  /** Our id of the call or text conversation. */
  conversationId: string;
  /** A hint, never a proof of who speaks. */
  callerE164?: string;
  clock: Clock;
  /** Milliseconds on the recording's clock; null while nothing is recorded. */
  positionMs(): number | null;
  /** How often the caller has spoken so far. What needs their yes compares it with the turn it was asked in. */
  callerTurn(): number;
}

/** What a tool says to the model, as an ordinary value. Something broken is thrown instead. */
export interface ToolAnswer {
  outcome: 'ok' | 'refused';
  output: { ok: boolean; [key: string]: unknown };
  effects?: ToolEffect[];
}

/** A refusal that can be spoken: `message` is Portuguese, `field` the argument to ask about again. */
export interface Refusal {
  ok: false;
  code: string;
  field?: string;
  message: string;
  [key: string]: unknown;
}

export type PreparedTool =
  | { accepted: true; arguments: unknown; run(context: ToolContext): Promise<ToolAnswer> }
  | { accepted: false; refusal: Refusal };

export interface Tool {
  readonly definition: ToolDefinition;
  /** Checks arguments of unknown origin; nothing has happened until `run`. */
  prepare(argumentsValue: unknown): PreparedTool;
}

/** One zod schema is the tool's type, its check and what the model is told. */
export function defineTool<Schema extends z.ZodObject>(tool: {
  name: string;
  description: string;
  schema: Schema;
  run(args: z.output<Schema>, context: ToolContext): ToolAnswer | Promise<ToolAnswer>;
}): Tool {
  const { name, description, schema } = tool;
  return {
    definition: {
      type: 'function',
      name,
      description,
      // Worked out by who asks: see `createKnownParameters`.
      get parameters() {
        return toParameters(schema);
      },
    },
    prepare(argumentsValue) {
      const parsed = schema.safeParse(argumentsValue, { error: portugueseIssue });
      if (!parsed.success) return { accepted: false, refusal: toRefusal(parsed.error) };
      return {
        accepted: true,
        arguments: parsed.data,
        run: async (context) => tool.run(parsed.data, context),
      };
    },
  };
}

export function refused(
  refusal: Omit<Refusal, 'ok'> & { code: string; message: string },
): ToolAnswer {
  return { outcome: 'refused', output: { ok: false, ...refusal } };
}

function toRefusal(error: z.ZodError): Refusal {
  const issue = error.issues[0];
  const field = issue?.path.join('.');
  return {
    ok: false,
    code: 'invalid-arguments',
    ...(field ? { field } : {}),
    message: field ? `${field}: ${issue?.message}` : (issue?.message ?? 'argumentos inválidos'),
  };
}

/** Keys that cost tokens, and with which the model's API has answered `server_error`: zod's long patterns above all. */
const unwantedKeys = new Set(['pattern', 'format', '$schema', 'contentEncoding']);

/** Keys under which the children are named by us, so that a field may itself be called “pattern”. */
const namingKeys = new Set(['properties', 'definitions', '$defs']);

/** JSON Schema (draft 7) of a tool's arguments. */
export function toParameters(schema: z.ZodObject): Record<string, unknown> {
  const parameters = withoutUnwanted(z.toJSONSchema(schema, { target: 'draft-7', io: 'input' }));
  return { ...(parameters as Record<string, unknown>), additionalProperties: false };
}

function withoutUnwanted(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withoutUnwanted);
  if (typeof node !== 'object' || node === null) return node;
  const kept: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(node)) {
    if (unwantedKeys.has(key)) continue;
    if (verbatimKeys.has(key)) kept[key] = value;
    else if (namingKeys.has(key)) kept[key] = withEachValue(value, withoutUnwanted);
    else kept[key] = withoutUnwanted(value);
  }
  // Several patterns on one string become `allOf`, of which nothing is left.
  if (Array.isArray(kept.allOf) && kept.allOf.every(isEmpty)) delete kept.allOf;
  return kept;
}

/** Keys that hold data, not schemas. */
const verbatimKeys = new Set(['enum', 'const', 'default', 'examples', 'required']);

function withEachValue(node: unknown, change: (value: unknown) => unknown): unknown {
  if (typeof node !== 'object' || node === null) return node;
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, change(value)]));
}

function isEmpty(node: unknown): boolean {
  return typeof node === 'object' && node !== null && Object.keys(node).length === 0;
}
