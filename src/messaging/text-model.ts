import type { ToolCall, ToolDefinition } from '../agent/tool.ts';

/** One item of what the model is given to answer, oldest first. */
export type ModelItem =
  | { type: 'message'; role: 'user' | 'assistant' | 'developer'; text: string }
  | { type: 'call'; callId: string; name: string; arguments: string }
  | { type: 'output'; callId: string; output: string }
  /** The model's own of the same reply, handed back as it came. */
  | { type: 'replay'; value: unknown };

export interface TextRequest {
  /** The service's usual one when left out. */
  model?: string;
  instructions: string;
  items: readonly ModelItem[];
  tools: readonly ToolDefinition[];
  /** Stable and not reversible to a person. */
  safetyIdentifier: string;
  maxOutputTokens: number;
  signal?: AbortSignal;
}

export type TextEvent =
  | { type: 'delta'; text: string }
  /** The last one, always. */
  | {
      type: 'done';
      text: string;
      calls: ToolCall[];
      /** For the next round of the same reply, before the outputs of the calls. */
      replay: ModelItem[];
      usage: { inputTokens: number; outputTokens: number };
      /** Ended before it was whole: too many tokens. */
      isCut: boolean;
    };

/** A model that writes. Rejects with TEXT_MODEL_FAILED when there is no answer. */
export interface TextModel {
  respond(request: TextRequest): AsyncIterable<TextEvent>;
}
