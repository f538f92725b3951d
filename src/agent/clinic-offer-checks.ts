import { candidatesOf } from '../scheduling/availability.ts';
import { type Calendar, openingsFor } from '../scheduling/offer.ts';
import type { ScheduleRule } from '../scheduling/recurrence.ts';
import { longestClaimMs } from '../scheduling/reservation-record.ts';
import { addDays } from '../scheduling/wall-time.ts';
import { type Bookable, bookablesOf } from './clinic-agenda.ts';
import { clinicCalendar } from './clinic-calendar.ts';
import type { ClinicProblem } from './clinic-cross-checks.ts';
import type { ClinicProfile, Schedule } from './clinic-profile.ts';

/** Any day will do to see whether a rule without a beginning ever holds. */
const sampleDay = '2026-01-01';
/** Nearly every rule shows within the first range, in days; within the second every rule does that ever holds. */
const sampleRanges = [31, 731];

const never =
  'nunca cai em dia e hora em que há atendimento (confira “openingHours”, “holidays”, “exceptions” e a duração)';
const tooLong = 'com as folgas, passa de 24 horas';

/** Rules that nobody could ever book under: always a slip of the pen. Pure; the words are for the clinic's staff. */
export function offerProblems(clinic: ClinicProfile): ClinicProblem[] {
  const bookables = bookablesOf(clinic);
  const calendar = clinicCalendar(clinic);
  const check = (
    owner: { id: string; schedules: readonly Schedule[] },
    path: readonly (string | number)[],
  ) => {
    const theirs = bookables.filter(
      ({ serviceId }) => serviceId === owner.id || serviceId.startsWith(`${owner.id}/`),
    );
    return owner.schedules.flatMap((rule, i) =>
      theirs.length === 0 ? [] : problemOf(rule, theirs, calendar, [...path, 'schedules', i]),
    );
  };
  return [
    ...clinic.services.flatMap((service, i) => check(service, ['services', i])),
    ...clinic.practitioners.flatMap((one, i) => check(one, ['practitioners', i])),
  ];
}

function problemOf(
  rule: Schedule,
  bookables: readonly Bookable[],
  calendar: Calendar,
  path: (string | number)[],
): ClinicProblem[] {
  if (rule.kind === 'monthly' && rule.day === undefined && !rule.announced?.length) return [];
  const { practitioner } = rule;
  const users = bookables.filter(
    ({ practitionerId }) => practitioner === undefined || practitioner === practitionerId,
  );
  if (users.length === 0) {
    const message = `“${practitioner ?? ''}” não está em “offers” daqui: a regra não vale para ninguém`;
    return [{ path: [...path, 'practitioner'], message }];
  }
  for (const days of sampleRanges)
    for (const one of users) {
      const [longestMs] = sampleOf(rule, one, calendar, days).toSorted((a, b) => b - a);
      if (longestMs === undefined) continue;
      return longestMs > longestClaimMs ? [{ path, message: tooLong }] : [];
    }
  return [{ path, message: never }];
}

/** How long each visit of a sample takes its resources, ms. */
function sampleOf(rule: ScheduleRule, { plan }: Bookable, calendar: Calendar, days: number) {
  const from = firstDayOf(rule);
  const range = { from, to: addDays(from, days - 1) };
  const { needs } = plan;
  const bufferMs = (needs.bufferBeforeMinutes + needs.bufferAfterMinutes) * 60_000;
  return openingsFor({ ...plan, rules: [rule] }, range, calendar)
    .flatMap((opening) => candidatesOf(opening, needs, calendar.timeZone))
    .map(({ startMs, endMs }) => endMs - startMs + bufferMs);
}

function firstDayOf(rule: ScheduleRule): string {
  if (rule.kind === 'every-n-days') return rule.from;
  if (rule.kind === 'dates') return rule.dates.toSorted()[0] ?? sampleDay;
  if (rule.kind === 'monthly' && rule.announced) return rule.announced.toSorted()[0] ?? sampleDay;
  return rule.since ?? sampleDay;
}
