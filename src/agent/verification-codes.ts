import { createHmac, randomBytes, randomInt, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { Metrics } from '../platform/metrics.ts';

/** One-time codes to a number on file: level 3 of the identity ladder. */
export interface VerificationCodes {
  /**
   * Answers at once and alike whether or not anything is sent: sending goes on behind it, and `to` is undefined when
   * nothing on file matches. `too-many` depends on this conversation alone.
   */
  send(request: {
    conversationId: string;
    clinicName: string;
    to: string | undefined;
    /** What it opens: given back by `check`. */
    patient: string;
    by: 'sms' | 'whatsapp';
  }): 'accepted' | 'too-many';
  /** Single use; `wrong` for anything else, alike. @returns the patient whose code it was. */
  check(request: { conversationId: string; code: string }): { patient: string } | 'wrong';
}

export interface CodeMessage {
  /** E.164. */
  to: string;
  by: 'sms' | 'whatsapp';
  text: string;
}

export interface VerificationCodesOptions {
  /** Any `outcome` but `sent` counts as a failure. */
  send(message: CodeMessage): Promise<{ outcome: string }>;
  clock: Clock;
  log: Log;
  metrics: Metrics;
  /** A whole number from 0 up to, not including, `below`. Default: the system's cryptographic generator. */
  random?: (below: number) => number;
}

export const codeDigits = 6;
/** Time to find the telephone, open the message and read it aloud. ASVS 6.6.4 allows at most ten minutes. */
const validMs = 5 * 60_000;
/** A slip of the tongue and one of the ear; guessing has a chance of 3 in a million. */
const mostTries = 3;
/**
 * Codes within `sendWindowMs`: asked for in one conversation (the next is refused, whatever came of the others) and sent
 * to one number over all conversations (the next is not sent, and nobody is told): no telephone is flooded through us.
 */
const mostSends = 3;
const sendWindowMs = 60 * 60_000;
/** Codes, and conversations with numbers, remembered; beyond it the oldest is forgotten. About 200 bytes each. */
const mostRemembered = 10_000;

interface Issued {
  hash: Buffer;
  patient: string;
  expiresAtMs: number;
  triesLeft: number;
}

/** Codes and numbers are kept as hashes under a key of this process, so that no dump of its memory opens anything. */
export function createVerificationCodes(options: VerificationCodesOptions): VerificationCodes {
  const { clock, metrics, random = (below: number) => randomInt(below) } = options;
  const secret = randomBytes(32);
  const hashOf = (...parts: string[]) =>
    createHmac('sha256', secret).update(JSON.stringify(parts)).digest();
  const nobodys = randomBytes(32);
  const issuedTo = new Map<string, Issued>();
  const sends = createSendLimit(clock, (key) => hashOf('send', key).toString('base64'));

  return {
    send({ conversationId, clinicName, to, patient, by }) {
      if (!sends.take(conversationId)) return 'too-many';
      const digits = String(random(10 ** codeDigits)).padStart(codeDigits, '0');
      const hash = hashOf('code', conversationId, digits);
      if (to === undefined || !sends.take(to)) {
        metrics.count('verification_codes_total', { outcome: 'withheld' });
        return 'accepted';
      }
      const expiresAtMs = clock.monotonicMs() + validMs;
      remember(issuedTo, conversationId, { hash, patient, expiresAtMs, triesLeft: mostTries });
      void deliver({ to, by, text: messageText(clinicName, digits) }, options);
      return 'accepted';
    },

    check({ conversationId, code }) {
      const issued = issuedTo.get(conversationId);
      // Compared even when there is nothing to compare with: the work tells nothing.
      const isRight = timingSafeEqual(
        hashOf('code', conversationId, code),
        issued?.hash ?? nobodys,
      );
      const isAlive = issued !== undefined && clock.monotonicMs() < issued.expiresAtMs;
      if (issued) issued.triesLeft -= 1;
      if (isRight || !isAlive || issued.triesLeft <= 0) issuedTo.delete(conversationId);
      const isAccepted = isRight && isAlive;
      metrics.count('verification_codes_total', { outcome: isAccepted ? 'right' : 'wrong' });
      return isAccepted ? { patient: issued.patient } : 'wrong';
    },
  };
}

/** No word about health: others read a locked screen too. */
function messageText(clinicName: string, digits: string): string {
  const code = `${digits.slice(0, 3)} ${digits.slice(3)}`;
  const minutes = validMs / 60_000;
  return `${clinicName}: seu código é ${code}. Vale por ${minutes} minutos. Não informe a ninguém que ligar para você.`;
}

/** After the answer: how long a carrier takes would tell whether there was a number. Not repeated: the caller asks again. */
async function deliver(
  message: CodeMessage,
  { send, log, metrics }: VerificationCodesOptions,
): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  let reason: string;
  try {
    const { outcome } = await send(message);
    reason = outcome;
  } catch (error) {
    // Only the kind: a message of an error may repeat the number or the code.
    reason = error instanceof Error ? error.name : typeof error;
  }
  const isSent = reason === 'sent';
  metrics.count('verification_codes_total', { outcome: isSent ? 'sent' : 'failed' });
  if (!isSent) log.warn({ by: message.by, reason }, 'a verification code could not be sent');
}

function createSendLimit(clock: Clock, keyOf: (whose: string) => string) {
  const sentAtMs = new Map<string, number[]>();
  return {
    /** Counts one more, unless there were too many. @param whose conversation or number */
    take(whose: string): boolean {
      const key = keyOf(whose);
      const nowMs = clock.monotonicMs();
      const recent = (sentAtMs.get(key) ?? []).filter((atMs) => nowMs - atMs < sendWindowMs);
      if (recent.length >= mostSends) return false;
      remember(sentAtMs, key, [...recent, nowMs]);
      return true;
    },
  };
}

/** Puts it last and forgets the first when there are too many. */
function remember<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > mostRemembered && oldest !== undefined) map.delete(oldest);
}
