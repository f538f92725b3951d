/** What the softphone page is told. Shapes only: the browser shares them. */

export interface SoftphoneInfo {
  /** Without accounts: nobody recognises a voice, so what is said is typed, or a patient is played. */
  sandbox: boolean;
  /** Patients that can be played, in the sandbox. */
  patients: { id: string; says: string }[];
}

/** A call that waits for its stream: the page sends these in `start`, as the telephone company does. */
export interface SoftphoneCall {
  /** Ours, as in the live feed. */
  id: string;
  callSid: string;
  accountSid: string;
  streamSid: string;
  token: string;
}

/** What comes on the stream beside `media`, `mark` and `clear`: in the sandbox, what the page is to say and to press. */
export type SoftphoneOrder =
  | { event: 'say'; payload: string }
  | { event: 'press'; keys: string }
  | { event: 'hang-up' };
