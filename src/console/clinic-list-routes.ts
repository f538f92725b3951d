import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { ClinicDirectory } from '../agent/clinic-directory.ts';
import { weekdays } from '../agent/clinic-fields.ts';
import type { ClinicProfile } from '../agent/clinic-profile.ts';
import { longestClinicText } from '../agent/clinic-version-record.ts';
import type { Clock } from '../platform/clock.ts';
import { problem } from '../platform/problem.ts';
import type { ClinicListView, ClinicRow, NewClinicView, WhatsappView } from './clinic-list-view.ts';
import type { ClinicProblemView } from './clinic-view.ts';
import type { ConsoleAccess } from './console-access.ts';
import { newClinicText } from './new-clinic-text.ts';

export interface ClinicListRouteParts {
  access: ConsoleAccess;
  directory: ClinicDirectory;
  /** Why no call can be taken at the moment, if so. */
  telephoneTrouble: () => string | undefined;
  whatsappState: (clinic: ClinicProfile) => Promise<WhatsappView>;
  clock: Pick<Clock, 'wallMs'>;
}

/** The longest text in JSON, where a line break takes two characters. */
const bodyLimit = longestClinicText * 2;

const line = z.string().max(200);
const days = z.array(z.enum(weekdays)).max(7);
const number = z.number().nullable();
/** Only the shape: what it means is checked as a whole file. */
const form = z.strictObject({
  id: line,
  name: line,
  address: line,
  city: line,
  state: line,
  timeZone: line,
  numbers: z.array(line).max(20),
  whatsapp: line,
  reception: line,
  openingHours: z.array(z.strictObject({ days, from: line, to: line })).max(20),
  practitioner: z.strictObject({
    title: z.enum(['', 'Dr.', 'Dra.']),
    name: line,
    specialty: line,
    days,
    from: line,
    to: line,
    durationMinutes: number,
    consultationReais: number,
  }),
  service: z.strictObject({ name: line, priceReais: number }).nullable(),
});
const newClinic = z.union([
  z.strictObject({ form }),
  z.strictObject({ text: z.string().max(longestClinicText) }),
]);

type Ids = { Params: { id: string } };

/** Every clinic with how its numbers are; clinics that begin, end and come back. Only who administers all of them changes the list. */
export function clinicListRoutes(server: FastifyInstance, parts: ClinicListRouteParts): void {
  const { access, directory, clock } = parts;
  const path = '/console/api/clinics';
  const readers = { onRequest: access.only('admin', 'auditor') };
  const writers = { onRequest: access.only('admin'), bodyLimit };
  const isOfAll = (request: FastifyRequest) => access.who(request).clinics === 'all';
  const wish = (request: FastifyRequest) => ({
    by: access.who(request).name,
    at: new Date(clock.wallMs()).toISOString(),
  });

  server.get(path, readers, async (request) => {
    const seen = directory.all.filter(({ id }) => access.sees(request, id));
    const mayAdd = access.who(request).role === 'admin' && isOfAll(request);
    const retired = mayAdd ? directory.retired() : [];
    const view: ClinicListView = {
      clinics: await Promise.all(seen.map((clinic) => rowOf(clinic, parts))),
      retired: retired.map(({ clinic: { id, name } }) => ({ id, name })),
      mayAdd,
    };
    return view;
  });

  server.post(path, writers, async (request, reply) => {
    if (!isOfAll(request)) return refuseSome(reply);
    const asked = newClinic.safeParse(request.body);
    if (!asked.success)
      return refuse(reply, 400, 'invalid-request', 'O formulário não pôde ser lido.');
    const text = 'text' in asked.data ? asked.data.text : newClinicText(asked.data.form);
    await access.audit(request, { action: 'clinic.create' });
    const done = await directory.add({ text, note: '', ...wish(request) });
    if (done.outcome === 'published') {
      const id = done.version.clinic;
      const view: NewClinicView = { id, name: directory.published(id)?.clinic.name ?? id };
      return reply.code(201).send(view);
    }
    return refusePublication(reply, done);
  });

  server.post<Ids>(`${path}/:id/retire`, writers, async (request, reply) => {
    if (!isOfAll(request)) return refuseSome(reply);
    const { id } = request.params;
    if (!directory.published(id)) return refuseUnknown(reply);
    await access.audit(request, { action: 'clinic.retire', clinicId: id, object: id });
    const done = await directory.retire(id, { note: '', ...wish(request) });
    if (done === 'retired') return reply.code(204).send();
    return done === 'stale' ? refuseStale(reply) : refuse(reply, 409, 'not-own', isAFile);
  });

  server.post<Ids>(`${path}/:id/return`, writers, async (request, reply) => {
    if (!isOfAll(request)) return refuseSome(reply);
    const { id } = request.params;
    const one = directory.retired().find(({ clinic }) => clinic.id === id);
    if (!one) return refuseUnknown(reply);
    await access.audit(request, { action: 'clinic.return', clinicId: id, object: id });
    const { text, version: base } = one;
    const done = await directory.publish(id, { text, base, note: '', ...wish(request) });
    return done.outcome === 'published' ? reply.code(204).send() : refusePublication(reply, done);
  });
}

async function rowOf(clinic: ClinicProfile, parts: ClinicListRouteParts): Promise<ClinicRow> {
  const { id, name, timeZone, numbers, city, state } = clinic;
  // Without a number nobody can call, however well everything is.
  const trouble = numbers.length === 0 ? 'no-number' : parts.telephoneTrouble();
  return {
    ...{ id, name, timeZone },
    place: [city, state].filter(Boolean).join(', ') || null,
    version: parts.directory.published(id)?.version ?? 0,
    isOwn: parts.directory.isOwn(id),
    telephone: {
      numbers,
      status: trouble === undefined ? 'ready' : 'not-ready',
      reason: trouble ?? null,
    },
    whatsapp: clinic.whatsapp ? await parts.whatsappState(clinic) : null,
  };
}

const isAFile =
  'Esta clínica vem de um arquivo do servidor: só quem cuida do servidor pode tirá-la do ar.';

function refusePublication(
  reply: FastifyReply,
  done: { outcome: 'invalid'; problems: ClinicProblemView[] } | { outcome: 'stale' },
): FastifyReply {
  if (done.outcome === 'stale') return refuseStale(reply);
  const refusal = problem('invalid-clinic', 'A clínica ainda tem problemas. Corrija o que se diz.');
  return reply.code(422).send({ ...refusal, problems: done.problems });
}

function refuseStale(reply: FastifyReply): FastifyReply {
  return refuse(
    reply,
    409,
    'stale',
    'Outra pessoa mudou isto ao mesmo tempo. Veja a lista de novo.',
  );
}

function refuse(reply: FastifyReply, status: number, code: string, text: string): FastifyReply {
  return reply.code(status).send(problem(code, text));
}

function refuseUnknown(reply: FastifyReply): FastifyReply {
  return refuse(reply, 404, 'not-found', 'Esta clínica não existe.');
}

function refuseSome(reply: FastifyReply): FastifyReply {
  return refuse(
    reply,
    403,
    'not-allowed',
    'Só quem administra todas as clínicas muda a lista delas.',
  );
}
