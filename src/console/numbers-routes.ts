import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { callPrices, costOfCall } from '../call/call-cost.ts';
import type { CallGist } from '../call/call-gist-record.ts';
import type { CallIndex } from '../call/call-index-store.ts';
import type { Clock } from '../platform/clock.ts';
import { csvText } from '../platform/csv.ts';
import { problem } from '../platform/problem.ts';
import { addDays, wallTimeOf } from '../scheduling/wall-time.ts';
import { daysBetween, type SeenClinic } from './call-query.ts';
import type { ConsoleAccess } from './console-access.ts';
import { numbersOf } from './numbers.ts';
import type { DayNumbers, NumbersView } from './numbers-view.ts';

export interface NumbersRouteParts {
  access: ConsoleAccess;
  callIndex: CallIndex;
  clinics: () => readonly SeenClinic[];
  /** Of calls whose record does not say it. */
  usualModel: string;
  usdBrl: number;
  clock: Clock;
}

/** Days of one question: a year, so that a report can be made. */
const mostDays = 366;
const dayMs = 86_400_000;
/** Zones are whole quarters of an hour away from UTC. */
const quarterMs = 900_000;

const query = z
  .strictObject({
    from: z.iso.date('Informe from como AAAA-MM-DD.'),
    to: z.iso.date('Informe to como AAAA-MM-DD.'),
    clinic: z
      .string()
      .regex(/^[a-z0-9-]{1,100}$/, 'Informe a clínica pelo identificador.')
      .optional(),
  })
  .refine(({ from, to }) => from <= to, 'A data final vem antes da inicial.')
  .refine(
    ({ from, to }) => Date.parse(to) - Date.parse(from) < mostDays * dayMs,
    `Peça no máximo ${mostDays} dias de cada vez.`,
  );

/** What calls came to, day by day; as JSON for the screen and as CSV for a spreadsheet. */
export function numbersRoutes(server: FastifyInstance, parts: NumbersRouteParts): void {
  const { access } = parts;
  const onRequest = access.only('staff', 'admin', 'auditor');

  server.get('/console/api/numbers', { onRequest }, async (request, reply) => {
    const answer = await numbers(request);
    return 'trouble' in answer ? refuse(reply, answer.trouble) : answer;
  });

  server.get('/console/api/numbers.csv', { onRequest }, async (request, reply) => {
    const answer = await numbers(request);
    if ('trouble' in answer) return refuse(reply, answer.trouble);
    const { from, to } = answer;
    await access.audit(request, { action: 'numbers.export', detail: { from, to } });
    return reply
      .type('text/csv; charset=utf-8')
      .header('cache-control', 'no-store')
      .header('content-disposition', `attachment; filename="numeros-${from}-${to}.csv"`)
      .send(`\ufeff${csvText([csvHead, ...answer.days.map(csvRow)])}`);
  });

  async function numbers(request: FastifyRequest): Promise<NumbersView | { trouble: string }> {
    const parsed = query.safeParse(request.query);
    if (!parsed.success)
      return { trouble: parsed.error.issues[0]?.message ?? 'O pedido não pôde ser lido.' };
    const { from, to, clinic } = parsed.data;
    const seen = parts.clinics().filter(({ id }) => access.sees(request, id));
    const wanted = seen.filter(({ id }) => clinic === undefined || id === clinic);
    const dayOf = createDayOf(wanted);
    // A day more at either end: clinics may be in different zones.
    const instants = daysBetween(addDays(from, -1), addDays(to, 1), 'UTC');
    const calls = await parts.callIndex.all({ ...instants, clinics: wanted.map(({ id }) => id) });
    const costOf = ({ usage, model }: CallGist) =>
      costOfCall(usage, model ?? parts.usualModel, parts.usdBrl);
    const sums = numbersOf(calls, { from, to }, { dayOf, costOf });
    return { from, to, ...sums, usdBrl: parts.usdBrl, pricesOf: callPrices.date };
  }
}

/** Zones are slow to ask: each quarter of an hour is asked once. */
function createDayOf(clinics: readonly SeenClinic[]): (call: CallGist) => string {
  const zones = new Map(clinics.map(({ id, timeZone }) => [id, timeZone]));
  const days = new Map<string, string>();
  return ({ clinic, startedAt }) => {
    const timeZone = zones.get(clinic) ?? 'UTC';
    const quarter = Math.floor(Date.parse(startedAt) / quarterMs);
    const key = `${quarter} ${timeZone}`;
    const known = days.get(key);
    if (known !== undefined) return known;
    const { date } = wallTimeOf(quarter * quarterMs, timeZone);
    days.set(key, date);
    return date;
  };
}

const csvHead = [
  'dia',
  'ligações',
  'com agendamento',
  'abandonadas',
  'transferidas',
  'primeira palavra p50 (ms)',
  'primeira palavra p95 (ms)',
  'interrupções',
  'erros de ferramentas',
  'tokens',
  'custo (R$)',
  'sem preço conhecido',
];

function csvRow(one: DayNumbers): (string | number)[] {
  const { day, calls, booked, abandoned, transferred, interruptions, toolErrors } = one;
  const { p50 = '', p95 = '' } = one.firstWordMs ?? {};
  const counts = [day, calls, booked, abandoned, transferred, p50, p95, interruptions, toolErrors];
  return [...counts, one.tokens, one.brl, one.unpriced];
}

function refuse(reply: FastifyReply, message: string): FastifyReply {
  return reply.code(400).type('application/json').send(problem('invalid-request', message));
}
