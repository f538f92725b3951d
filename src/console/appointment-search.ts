import type { ClinicProfile } from '../agent/clinic-profile.ts';
import type { Clock } from '../platform/clock.ts';
import type { Appointment } from '../scheduling/appointment.ts';
import type { AppointmentStore } from '../scheduling/appointment-store.ts';
import { addDays, wallTimeOf } from '../scheduling/wall-time.ts';

/** Days gone by in which a visit is still looked for; each day's files are read. */
const daysBack = 90;
/** Found at most: who has more writes a longer name. */
const mostFound = 50;
/** Digits that are a part of a telephone number and not of anything else. */
const leastPhoneDigits = 4;

/** Visits by name (accents and capitals do not count), protocol or telephone: those to come first, then the latest. */
export async function findAppointments(
  appointments: Pick<AppointmentStore, 'list'>,
  clinic: Pick<ClinicProfile, 'id' | 'timeZone' | 'booking'>,
  words: string,
  clock: Pick<Clock, 'wallMs'>,
): Promise<Appointment[]> {
  const today = wallTimeOf(clock.wallMs(), clinic.timeZone).date;
  const listed = await appointments.list({
    from: addDays(today, -daysBack),
    to: addDays(today, clinic.booking.horizonDays + 1),
  });
  const isWanted = wantedTest(words);
  const found = listed.filter((one) => one.clinic === clinic.id && isWanted(one));
  const ahead = found.filter(({ day }) => day >= today);
  const before = found.filter(({ day }) => day < today).reverse();
  return [...ahead, ...before].slice(0, mostFound);
}

/** Pure. */
export function wantedTest(words: string): (one: Appointment) => boolean {
  const names = folded(words).split(' ').filter(Boolean);
  const digits = words.replaceAll(/\D/g, '');
  const isNumber = digits.length >= leastPhoneDigits && !/\p{L}/u.test(words);
  return ({ patient, clientName, phone, bookedFrom, protocol }) => {
    if (isNumber)
      return (
        protocol.startsWith(digits) ||
        [phone, bookedFrom].some((number) => number?.includes(digits))
      );
    const theirs = folded(`${patient.name} ${clientName}`);
    return names.length > 0 && names.every((name) => theirs.includes(name));
  };
}

function folded(text: string): string {
  return text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase().trim();
}
