import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { ClinicDirectory } from '../agent/clinic-directory.ts';
import { calendarDate, days, reais, text, timeOfDay } from '../agent/clinic-fields.ts';
import { longestClinicText } from '../agent/clinic-version-record.ts';
import { CodedError } from '../platform/errors.ts';
import { problem } from '../platform/problem.ts';
import { type ClinicEditing, type Refusal, withEdit } from './clinic-editing.ts';
import type { ConsoleAccess } from './console-access.ts';

export interface ClinicRouteParts {
  access: ConsoleAccess;
  directory: ClinicDirectory;
  editing: ClinicEditing;
}

/** The longest text in JSON, where a line break takes two characters. */
const bodyLimit = longestClinicText * 2;
const note = z.string().trim().max(300).default('');
const revision = z.int().min(0);
const version = z.coerce.number().int().min(0).max(999_999);

const draftBody = z.strictObject({ revision, text: z.string().max(longestClinicText) });
const publishBody = z.strictObject({ revision: revision.min(1), note });
const restoreBody = z.strictObject({ version, note });
const changesQuery = z.strictObject({ from: version, to: z.union([z.literal('draft'), version]) });

const stretch = z.strictObject({ from: timeOfDay, to: timeOfDay });
const lines = <T extends z.ZodType>(line: T) => z.array(line).max(400);
/** Only the shape: what it means is checked with the whole file. */
const editBody = z.strictObject({
  revision,
  edit: z.discriminatedUnion('field', [
    z.strictObject({ field: z.literal('greeting'), value: text.max(400) }),
    z.strictObject({
      field: z.literal('openingHours'),
      value: lines(z.strictObject({ days, from: timeOfDay, to: timeOfDay })),
    }),
    z.strictObject({
      field: z.literal('exceptions'),
      value: lines(
        z.strictObject({
          from: calendarDate,
          to: calendarDate.optional(),
          practitioner: text.max(60).optional(),
          closed: z.literal(true).optional(),
          hours: z.array(stretch).min(1).max(10).optional(),
          note: text.max(200).optional(),
        }),
      ),
    }),
    z.strictObject({
      field: z.literal('municipal'),
      value: lines(z.strictObject({ date: text.max(10), name: text.max(100) })),
    }),
    z.strictObject({
      field: z.literal('price'),
      path: z.array(z.union([z.string().max(40), z.int().min(0).max(10_000)])).max(10),
      value: reais,
    }),
  ]),
});

/** A clinic's file: read by admins and auditors, drafted, published and taken back by admins. */
export function clinicRoutes(server: FastifyInstance, parts: ClinicRouteParts): void {
  const { access, directory, editing } = parts;
  const path = '/console/api/clinics/:id';
  const readers = { onRequest: access.only('admin', 'auditor') };
  const writers = { onRequest: access.only('admin'), bodyLimit };

  /** Its id, if there is such a clinic and they may see it. */
  const clinicOf = (request: FastifyRequest): string | undefined => {
    const { id } = request.params as { id: string };
    return directory.published(id) && access.sees(request, id) ? id : undefined;
  };
  /** One change: checked, written down, done, told. */
  const change = <Body>(
    method: 'PUT' | 'POST',
    url: string,
    shape: z.ZodType<Body>,
    act: {
      action: string;
      facts?: (body: Body) => Record<string, string | number>;
      run: (id: string, body: Body, by: string) => Promise<object>;
    },
  ) =>
    server.route({
      method,
      url,
      ...writers,
      handler: async (request, reply) => {
        const id = clinicOf(request);
        if (!id) return unknown(reply);
        const parsed = shape.safeParse(request.body);
        if (!parsed.success) return invalid(reply, parsed.error);
        const detail = act.facts?.(parsed.data);
        await access.audit(request, {
          action: act.action,
          clinicId: id,
          object: id,
          ...(detail ? { detail } : {}),
        });
        return answer(reply, await act.run(id, parsed.data, access.who(request).name));
      },
    });

  server.get(path, readers, async (request, reply) => {
    const id = clinicOf(request);
    return (id && (await editing.view(id))) || unknown(reply);
  });

  server.get(`${path}/preview`, readers, async (request, reply) => {
    const id = clinicOf(request);
    return id ? answer(reply, await editing.preview(id)) : unknown(reply);
  });

  server.get(`${path}/versions`, readers, async (request, reply) => {
    const id = clinicOf(request);
    return id ? editing.versions(id) : unknown(reply);
  });

  server.get(`${path}/changes`, readers, async (request, reply) => {
    const id = clinicOf(request);
    const wanted = changesQuery.safeParse(request.query);
    if (!id || !wanted.success) return unknown(reply);
    return (await editing.changes(id, wanted.data.from, wanted.data.to)) ?? unknown(reply);
  });

  change('PUT', `${path}/draft`, draftBody, {
    action: 'clinic.draft',
    run: (id, body, by) => editing.saveDraft(id, body.revision, by, () => body.text),
  });
  change('POST', `${path}/edit`, editBody, {
    action: 'clinic.draft',
    facts: ({ edit }) => ({ field: edit.field }),
    run: (id, body, by) =>
      editing.saveDraft(id, body.revision, by, withEdit(withoutUndefined(body.edit))),
  });
  change('POST', `${path}/publish`, publishBody, {
    action: 'clinic.publish',
    facts: (body) => ({ note: body.note }),
    run: (id, body, by) => editing.publish(id, { ...body, by }),
  });
  change('POST', `${path}/restore`, restoreBody, {
    action: 'clinic.restore',
    facts: (body) => ({ version: body.version, note: body.note }),
    run: (id, body, by) => editing.restore(id, { ...body, by }),
  });

  server.delete(`${path}/draft`, writers, async (request, reply) => {
    const id = clinicOf(request);
    if (!id) return unknown(reply);
    await access.audit(request, { action: 'clinic.draft-drop', clinicId: id, object: id });
    await editing.dropDraft(id);
    return (await editing.view(id)) ?? unknown(reply);
  });

  server.post('/console/api/clinic-files/read', writers, async (request, reply) => {
    if (access.who(request).clinics !== 'all') return unknown(reply);
    await access.audit(request, { action: 'clinic.read-files' });
    try {
      return { clinics: await directory.readAgain() };
    } catch (error) {
      if (!(error instanceof CodedError) || error.code !== 'CLINIC_INVALID') throw error;
      const [, ...found] = error.message.split('\n');
      const message = `Corrija os arquivos das clínicas e tente de novo. ${found.join(' ')}`;
      return reply.code(422).send(problem('invalid-clinic', message));
    }
  });
}

/** As JSON would carry it: a field that is left out is not there. */
function withoutUndefined<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

const refusals: Record<Refusal['refused'], [number, string]> = {
  unknown: [404, 'Não há nada com este identificador.'],
  stale: [
    409,
    'Outra pessoa mudou isto enquanto você olhava. Recarregue para ver como está agora.',
  ],
  'no-draft': [409, 'Não há rascunho para publicar.'],
  'not-editable': [
    422,
    'Esta parte do arquivo não pode ser mudada pelo formulário. Mude-a na aba do texto.',
  ],
  invalid: [422, 'O rascunho ainda tem problemas. Corrija as linhas indicadas.'],
};

function answer(reply: FastifyReply, result: object): object {
  if (!isRefusal(result)) return result;
  const [status, message] = refusals[result.refused];
  const code = result.refused === 'unknown' ? 'not-found' : result.refused;
  const problems = result.refused === 'invalid' ? { problems: result.problems } : {};
  return reply.code(status).send({ ...problem(code, message), ...problems });
}

function isRefusal(result: object): result is Refusal {
  return 'refused' in result;
}

function unknown(reply: FastifyReply): FastifyReply {
  return reply.code(404).send(problem('not-found', 'Não há nada com este identificador.'));
}

function invalid(reply: FastifyReply, { issues }: z.ZodError): FastifyReply {
  const [issue] = issues;
  const where = issue?.path.join('.') ?? '';
  const message = `Confira o que foi preenchido${where ? ` (${where})` : ''}: ${issue?.message ?? ''}`;
  return reply.code(400).send(problem('invalid-request', message));
}
