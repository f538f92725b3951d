import { z } from 'zod';
import { calendarDate, days, slug, text, timeOfDay } from './clinic-fields.ts';

/** What every recurring rule may say, whatever its days. */
const whose = {
  /** Whose days these are, when a service is done by several people. */
  practitioner: slug.optional(),
  /** Patients in all when seen in order of arrival. Left out: the clinic's `arrivalPlaces`. */
  places: z.number().int().min(1).max(500).optional(),
  note: text.optional(),
};

/** What every recurring rule may say about the hours of its days. Times are wall time in the clinic's zone. */
const hours = {
  at: timeOfDay.optional(),
  /** Patients are seen in order of arrival from `at` to `until`. */
  until: timeOfDay.optional(),
  /** “Com hora marcada”: each patient gets an own time. */
  byAppointedTime: z.boolean().default(false),
  ...whose,
};

/** When something is offered. Computing dates from it belongs to scheduling; here it is data. */
export const scheduleSchema = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('every-n-days'),
      n: z.number().int().min(1).max(366),
      from: calendarDate,
      ...hours,
    }),
    z.strictObject({ kind: z.literal('weekly'), days, since: calendarDate.optional(), ...hours }),
    z.strictObject({
      kind: z.literal('monthly'),
      /** Left out: the clinic announces the day of each month. */
      day: z.number().int().min(1).max(31).optional(),
      /** Days announced so far, when `day` is left out: only these can be booked. */
      announced: z.array(calendarDate).optional(),
      since: calendarDate.optional(),
      ...hours,
    }),
    z.strictObject({
      kind: z.literal('dates'),
      dates: z.array(calendarDate).min(1),
      timesPerYear: z.number().int().min(1).max(366).optional(),
      ...hours,
    }),
    /** Walk-in: on these days, anyone who arrives between the two times is seen. */
    z.strictObject({
      kind: z.literal('window'),
      days,
      from: timeOfDay,
      to: timeOfDay,
      since: calendarDate.optional(),
      ...whose,
    }),
  ])
  .superRefine((schedule, context) => {
    const problem = hoursProblem(schedule) ?? dayProblem(schedule) ?? placesProblem(schedule);
    if (problem) context.addIssue({ code: 'custom', ...problem });
  });

export type Schedule = z.output<typeof scheduleSchema>;

function hoursProblem(schedule: z.output<typeof scheduleSchema>) {
  if (schedule.kind === 'window') {
    return schedule.from < schedule.to ? undefined : { path: ['to'], message: 'depois de “from”' };
  }
  if (schedule.until && (!schedule.at || schedule.until <= schedule.at)) {
    return { path: ['until'], message: 'depois de “at”' };
  }
  if (schedule.at || schedule.byAppointedTime) return undefined;
  return { path: ['at'], message: 'falta a hora (“at”) ou “byAppointedTime: true”' };
}

function dayProblem(schedule: z.output<typeof scheduleSchema>) {
  if (schedule.kind !== 'monthly' || schedule.day === undefined || !schedule.announced) return;
  return { path: ['announced'], message: 'só quando “day” não é informado' };
}

function placesProblem(schedule: z.output<typeof scheduleSchema>) {
  if (schedule.kind === 'window' || !schedule.byAppointedTime || !schedule.places) return;
  return { path: ['places'], message: 'só para quem é atendido por ordem de chegada' };
}
