import { createHash } from 'node:crypto';
import type { Appointment } from '../scheduling/appointment.ts';
import { patientKey } from '../scheduling/patient-key.ts';
import { folded, grammarWords } from './portuguese-words.ts';

/**
 * What somebody who speaks to us has shown about one appointment. docs/identity.md says what each level may.
 * 0: nothing. 1: they speak from its number. 2: and know name and birth date. 3: a code sent to its number came back.
 */
export type IdentityLevel = 0 | 1 | 2 | 3;

/** The least that may read, move or cancel an appointment. */
const levelThatOpens: IdentityLevel = 2;

/** Checked words of the caller. */
export interface SaidIdentity {
  name: string;
  /** `YYYY-MM-DD` */
  birthDate: string;
}

export interface Evidence {
  /** From the carrier, never from what was said. */
  callerE164: string | undefined;
  /** `recordKey`s of the codes that came back in this conversation. */
  verified: ReadonlySet<string>;
  /** Ids of appointments that were booked in this very conversation: whoever made them gave all there is to know. */
  bookedHere: ReadonlySet<string>;
}

/**
 * What a code opens: one patient's appointments at one number. Not the patient alone, or whoever books in somebody's
 * name with a number of their own could have a code sent there and read the other's visits.
 */
export function recordKey(patient: string, numberE164: string): string {
  return createHash('sha256').update(`${patient}|${numberE164}`).digest('hex');
}

/**
 * Contact number of the appointment: what a code goes to and a caller's number is compared with. The number that it was
 * booked from is not one: a lent telephone or a firm's exchange opens nothing.
 */
export function numberOnFile({ phone }: Appointment): string | null {
  return phone;
}

export function identityLevel(
  appointment: Appointment,
  said: SaidIdentity,
  { callerE164, verified, bookedHere }: Evidence,
): IdentityLevel {
  const match = matchOf(appointment, said);
  const number = numberOnFile(appointment);
  const key = patientKey(said.name, said.birthDate);
  if (match === 'whole' && number !== null && verified.has(recordKey(key, number))) return 3;
  const isTheirs = callerE164 !== undefined && number === callerE164;
  if (!isTheirs && !bookedHere.has(appointment.id)) return 0;
  return match === 'none' ? 1 : 2;
}

/** Those of the appointments that this caller may read, change and cancel. None, when it is in doubt who is meant. */
export function openedBy(
  appointments: readonly Appointment[],
  said: SaidIdentity,
  evidence: Evidence,
): Appointment[] {
  const opened = appointments.filter((one) => identityLevel(one, said, evidence) >= levelThatOpens);
  const whole = opened.filter((one) => matchOf(one, said) === 'whole');
  if (whole.length > 0) return whole;
  // Twins on their mother's telephone: “Ana Silva” may be either.
  const people = new Set(opened.map(({ patient }) => folded(patient.name)));
  return people.size === 1 ? opened : [];
}

type NameMatch = 'whole' | 'first-and-last' | 'none';

/** Accents, capitals and spaces do not count; without a birth date on file nobody is recognised. */
function matchOf({ patient }: Appointment, said: SaidIdentity): NameMatch {
  if (patient.birthDate === null || patient.birthDate !== said.birthDate) return 'none';
  const { birthDate } = said;
  if (patientKey(patient.name, birthDate) === patientKey(said.name, birthDate)) return 'whole';
  const onFile = nameWords(patient.name);
  const spoken = nameWords(said.name);
  const isShort = spoken.length === 2 && onFile.length > 2;
  return isShort && spoken[0] === onFile[0] && spoken[1] === onFile.at(-1)
    ? 'first-and-last'
    : 'none';
}

/** Without “de”, “da”, “dos”. */
function nameWords(name: string): string[] {
  return folded(name)
    .split(' ')
    .filter((word) => word !== '' && !grammarWords.has(word));
}
