import type { CarrierCall } from '../../src/sandbox/carrier-call.ts';
import { markedAudio, readMarks } from './marked-audio.ts';
import type { ModelConversation } from './model-conversation.ts';
import { pass, played } from './stage.ts';

/** As long as the shipped profile's voice detection waits before it says that the caller stopped. */
export const endpointingMs = 500;
const callerAudioId = 900;

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
