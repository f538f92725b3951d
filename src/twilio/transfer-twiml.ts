import VoiceResponse from 'twilio/lib/twiml/VoiceResponse.js';
import { legalXml, spokenVoice } from './twiml.ts';

/** Words of an acceptance, for the recogniser. */
const hints = 'aceito, pode passar, sim, um, não, recuso, dois';

/** Paths are below our public address. */
interface Dial {
  numberE164: string;
  ringMs: number;
  endedPath: string;
  /** Fetched when the number answers and performed there alone; the two are joined when it is over. */
  whisperPath?: string;
}

/**
 * `<Dial>` of one number. What follows is decided at `endedPath`, whatever came of it.
 * @param publicUrl a document sent by REST has no address of its own: its addresses are absolute
 * @param callerId shown to who is called; owned by or verified with the account
 */
export function dialDestination(
  { numberE164, ringMs, endedPath, whisperPath }: Dial,
  publicUrl: string,
  callerId: string | undefined,
): string {
  const response = new VoiceResponse();
  const verb = response.dial({
    action: `${publicUrl}${endedPath}`,
    method: 'POST',
    timeout: Math.ceil(ringMs / 1_000),
    ringTone: 'br',
    ...(callerId ? { callerId } : {}),
  });
  const whisper = whisperPath ? { url: `${publicUrl}${whisperPath}`, method: 'POST' } : {};
  verb.number(whisper, numberE164);
  return response.toString();
}

/** Says something to the person called and waits for a key or a word; without either, `answerUrl` hears of that too. */
export function askStaff(question: { say: string; answerUrl: string; answerMs: number }): string {
  const response = new VoiceResponse();
  const gather = response.gather({
    input: ['dtmf', 'speech'],
    numDigits: 1,
    timeout: Math.ceil(question.answerMs / 1_000),
    speechTimeout: 'auto',
    language: 'pt-BR',
    hints,
    action: question.answerUrl,
    method: 'POST',
    actionOnEmptyResult: true,
  });
  gather.say({ ...spokenVoice }, legalXml(question.say));
  response.hangup();
  return response.toString();
}
