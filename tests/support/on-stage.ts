import { expect } from 'vitest';
import type { ModelConversation } from './model-conversation.ts';
import { openStage, type Stage, type StageOptions } from './stage.ts';

/** One situation on a stage of its own. Whatever it shows, the protocol with the model was kept, and all is freed. */
export async function onStage(
  options: StageOptions,
  play: (stage: Stage) => Promise<void>,
): Promise<void> {
  const stage = await openStage(options);
  try {
    await play(stage);
    expect(stage.model.violations).toEqual([]);
  } finally {
    await stage.close();
  }
}

/** Texts that a session was told by `conversation.item.create`, in order. */
export function textsTold(model: ModelConversation): { role: string; text: string }[] {
  return model.of('conversation.item.create').flatMap(({ event: { item } }) => {
    if (item.type !== 'message') return [];
    const [content] = item.content;
    return content && 'text' in content ? [{ role: item.role, text: content.text ?? '' }] : [];
  });
}

/** Outputs of tools that a session was given, parsed. */
export function outputsGiven(model: ModelConversation): { callId: string; output: unknown }[] {
  return model.of('conversation.item.create').flatMap(({ event: { item } }) => {
    if (item.type !== 'function_call_output') return [];
    return [{ callId: item.call_id, output: JSON.parse(item.output) as unknown }];
  });
}

/** A message that the shipped clinic accepts: the simplest thing that a tool keeps. */
export function messageArguments(): Record<string, string> {
  return { name: 'Maria da Silva', message: 'Por favor, retornem.', phone: '88 99999-0001' };
}
