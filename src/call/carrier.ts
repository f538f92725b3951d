import type { EndReason } from './call-record.ts';

/** What a call needs of the telephone: one open media stream. `twilio/media-stream` fits it. */
export interface Carrier {
  /** @returns false when the audio was dropped because the carrier does not read. */
  sendAudio(payload: string): boolean;
  sendMark(name: string): void;
  /** Empties the carrier's play-out; it answers with every outstanding mark. */
  clear(): void;
  close(code: number, reason: string): void;
}

/** Why the media stream is over. */
export type StreamEnd =
  | 'start-timeout'
  | 'invalid'
  | 'flood'
  | 'lost'
  | 'closed-by-us'
  | 'stopped'
  | 'stuck';

export type PhoneLeft = 'ended' | 'already-ended' | 'failed';

/** Ends the phone leg itself, not just the stream; with `transferred` it is joined to another one instead. */
export type HangUpPhone = (callSid: string, reason: EndReason) => Promise<PhoneLeft>;
