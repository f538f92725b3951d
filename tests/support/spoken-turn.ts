import type { CarrierCall } from '../../src/sandbox/carrier-call.ts';
import { markedAudio, readMarks } from './marked-audio.ts';
import type { ModelConversation } from './model-conversation.ts';
import type { ScriptedReply } from './scripted-reply.ts';
import { pass, played, type Stage, until } from './stage.ts';

/** As long as the shipped profile's voice detection waits before it says that the caller stopped. */
export const endpointingMs = 500;
const callerAudioId = 900;

/** A call whose greeting was heard to its end; from now on it is the caller's turn. */
export async function greeted(
  stage: Stage,
  options: Parameters<Stage['answered']>[0] = {},
): ReturnType<Stage['answered']> {
  const answered = await stage.answered(options);
  const { call } = answered;
  await until(() => heardMs(call, 1) >= 400 && call.heardSilenceMs >= 100, 'the greeting is over');
  return answered;
}

export interface SpokenTurn {
  ms?: number;
  /** What the model recognises; left out: nothing is recognised. */
  text?: string;
  textDelayMs?: number;
}

/**
 * The caller says something, and the model's voice detection notices it as a real one does.
 * @returns when the last word was spoken, in ms of the call.
 */
export async function callerSays(
  call: CarrierCall,
  model: ModelConversation,
  { ms = 600, text, textDelayMs = 20 }: SpokenTurn = {},
): Promise<{ itemId: string; endedAtMs: number }> {
  const { itemId } = model.speechStarted();
  await call.say(markedAudio(callerAudioId, ms));
  const endedAtMs = call.nowMs();
  await pass(endpointingMs);
  model.speechStopped(
    text === undefined ? {} : { transcript: text, transcriptDelayMs: textDelayMs },
  );
  return { itemId, endedAtMs };
}

/** Whole frames of marked agent audio that the caller heard, by their number, in the order heard. */
export function framesHeard(call: CarrierCall, id: number): number[] {
  return readMarks(played(call))
    .filter((mark) => mark.id === id)
    .map((mark) => mark.frame);
}

/** Milliseconds of marked agent audio that the caller heard. */
export function heardMs(call: CarrierCall, id: number): number {
  return framesHeard(call, id).length * 20;
}

/** The model answers its requests one after the other with these; then with the last. */
export function answersWith(model: ModelConversation, ...replies: ScriptedReply[]): void {
  let next = 0;
  model.onReplyRequest(() => {
    const reply = replies[Math.min(next, replies.length - 1)];
    next += 1;
    return reply;
  });
}

/** The caller says something, the model answers it as it should, and the answer is heard. */
export async function expectConversationGoesOn(
  call: CarrierCall,
  model: ModelConversation,
): Promise<void> {
  const id = 70 + model.events.length;
  answersWith(model, { say: { text: 'Sim, pode falar.', audio: markedAudio(id, 400) } });
  await callerSays(call, model, { text: 'E agora?' });
  await until(() => heardMs(call, id) === 400, 'the answer is heard');
}
