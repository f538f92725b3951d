import { z } from 'zod';
import type { Appointment } from '../scheduling/appointment.ts';

const usualPage = 200;
/** A page of 500 appointments is about 500 KB, each read from its own file. */
const longestPage = 500;
/** Days of one question: every file in them is read. A year, so that a report can be made. */
const mostDays = 366;
const dayMs = 86_400_000;

const day = (name: string) =>
  z.iso.date(`Informe ${name} como AAAA-MM-DD, por exemplo 2026-11-30.`);
const clinic = z
  .string()
  .regex(/^[a-z0-9-]{1,100}$/, 'Informe clinic com o identificador do arquivo da clínica.')
  .optional();
const limit = z
  .string(`Informe limit de 1 a ${longestPage}.`)
  .regex(/^[1-9]\d{0,2}$/, `Informe limit de 1 a ${longestPage}.`)
  .transform(Number)
  .refine((count) => count <= longestPage, `Informe limit de 1 a ${longestPage}.`)
  .default(usualPage);
const statuses = ['pending', 'booked', 'arrived', 'fulfilled', 'cancelled', 'noshow'] as const;

const appointmentQuery = z
  .object({
    from: day('from'),
    to: day('to').optional(),
    status: z.enum(statuses, `Informe status como um de: ${statuses.join(', ')}.`).optional(),
    clinic,
    limit,
    after: z
      .string()
      .regex(
        /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}_[a-z2-7]{26}$/,
        'Informe after com o nextAfter da página anterior.',
      )
      .optional(),
  })
  .transform(({ to, ...query }) => ({ ...query, to: to ?? query.from }))
  .refine(({ from, to }) => from <= to, 'Informe to igual ou depois de from.')
  .refine(
    ({ from, to }) => Date.parse(to) - Date.parse(from) < mostDays * dayMs,
    `Peça no máximo ${mostDays} dias de cada vez.`,
  );

const requestQuery = z.object({
  status: z.enum(['open', 'done'], 'Informe status como open ou done.').optional(),
  clinic,
  limit,
});

const requestChange = z.strictObject(
  { status: z.enum(['open', 'done'], 'Informe status como open ou done.') },
  'Envie só {"status": "done"} ou {"status": "open"}.',
);

/** What was asked for, or in `trouble` what the asker should do instead, in Portuguese. */
type Parsed<Query> = { query: Query } | { trouble: string };

export function parseAppointmentQuery(value: unknown): Parsed<z.output<typeof appointmentQuery>> {
  return parse(appointmentQuery, value);
}

export function parseRequestQuery(value: unknown): Parsed<z.output<typeof requestQuery>> {
  return parse(requestQuery, value);
}

export function parseRequestChange(value: unknown): Parsed<z.output<typeof requestChange>> {
  return parse(requestChange, value);
}

/** Where a page ends; text order is the order of `AppointmentStore.list`. */
function cursorOf({ day: date, time, id }: Appointment): string {
  return `${date}T${time}_${id}`;
}

/** @param inOrder as `AppointmentStore.list` gives them */
export function appointmentPage(
  inOrder: readonly Appointment[],
  query: Pick<z.output<typeof appointmentQuery>, 'status' | 'clinic' | 'limit' | 'after'>,
) {
  const { status, clinic: wanted, limit: most, after = '' } = query;
  const matching = inOrder.filter(
    (one) =>
      (status === undefined || one.status === status) &&
      (wanted === undefined || one.clinic === wanted) &&
      cursorOf(one) > after,
  );
  const page = matching.slice(0, most);
  const last = page.at(-1);
  return {
    appointments: page.map(toSummary),
    ...(last && matching.length > page.length ? { nextAfter: cursorOf(last) } : {}),
  };
}

/** A list is for choosing: documents, address, remarks and evidence are read one appointment at a time. */
function toSummary({ patient, evidence: _evidence, notes: _notes, ...rest }: Appointment) {
  const { name, birthDate } = patient;
  return { ...rest, patient: { name, birthDate } };
}

function parse<Query>(schema: z.ZodType<Query>, value: unknown): Parsed<Query> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return { query: parsed.data };
  return { trouble: parsed.error.issues[0]?.message ?? 'O pedido não pôde ser lido.' };
}
