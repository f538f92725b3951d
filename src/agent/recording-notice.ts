import { createHash } from 'node:crypto';
import { type ConsentSetting, consentWording } from './clinic-consent.ts';

interface Greeter {
  consent: ConsentSetting;
  persona: { greeting?: string | undefined };
}

/** Hexadecimal digits of the hash that names a greeting's own notice: it changes whenever the words do. */
const versionDigits = 8;

/**
 * How this call asks or tells that it is recorded. A clinic's own greeting that gives the notice itself gives it in its
 * own words: those are what has to be heard, under a version made of them.
 */
export function announcedConsent(
  { consent, persona }: Greeter,
  direction: 'inbound' | 'outbound',
): ConsentSetting {
  const isStandard = direction === 'outbound' || !persona.greeting;
  if (isStandard || consent.policy === 'question' || consent.wording) return consent;
  const wording = sentencesOfRecording(persona.greeting ?? '');
  if (wording === consentWording(consent).text) return consent;
  const hash = createHash('sha256').update(wording).digest('hex').slice(0, versionDigits);
  return { ...consent, wording, wordingVersion: `saudacao-${hash}` };
}

function sentencesOfRecording(greeting: string): string {
  const sentences = greeting.match(/[^.!?]*grava[^.!?]*[.!?]?/gi) ?? [];
  return sentences.join('').replace(/\s+/g, ' ').trim();
}

/** Do these words of the agent hold the whole wording? Punctuation and capitals do not matter. */
export function holdsWording(said: string, setting: ConsentSetting): boolean {
  return bare(said).includes(bare(consentWording(setting).text));
}

function bare(text: string): string {
  return ` ${(text.toLocaleLowerCase('pt-BR').match(/[\p{L}\p{N}]+/gu) ?? []).join(' ')} `;
}
