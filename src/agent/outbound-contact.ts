import type { ContactAnswer } from '../scheduling/appointment.ts';

export { contactAnswers } from '../scheduling/appointment.ts';

/** Why a list of people is rung: to ask whether they come, to remind them, or for a reason of its own. */
export const contactKinds = ['confirm', 'remind', 'custom'] as const;
export type ContactKind = (typeof contactKinds)[number];

/** What is known of somebody whom we ring from a list. All of it is the server's own: no model and no callee adds to it. */
export interface OutboundContact {
  kind: ContactKind;
  /** Of whom we hope to reach; said to nobody beyond the first word. */
  name?: string;
  appointmentId?: string;
  /** Of that appointment, in the clinic's zone: `YYYY-MM-DD` and `HH:MM`. */
  visit?: { day: string; time: string };
  /** Writes the answer on the row of the list. Durable when it resolves. */
  keepAnswer(answer: ContactAnswer, callId: string): Promise<void>;
  /** Nobody contacts this number again. Durable when it resolves. */
  neverAgain(): Promise<void>;
}
