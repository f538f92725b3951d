import { bytesPerMs } from '../audio/g711.ts';
import { createId } from '../platform/id.ts';
import type { NewItem } from './client-event.ts';
import type { DialogueLine } from './dialogue-state.ts';
import type { ProtocolError } from './protocol-error.ts';

/** One word of speech and the byte of its item's audio at which it has been said. */
export interface SpokenWord {
  text: string;
  endByte: number;
}

export interface UserItem {
  id: string;
  kind: 'user';
  /** What the model understood. */
  text: string;
  /** Set for speech; absent for text that was written into the conversation. */
  audioMs?: number;
  transcript?: string;
}
interface SystemItem {
  id: string;
  kind: 'system';
  text: string;
}
export interface AssistantItem {
  id: string;
  kind: 'assistant';
  words: SpokenWord[];
  /** μ-law bytes sent so far. */
  audioBytes: number;
  /** Set by a truncation: the model no longer remembers what it said after this. */
  heardMs?: number;
  /** Absent for text that was written into the conversation. */
  spoken: boolean;
  status: 'in_progress' | 'completed' | 'incomplete';
}
interface CallItem {
  id: string;
  kind: 'call';
  callId: string;
  name: string;
  arguments: string;
  status: 'in_progress' | 'completed' | 'incomplete';
}
interface OutputItem {
  id: string;
  kind: 'output';
  callId: string;
  output: string;
}
export type ConversationItem = UserItem | SystemItem | AssistantItem | CallItem | OutputItem;

/** Items of one conversation: a call of an hour has some hundreds. */
const mostItems = 2_000;

/** The conversation as the model remembers it, in order. */
export interface ConversationItems {
  readonly all: readonly ConversationItem[];
  find(id: string): ConversationItem | undefined;
  /** @returns the id of the item before it, or null at the front. */
  add(item: ConversationItem, afterId?: string | null): string | null;
  before(id: string): string | null;
  remove(id: string): boolean;
}

export function createConversationItems(): ConversationItems {
  const all: ConversationItem[] = [];
  const find = (id: string) => all.find((item) => item.id === id);
  const before = (id: string) => all[all.findIndex((item) => item.id === id) - 1]?.id ?? null;
  return {
    all,
    find,
    add(item, afterId) {
      const after = afterId === 'root' ? 0 : all.findIndex((other) => other.id === afterId) + 1;
      const at = afterId ? after : all.length;
      all.splice(at, 0, item);
      // As the API does when its context is full: the oldest is forgotten.
      if (all.length > mostItems) all.shift();
      return before(item.id);
    },
    before,
    remove(id) {
      const at = all.findIndex((item) => item.id === id);
      if (at >= 0) all.splice(at, 1);
      return at >= 0;
    },
  };
}

/** Why an item from the client cannot be added, or the item. */
export function toItem(
  created: NewItem,
  items: ConversationItems,
): { item: ConversationItem } | { error: ProtocolError } {
  const id = created.id ?? `item_${createId()}`;
  if (items.find(id))
    return refuse('invalid_value', `Item with id '${id}' already exists.`, 'item.id');
  if (created.type === 'function_call')
    return {
      item: {
        id,
        kind: 'call',
        callId: created.call_id,
        name: created.name,
        arguments: created.arguments,
        status: 'completed',
      },
    };
  if (created.type === 'function_call_output') return toOutput(id, created, items);
  const text = created.content.map((part) => part.text).join(' ');
  if (created.role !== 'assistant') return { item: { id, kind: created.role, text } };
  const words = [{ text, endByte: 0 }];
  return {
    item: { id, kind: 'assistant', words, audioBytes: 0, spoken: false, status: 'completed' },
  };
}

function toOutput(
  id: string,
  created: { call_id: string; output: string },
  items: ConversationItems,
): { item: ConversationItem } | { error: ProtocolError } {
  const callId = created.call_id;
  const known = items.all.some((item) => item.kind === 'call' && item.callId === callId);
  if (!known)
    return refuse('invalid_tool_call_id', `Tool call ID '${callId}' not found in conversation.`);
  if (items.all.some((item) => item.kind === 'output' && item.callId === callId))
    return refuse('invalid_value', `Tool call '${callId}' already has an output.`, 'item.call_id');
  return { item: { id, kind: 'output', callId, output: created.output } };
}

function refuse(code: string, message: string, param?: string): { error: ProtocolError } {
  return { error: { code, message, ...(param ? { param } : {}) } };
}

/**
 * Cuts what the model remembers of its own speech. Beyond the audio there is → `invalid_value`, and nothing changes: the
 * model goes on believing that everything was heard.
 */
export function truncateItem(
  item: ConversationItem | undefined,
  audioEndMs: number,
): ProtocolError | undefined {
  if (!item)
    return {
      code: 'item_truncate_invalid_item_id',
      message: 'Error truncating item: the item_id does not exist.',
      param: 'item_id',
    };
  if (item.kind !== 'assistant' || !item.spoken)
    return {
      code: 'invalid_value',
      message: 'Only model output audio messages can be truncated.',
      param: 'item_id',
    };
  const lengthMs = item.heardMs ?? Math.floor(item.audioBytes / bytesPerMs);
  if (audioEndMs > lengthMs)
    return {
      code: 'invalid_value',
      message: `Audio content of ${lengthMs}ms is already shorter than ${audioEndMs}ms`,
      param: 'audio_end_ms',
    };
  item.heardMs = audioEndMs;
  return undefined;
}

/** The words of an agent's item that the model remembers having said. */
export function rememberedText(item: AssistantItem): string {
  const limit = item.heardMs === undefined ? Number.POSITIVE_INFINITY : item.heardMs * bytesPerMs;
  return item.words
    .filter((word) => word.endByte <= limit)
    .map((word) => word.text)
    .join(' ');
}

/** The conversation for the receptionist: what was said, heard and answered, and nothing that was cut. */
export function toDialogue(items: readonly ConversationItem[]): DialogueLine[] {
  return items.map(toLine);
}

function toLine(item: ConversationItem): DialogueLine {
  switch (item.kind) {
    case 'user':
      return { kind: 'caller', text: item.text };
    case 'system':
      return { kind: 'note', text: item.text };
    case 'assistant':
      return { kind: 'agent', text: rememberedText(item), cut: isCut(item) };
    case 'call':
      return { kind: 'tool-call', callId: item.callId, name: item.name };
    case 'output':
      return { kind: 'tool-output', callId: item.callId, output: item.output };
  }
}

function isCut(item: AssistantItem): boolean {
  const heardBytes = (item.heardMs ?? Number.POSITIVE_INFINITY) * bytesPerMs;
  return item.status === 'incomplete' || heardBytes < item.audioBytes;
}

/** The item as events carry it. A truncated item has no transcript: the API deletes it. */
export function toWireItem(item: ConversationItem): Record<string, unknown> {
  const base = { id: item.id, object: 'realtime.item' };
  switch (item.kind) {
    case 'user':
      return { ...base, type: 'message', status: 'completed', role: 'user', content: heard(item) };
    case 'system':
      return {
        ...base,
        type: 'message',
        status: 'completed',
        role: 'system',
        content: [{ type: 'input_text', text: item.text }],
      };
    case 'assistant':
      return {
        ...base,
        type: 'message',
        status: item.status,
        role: 'assistant',
        content: said(item),
      };
    case 'call':
      return {
        ...base,
        type: 'function_call',
        status: item.status,
        call_id: item.callId,
        name: item.name,
        arguments: item.arguments,
      };
    case 'output':
      return {
        ...base,
        type: 'function_call_output',
        status: 'completed',
        call_id: item.callId,
        output: item.output,
      };
  }
}

function heard(item: UserItem): Record<string, unknown>[] {
  if (item.audioMs === undefined) return [{ type: 'input_text', text: item.text }];
  return [
    {
      type: 'input_audio',
      ...(item.transcript === undefined ? {} : { transcript: item.transcript }),
    },
  ];
}

function said(item: AssistantItem): Record<string, unknown>[] {
  if (!item.spoken) return [{ type: 'output_text', text: rememberedText(item) }];
  if (item.status === 'in_progress' && item.audioBytes === 0) return [];
  return [
    {
      type: 'output_audio',
      ...(item.heardMs === undefined ? { transcript: rememberedText(item) } : {}),
    },
  ];
}
