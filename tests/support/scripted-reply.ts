import type { ModelConversation } from './model-conversation.ts';

export type Fields = Record<string, unknown>;

export const bytesPerMs = 8;
export const defaultChunkBytes = 1_999;

/** Something the model says in one item. `audio` is μ-law. */
export interface Speech {
  text: string;
  audio: Buffer;
  /** All deltas at once. Default unless `intervalMs` is given. */
  burst?: boolean;
  /** Default 1,999: odd, as the real sizes are arbitrary. */
  chunkBytes?: number;
  /** Pause between deltas. Real models are faster than the audio plays. */
  intervalMs?: number;
}

export interface ToolCall {
  name: string;
  /** A string is sent as it is, anything else as JSON. */
  arguments: unknown;
  callId?: string;
  /** As interrupted and failed replies leave them. */
  status?: 'completed' | 'incomplete';
}

export type ReplyEnd =
  | 'completed'
  /** Not at all: the reply stays active and silent until the test goes on with it. */
  | 'hold'
  | { failed: string }
  | { incomplete: 'max_output_tokens' | 'content_filter' };

export type ScriptedReply =
  | 'hold'
  /** An error instead of a reply; an automatic one simply does not come. */
  | { refuse: string }
  | { say?: Speech | Speech[]; call?: ToolCall | ToolCall[]; end?: ReplyEnd };

export interface ReplyRequestSeen {
  /** Made by voice detection, not by `response.create`. */
  auto: boolean;
  tag?: string;
  instructions?: string;
  toolChoice?: unknown;
  /** From 1, over all replies of this connection. */
  count: number;
  conversation: ModelConversation;
}

/** `undefined` gives the default reply. */
export type ReplyHandler = (request: ReplyRequestSeen) => ScriptedReply | undefined;

export interface OpenItem {
  id: string;
  outputIndex: number;
  speech?: { transcript: string };
  call?: { callId: string; name: string; arguments: string };
}

export interface Reply {
  id: string;
  metadata: { tag: string } | null;
  output: Fields[];
  open: OpenItem | undefined;
  /** Nothing is scheduled: a test may go on with it. */
  held: boolean;
  over: boolean;
  audioBytes: number;
  lastItemId?: string;
}

export function list<T>(value: T | T[] | undefined): T[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

export function place(reply: Reply, open: OpenItem) {
  return {
    response_id: reply.id,
    item_id: open.id,
    output_index: open.outputIndex,
    content_index: 0,
  };
}

export function itemOf(open: OpenItem, status: string): Fields & { id: string } {
  const { id, call, speech } = open;
  if (call) {
    const { callId: call_id, name } = call;
    const json = status === 'in_progress' ? '' : call.arguments;
    return {
      id,
      object: 'realtime.item',
      type: 'function_call',
      status,
      call_id,
      name,
      arguments: json,
    };
  }
  const content =
    status === 'in_progress'
      ? []
      : [{ type: 'output_audio', transcript: speech?.transcript ?? '' }];
  return { id, object: 'realtime.item', type: 'message', status, role: 'assistant', content };
}

export function slices(audio: Buffer, bytes: number): Buffer[] {
  const parts: Buffer[] = [];
  for (let at = 0; at < audio.length; at += bytes) parts.push(audio.subarray(at, at + bytes));
  return parts;
}

/** A text in about equal parts, cut at blanks, joined again by `join('')`. */
export function shares(text: string, count: number): string[] {
  const words = text.split(/(?<= )/);
  return Array.from({ length: count }, (_, i) => {
    const from = Math.round((i * words.length) / count);
    const to = Math.round(((i + 1) * words.length) / count);
    return words.slice(from, to).join('');
  });
}

/** Counted as OpenAI does: a token each 100 ms heard and each 50 ms spoken. */
export function usage(heardBytes: number, spokenBytes: number): Fields {
  const audioIn = Math.ceil(heardBytes / bytesPerMs / 100);
  const audioOut = Math.ceil(spokenBytes / bytesPerMs / 50);
  const idle = heardBytes === 0 && spokenBytes === 0;
  const textIn = idle ? 0 : 200;
  const textOut = Math.ceil(audioOut / 4);
  return {
    total_tokens: textIn + audioIn + textOut + audioOut,
    input_tokens: textIn + audioIn,
    output_tokens: textOut + audioOut,
    input_token_details: {
      text_tokens: textIn,
      audio_tokens: audioIn,
      cached_tokens: textIn / 2,
      cached_tokens_details: { text_tokens: textIn / 2, audio_tokens: 0 },
    },
    output_token_details: { text_tokens: textOut, audio_tokens: audioOut },
  };
}
