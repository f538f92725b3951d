import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import { csvText } from '../platform/csv.ts';
import { problem } from '../platform/problem.ts';
import type { AuditRow } from './audit-record.ts';
import type { AuditFilter, AuditTrail } from './audit-store.ts';
import type { AuditPageView, AuditRowView } from './audit-view.ts';
import type { ConsoleAccess } from './console-access.ts';

export interface AuditRouteParts {
  access: ConsoleAccess;
  trail: Pick<AuditTrail, 'page' | 'rows'>;
}

const usualPage = 50;
const longestPage = 200;
/** Rows turned to text at once when the trail is exported. */
const rowsAtOnce = 100;

const moment = z.iso
  .datetime({ offset: true, message: 'Informe from e to como 2026-11-21T00:00:00-03:00.' })
  .transform((text) => new Date(text).toISOString())
  .optional();
const exact = (most: number) => z.string().min(1).max(most).optional();
const filter = {
  from: moment,
  to: moment,
  user: exact(60),
  object: exact(200),
  patient: exact(128),
  action: exact(60),
};
const number = (most: number) =>
  z
    .string()
    .regex(/^[1-9]\d{0,14}$/)
    .transform(Number)
    .refine((value) => value <= most);
const pageQuery = z.strictObject({
  ...filter,
  before: number(Number.MAX_SAFE_INTEGER).optional(),
  limit: number(longestPage).default(usualPage),
});
const exportQuery = z.strictObject(filter);

/** Who saw and did what. Looking is itself a row, written before anything is shown. */
export function auditRoutes(server: FastifyInstance, { access, trail }: AuditRouteParts): void {
  const reading = { onRequest: access.only('admin', 'auditor') };
  /** Whoever sees some clinics only sees what was done with these. */
  const within = (request: object, wanted: z.output<typeof exportQuery>): AuditFilter => {
    const { clinics } = access.who(request);
    const given = Object.entries(wanted).filter(([, value]) => value !== undefined);
    return { ...Object.fromEntries(given), ...(clinics === 'all' ? {} : { clinics }) };
  };
  const facts = (wanted: AuditFilter) => {
    const { clinics: _clinics, ...given } = wanted;
    return { detail: { ...given } };
  };

  server.get('/console/api/audit', reading, async (request, reply) => {
    const asked = pageQuery.safeParse(request.query).data;
    if (!asked) return refuseQuery(reply);
    const { before, limit, ...rest } = asked;
    const wanted = within(request, rest);
    await access.audit(request, { action: 'audit.view', ...facts(wanted) });
    const page = await trail.page(wanted, { limit, ...(before === undefined ? {} : { before }) });
    return { ...page, rows: page.rows.map(viewOf) } satisfies AuditPageView;
  });

  server.get('/console/api/audit.csv', reading, async (request, reply) => {
    const asked = exportQuery.safeParse(request.query).data;
    if (!asked) return refuseQuery(reply);
    const wanted = within(request, asked);
    await access.audit(request, { action: 'audit.export', ...facts(wanted) });
    return reply
      .type('text/csv; charset=utf-8')
      .header('content-disposition', 'attachment; filename="auditoria.csv"')
      .send(Readable.from(csvOf(trail.rows(wanted))));
  });
}

function viewOf({ prev: _prev, ...row }: AuditRow): AuditRowView {
  const { clinicId, object, patient, detail, ...rest } = row;
  return {
    ...rest,
    ...(clinicId === undefined ? {} : { clinicId }),
    ...(object === undefined ? {} : { object }),
    ...(patient === undefined ? {} : { patient }),
    ...(detail === undefined ? {} : { detail }),
  };
}

const columns = [
  'seq',
  'at',
  'login',
  'user',
  'role',
  'ip',
  'action',
  'clinicId',
  'object',
  'patient',
] as const;

/** Tells spreadsheets that this is UTF-8. */
const byteOrderMark = '\uFEFF';

async function* csvOf(rows: AsyncIterable<AuditRow>): AsyncGenerator<string> {
  yield byteOrderMark + csvText([[...columns, 'detail']]);
  let lines: (string | number)[][] = [];
  for await (const row of rows) {
    const detail = row.detail === undefined ? '' : JSON.stringify(row.detail);
    lines.push([...columns.map((column) => row[column] ?? ''), detail]);
    if (lines.length < rowsAtOnce) continue;
    yield csvText(lines);
    lines = [];
  }
  yield csvText(lines);
}

function refuseQuery(reply: FastifyReply): FastifyReply {
  const message = 'A busca não pôde ser lida. Confira datas e campos.';
  return reply.code(400).type('application/json').send(problem('invalid-request', message));
}
