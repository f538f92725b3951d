/** Where somebody said that they do not want to be contacted any more. */
export const optOutChannels = ['voice', 'whatsapp', 'web-chat', 'sms', 'staff'] as const;
export type OptOutChannel = (typeof optOutChannels)[number];

export interface OptOut {
  e164: string;
  atMs: number;
  channel: OptOutChannel;
}

/** What came back, and whether anything changed. */
export type OptOutChange = 'changed' | 'unchanged';

/**
 * People who are not to be contacted, on any channel, by number. Only added to: that somebody was on the list, since when
 * and from where stays known. Numbers are written as `optOutNumber` gives them.
 */
export interface OptOutStore {
  /** Durable when it resolves. Rejects with STORE_WRITE_FAILED. */
  add(entry: OptOut): Promise<OptOutChange>;
  /** The person asked to be contacted again. Durable when it resolves. */
  remove(entry: OptOut): Promise<OptOutChange>;
  /** Also for a number that is written without the ninth digit. */
  has(e164: string): boolean;
  /** Those on the list now, oldest first. */
  list(): readonly OptOut[];
  close(): Promise<void>;
}

/** WhatsApp knows many Brazilian mobiles without their ninth digit: `+558899990002` is `+5588999990002`. */
const withoutNinthDigit = /^\+55([1-9]{2})([6-9]\d{7})$/;

/** One way of writing for each person; nothing when it is no number in E.164. */
export function optOutNumber(e164: string): string | undefined {
  if (!/^\+[1-9]\d{6,14}$/.test(e164)) return undefined;
  return e164.replace(withoutNinthDigit, '+55$19$2');
}

/** Every way in which a number may have been written down, the one of `optOutNumber` first. */
export function numberSpellings(e164: string): string[] {
  const whole = optOutNumber(e164);
  if (whole === undefined) return [];
  const short = /^\+55([1-9]{2})9([6-9]\d{7})$/.exec(whole);
  return short ? [whole, `+55${short[1]}${short[2]}`] : [whole];
}
