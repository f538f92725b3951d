import type { DeskMemento } from '../agent/reception.ts';
import type { ToolDefinition, ToolResult } from '../agent/tool.ts';
import type { ConversationLine } from './conversation-record.ts';
import type { Guidance } from './script-guided.ts';
import type { ModelItem, TextEvent } from './text-model.ts';

/** Pure: one round of a reply as lines of the conversation and as items of the model. */

/** What only a telephone can do; in writing it would be refused anyway. */
export const voiceTools: ReadonlySet<string> = new Set(['transfer_call']);

export const dangerNote =
  '[emergência] A pessoa acaba de receber a frase de emergência da clínica. Não a repita e não dê conselho médico. Quando ela responder, pergunte se já ligou ou se há alguém com ela, e ofereça deixar um recado urgente para a recepção. Só depois disso, se ela quiser, continue o que estava fazendo.';

export function linesOf(round: {
  text: string;
  results: readonly ToolResult[];
  note?: string | undefined;
  nowMs: number;
}): ConversationLine[] {
  const { text, results, note, nowMs: atMs } = round;
  return [
    ...(text ? [{ who: 'agent' as const, atMs, text }] : []),
    ...results.flatMap((result) => toolLines(result, atMs)),
    ...(note ? [{ who: 'note' as const, atMs, text: note }] : []),
  ];
}

function toolLines(result: ToolResult, atMs: number): ConversationLine[] {
  const { callId, name, output } = result;
  const given = result.arguments;
  const text = typeof given === 'string' ? given : JSON.stringify(given ?? {});
  return [
    { who: 'tool-call', atMs, callId, name, arguments: text },
    { who: 'tool-output', atMs, callId, output },
  ];
}

/** What the person wrote since anybody answered. */
export function lastWords(lines: readonly ConversationLine[]): string[] {
  const from = lines.findLastIndex(({ who }) => who !== 'sender') + 1;
  return lines.slice(from).flatMap((line) => (line.who === 'sender' ? line.text : []));
}

/** The tools of one turn, as a script allows them. */
export function offeredTools(
  all: readonly ToolDefinition[],
  { tools, isCollecting, isGuided }: Guidance,
): ToolDefinition[] {
  const isOffered = (name: string) => {
    if (name === 'record_answer') return isCollecting;
    if (name === 'change_subject') return isGuided;
    return tools?.includes(name) ?? true;
  };
  return all.filter(({ name }) => !voiceTools.has(name) && isOffered(name));
}

/** For the next round. What was held back and replaced is not handed back as if it had been said. */
export function roundItems(
  done: Extract<TextEvent, { type: 'done' }>,
  text: string,
  results: readonly ToolResult[],
): ModelItem[] {
  const outputs = results.map(
    ({ callId, output }): ModelItem => ({ type: 'output', callId, output }),
  );
  if (text === done.text.trim() && done.replay.length > 0) return [...done.replay, ...outputs];
  const calls = done.calls.map(
    ({ callId, name, argumentsJson }): ModelItem => ({
      type: 'call',
      callId,
      name,
      arguments: argumentsJson,
    }),
  );
  const said: ModelItem[] = text ? [{ type: 'message', role: 'assistant', text }] : [];
  return [...said, ...calls, ...outputs];
}

/** What a tool's output says to the person. */
export function messageOf(output: string): string | undefined {
  const value: unknown = JSON.parse(output);
  if (typeof value !== 'object' || value === null || !('message' in value)) return undefined;
  return typeof value.message === 'string' ? value.message : undefined;
}

/** Of this version, as this program wrote it; anything else begins anew. */
export function toMemento(value: unknown): DeskMemento | undefined {
  if (typeof value !== 'object' || value === null || !('state' in value)) return undefined;
  const memento = value as DeskMemento;
  return memento.state?.schemaVersion === 1 ? memento : undefined;
}
