import type { ConversationItem } from './conversation-items.ts';
import { rememberedText } from './conversation-items.ts';

/** Token counts as the API reports them: plausible, not exact. Cached tokens are a part of the input tokens. */

const msPerInputToken = 100;
const msPerOutputToken = 50;
/** Portuguese text, roughly. */
const lettersPerToken = 4;

export interface ContextTokens {
  text: number;
  audio: number;
}

/** What the model reads before it answers: everything so far. */
export function contextTokens(
  items: readonly ConversationItem[],
  instructions: string,
): ContextTokens {
  let audioMs = 0;
  let letters = instructions.length;
  for (const item of items) {
    if (item.kind === 'user' && item.audioMs !== undefined) audioMs += item.audioMs;
    else if (item.kind === 'assistant') letters += rememberedText(item).length;
    else if (item.kind === 'call') letters += item.arguments.length;
    else letters += item.kind === 'output' ? item.output.length : item.text.length;
  }
  return {
    text: Math.ceil(letters / lettersPerToken),
    audio: Math.ceil(audioMs / msPerInputToken),
  };
}

/** @param cached the context of the response before: that much was read already */
export function toUsage(
  context: ContextTokens,
  cached: ContextTokens,
  output: readonly ConversationItem[],
  audioMs: number,
): Record<string, unknown> {
  const letters = output
    .map((item) => (item.kind === 'assistant' ? rememberedText(item) : ''))
    .concat(output.map((item) => (item.kind === 'call' ? item.arguments : '')))
    .join('').length;
  const outputText = Math.ceil(letters / lettersPerToken);
  const outputAudio = Math.ceil(audioMs / msPerOutputToken);
  const inputTokens = context.text + context.audio;
  const cachedText = Math.min(cached.text, context.text);
  const cachedAudio = Math.min(cached.audio, context.audio);
  return {
    total_tokens: inputTokens + outputText + outputAudio,
    input_tokens: inputTokens,
    output_tokens: outputText + outputAudio,
    input_token_details: {
      text_tokens: context.text,
      audio_tokens: context.audio,
      image_tokens: 0,
      cached_tokens: cachedText + cachedAudio,
      cached_tokens_details: {
        text_tokens: cachedText,
        audio_tokens: cachedAudio,
        image_tokens: 0,
      },
    },
    output_token_details: { text_tokens: outputText, audio_tokens: outputAudio },
  };
}
