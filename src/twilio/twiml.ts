import VoiceResponse from 'twilio/lib/twiml/VoiceResponse.js';
import { CodedError } from '../platform/errors.ts';

/** Without the charset Twilio guesses; Portuguese needs UTF-8. */
export const twimlContentType = 'text/xml; charset=utf-8';

/** Twilio allows fewer than 500 characters for a `<Parameter>`'s name and value together. */
const mostParameterLength = 499;

const streamName = 'main';
export const spokenVoice = { voice: 'Polly.Camila-Neural', language: 'pt-BR' } as const;

/** What the caller hears and where they go when no agent can speak to them. */
export interface WayOut {
  /** pt-BR, one or two short sentences. */
  apology: string;
  /** The clinic's reception; without it the call ends after the apology. */
  receptionE164?: string;
  /** Number shown to the reception; must be owned by or verified with the Twilio account. */
  callerId?: string;
}

export interface StreamOffer extends WayOut {
  /** `wss://…` without a query (Twilio refuses it, error 31920). */
  streamUrl: string;
  streamStatusUrl: string;
  /** Arrive as `customParameters` of `start`. One that is too long for Twilio is left out. */
  parameters: Record<string, string>;
}

/**
 * `<Connect><Stream>` and, after it, the way out: Twilio runs those verbs when the stream ends or never opens, even if
 * this process is dead. A call that ended well is completed by REST before its stream closes, so nobody hears them.
 *
 * @throws CONFIG_INVALID when the stream's address has a query or fragment.
 */
export function connectStream(offer: StreamOffer): string {
  if (/[?#]/.test(offer.streamUrl)) {
    throw new CodedError(
      'CONFIG_INVALID',
      'The media stream address must have no query: check PUBLIC_URL',
    );
  }
  const response = new VoiceResponse();
  const stream = response.connect().stream({
    url: offer.streamUrl,
    name: streamName,
    statusCallback: offer.streamStatusUrl,
    statusCallbackMethod: 'POST',
  });
  for (const [name, text] of Object.entries(offer.parameters)) {
    const value = legalXml(text);
    if (name.length + value.length <= mostParameterLength) stream.parameter({ name, value });
  }
  addWayOut(response, offer);
  return response.toString();
}

/** The answer to a call that gets no agent: apology, then the reception or a hang-up. */
export function fallback(wayOut: WayOut): string {
  const response = new VoiceResponse();
  addWayOut(response, wayOut);
  return response.toString();
}

export function hangup(): string {
  const response = new VoiceResponse();
  response.hangup();
  return response.toString();
}

/** For callbacks that expect no instruction. */
export function emptyResponse(): string {
  return new VoiceResponse().toString();
}

function addWayOut(response: VoiceResponse, wayOut: WayOut): void {
  response.say({ ...spokenVoice }, legalXml(wayOut.apology));
  if (wayOut.receptionE164 === undefined) {
    response.hangup();
    return;
  }
  response.dial(wayOut.callerId ? { callerId: wayOut.callerId } : {}, wayOut.receptionE164);
}

/** Removes what XML 1.0 cannot carry even when escaped: a caller id with a control character must not spoil the answer. */
export function legalXml(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: removing them is the point
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu, '');
}
