import type { ModelConversation } from './model-conversation.ts';
import { outputsGiven } from './on-stage.ts';
import { pass, until } from './stage.ts';

/** Answers of the tools, as far as tests read them. */
export interface ToolOutput {
  ok: boolean;
  code?: string;
  message: string;
  protocol?: string;
  slots?: { slot: string; date: string; time: string }[];
  [key: string]: unknown;
}

export interface BookingWish {
  service?: string;
  practitioner?: string;
  when?: string;
  patient?: Record<string, string>;
}

/** Has the model call a tool when it has nothing to say, and gives back what it was answered. */
export async function useTool(
  model: ModelConversation,
  name: string,
  args: Record<string, unknown> = {},
): Promise<ToolOutput> {
  await until(() => !model.isReplying, 'the model has finished');
  const { callId } = model.callTool({ name, arguments: args });
  const given = await until(
    () => outputsGiven(model).find((one) => one.callId === callId),
    `the output of ${name}`,
  );
  return given.output as ToolOutput;
}

/** Finds, holds and reviews a visit. What is left is the caller's yes and `confirm_appointment`. */
export async function reviewByTools(
  model: ModelConversation,
  { service = 'cardiologista', practitioner, when, patient }: BookingWish = {},
): Promise<void> {
  const found = await useTool(model, 'find_slots', {
    service,
    ...(practitioner ? { practitioner } : {}),
    ...(when ? { when } : {}),
  });
  const slot = found.slots?.[0]?.slot;
  if (!slot) throw new Error(`no free time: ${found.message}`);
  const held = await useTool(model, 'hold_slots', { slots: [slot] });
  if (!held.ok) throw new Error(`not held: ${held.message}`);
  const review = await useTool(model, 'review_appointment', { ...maria, ...patient });
  if (!review.ok) throw new Error(`not reviewed: ${review.message}`);
}

/** Somebody whom the shipped clinic can book. */
const maria = { patient_name: 'Maria da Silva', birth_date: '12/03/1985', rg: '2001002003' };

/** The caller says yes; the model answers something, as it always does. */
export async function callerAgrees(model: ModelConversation): Promise<void> {
  await until(() => !model.isReplying, 'the model has finished');
  model.speechStarted();
  await pass(600);
  model.speechStopped({ transcript: 'Isso, pode confirmar.' });
  await until(() => !model.isReplying, 'the answer is given');
}

/** All of it. */
export async function bookByTools(
  model: ModelConversation,
  wish: BookingWish = {},
): Promise<ToolOutput> {
  await reviewByTools(model, wish);
  await callerAgrees(model);
  return useTool(model, 'confirm_appointment');
}

/** What the latest tool wants said. */
export function lastMessage(model: ModelConversation): string {
  const last = outputsGiven(model).at(-1)?.output as ToolOutput | undefined;
  return last?.message ?? '';
}
