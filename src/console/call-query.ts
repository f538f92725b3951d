import { z } from 'zod';
import type { CallQuery } from '../call/call-index-store.ts';
import { addDays, boundaryOf } from '../scheduling/wall-time.ts';

const usualPage = 50;
/** A page of 200 is about 100 KB. */
const longestPage = 200;
const longestText = 200;
/** A cursor is an instant and an id. */
const longestCursor = 100;
/** A day has so many seconds: longer calls do not exist. */
const mostSeconds = 86_400;

const day = z.iso.date('Informe a data como AAAA-MM-DD.');
const flag = z.enum(['yes', 'no'], 'Informe yes ou no.').transform((value) => value === 'yes');
const whole = (most: number, message: string) =>
  z
    .string(message)
    .regex(/^\d{1,6}$/, message)
    .transform(Number)
    .refine((value) => value <= most, message);
const seconds = whole(mostSeconds, 'Informe a duração em segundos.');

const shape = z.strictObject(
  {
    text: z.string().max(longestText, 'A busca é longa demais.').optional(),
    clinic: z
      .string()
      .regex(/^[a-z0-9-]{1,100}$/, 'Informe a clínica pelo identificador.')
      .optional(),
    direction: z.enum(['inbound', 'outbound'], 'Informe inbound ou outbound.').optional(),
    outcome: z
      .enum(
        [
          'appointment',
          'cancellation',
          'request',
          'no-appointment',
          'transfer',
          'abandoned',
          'failed',
        ],
        'Este resultado não existe.',
      )
      .optional(),
    booked: flag.optional(),
    transferred: flag.optional(),
    emergency: flag.optional(),
    recorded: flag.optional(),
    from: day.optional(),
    to: day.optional(),
    leastS: seconds.optional(),
    mostS: seconds.optional(),
    limit: whole(longestPage, `Informe limit de 1 a ${longestPage}.`)
      .refine((count) => count > 0, `Informe limit de 1 a ${longestPage}.`)
      .default(usualPage),
    before: z.string().max(longestCursor, 'Informe before com o nextBefore anterior.').optional(),
  },
  'Há um filtro que não existe.',
);

export interface SeenClinic {
  id: string;
  timeZone: string;
}

type Parsed =
  | { query: CallQuery; page: { limit: number; before?: string } }
  /** Portuguese: what the asker should do instead. */
  | { trouble: string };

/** @param seen the clinics that the asker may see; days are those of the wanted one, or of the first */
export function parseCallQuery(value: unknown, seen: readonly SeenClinic[]): Parsed {
  const parsed = shape.safeParse(value);
  if (!parsed.success)
    return { trouble: parsed.error.issues[0]?.message ?? 'O pedido não pôde ser lido.' };
  const { clinic, from, to, leastS, mostS, limit, before, ...rest } = parsed.data;
  if (from && to && from > to) return { trouble: 'A data final vem antes da inicial.' };
  const wanted = clinic === undefined ? seen : seen.filter(({ id }) => id === clinic);
  const zone = wanted[0]?.timeZone ?? 'UTC';
  return {
    query: {
      ...rest,
      clinics: wanted.map(({ id }) => id),
      ...daysBetween(from, to, zone),
      ...(leastS === undefined ? {} : { leastMs: leastS * 1_000 }),
      ...(mostS === undefined ? {} : { mostMs: mostS * 1_000 }),
    },
    page: { limit, ...(before === undefined ? {} : { before }) },
  };
}

/** Both days whole, as a clock in the zone has them. */
export function daysBetween(
  from: string | undefined,
  to: string | undefined,
  timeZone: string,
): Pick<CallQuery, 'from' | 'until'> {
  const startOf = (date: string) => new Date(boundaryOf(date, '00:00', timeZone)).toISOString();
  return {
    ...(from === undefined ? {} : { from: startOf(from) }),
    ...(to === undefined ? {} : { until: startOf(addDays(to, 1)) }),
  };
}
