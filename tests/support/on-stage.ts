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

/** A wish that the shipped clinic accepts: 10:00 on a working day in a week or so. */
export function appointmentArguments(): Record<string, string> {
  const day = new Date(Date.now() + 7 * 86_400_000);
  while (day.getUTCDay() === 0 || day.getUTCDay() === 6) day.setUTCDate(day.getUTCDate() + 1);
  return {
    client_name: 'Maria da Silva',
    day: day.toISOString().slice(0, 10),
    time: '10:00',
    phone: '88 99999-0001',
  };
}
