import { argumentNames, type Field, fields } from './utterance.ts';

/** What the receptionist understands of a tool's answer. */
export interface ToolOutput {
  refused: boolean;
  message?: string;
  field?: Field;
}

/** Tools answer JSON; `message` is speakable, `field` names the argument that was not accepted. */
export function readToolOutput(output: string): ToolOutput {
  const parsed = asRecord(parseJson(output));
  if (!parsed) return { refused: false };
  const message = typeof parsed.message === 'string' ? parsed.message.trim() : '';
  // Who is asked for and what is asked for are one question here.
  const named = parsed.field === 'practitioner' ? 'service' : parsed.field;
  const field = fields.find((known) => named === argumentNames[known] || named === known);
  const refused =
    parsed.ok === false ||
    parsed.error !== undefined ||
    parsed.field !== undefined ||
    (typeof parsed.status === 'string' && /refus|fail|error|timeout/i.test(parsed.status));
  return { refused, ...(message ? { message } : {}), ...(field ? { field } : {}) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function asRecord(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}
