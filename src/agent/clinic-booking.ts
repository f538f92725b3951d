import { z } from 'zod';
import { calendarDate, slug, text, timeOfDay } from './clinic-fields.ts';

const minutes = (least: number, most: number) => z.number().int().min(least).max(most);
const asked = z.enum(['required', 'optional', 'off']);

/** How appointments are made at this clinic. */
export const bookingSchema = z.strictObject({
  /** Nothing is booked for sooner than this from now. */
  noticeMinutes: minutes(0, 10_080).default(60),
  /** Nothing is booked for later than this from today. */
  horizonDays: z.number().int().min(1).max(730).default(180),
  /** How long a chosen time is kept for a caller who is still saying their data. */
  holdMinutes: minutes(1, 30).default(3),
  /** Patients in all on a day seen in order of arrival, where the rule does not say. */
  arrivalPlaces: z.number().int().min(1).max(500).default(10),
  /** How long a visit takes, where the service does not say. */
  defaultDurationMinutes: minutes(5, 480).default(30),
  /** Future appointments that one person, or one telephone number, may have at once. */
  openBookingsPerPerson: z.number().int().min(1).max(50).default(2),
  /** What is asked of the patient: without what is `required` nothing is booked; what is `off` is not even asked. */
  patientData: z
    .strictObject({
      birthDate: asked.default('required'),
      rg: asked.default('optional'),
      cpf: asked.default('optional'),
      address: asked.default('optional'),
    })
    .prefault({}),
});

/** What one visit takes. Everything left out has the clinic's default. */
export const visitFields = {
  durationMinutes: minutes(5, 480).optional(),
  /** Distance of the times offered, for appointed times. Left out: the duration. */
  stepMinutes: minutes(5, 480).optional(),
  /** Preparing before, writing up after: taken, but not told to anybody. */
  bufferBeforeMinutes: minutes(0, 120).default(0),
  bufferAfterMinutes: minutes(0, 120).default(0),
  /** Ids of rooms; any one of them is enough. */
  rooms: z.array(slug).default([]),
};

export const roomSchema = z.strictObject({
  id: slug,
  name: text,
  /** Visits by appointed time in it at once. */
  capacity: z.number().int().min(1).max(100).default(1),
});

const dayOfYear = z
  .string()
  .refine(
    isDayOfYear,
    'dia do ano que existe, no formato MM-DD (todo ano) ou AAAA-MM-DD (uma vez)',
  );

/** Which holidays close the clinic. */
export const holidaysSchema = z.strictObject({
  national: z.boolean().default(true),
  state: z.boolean().default(true),
  municipal: z.array(z.strictObject({ date: dayOfYear, name: text })).default([]),
});

/** Longest exception: a year. What lasts longer is no exception. */
const longestExceptionDays = 366;

/** Days unlike the others, of the clinic or of one practitioner. */
export const exceptionSchema = z
  .strictObject({
    from: calendarDate,
    /** Last day, included. Left out: the one day. */
    to: calendarDate.optional(),
    practitioner: slug.optional(),
    closed: z.literal(true).optional(),
    /** Open within these hours only, also on a holiday. */
    hours: z
      .array(
        z
          .strictObject({ from: timeOfDay, to: timeOfDay })
          .refine(({ from, to }) => from < to, { path: ['to'], message: 'depois de “from”' }),
      )
      .min(1)
      .optional(),
    note: text.optional(),
  })
  .superRefine((exception, context) => {
    const problem = exceptionProblem(exception);
    if (problem) context.addIssue({ code: 'custom', ...problem });
  });

export type ClinicException = z.output<typeof exceptionSchema>;

function exceptionProblem({ from, to = from, closed, hours }: z.output<typeof exceptionSchema>) {
  if ((closed === undefined) === (hours === undefined))
    return { path: [], message: 'precisa de “closed: true” ou de “hours” (só um dos dois)' };
  const days = (Date.parse(to) - Date.parse(from)) / 86_400_000 + 1;
  if (days < 1) return { path: ['to'], message: 'depois de “from” ou no mesmo dia' };
  return days > longestExceptionDays ? { path: ['to'], message: 'no máximo um ano' } : undefined;
}

/** A leap year is as good as any: 29 February exists. */
function isDayOfYear(date: string): boolean {
  return calendarDate.safeParse(date.length === 5 ? `2028-${date}` : date).success;
}
