import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { StaffCancelAnswer } from '../agent/staff-cancellation.ts';
import type { StaffRequestStore } from '../agent/staff-request.ts';
import { problem, requireBearer } from '../platform/problem.ts';
import type { AppointmentStore } from '../scheduling/appointment-store.ts';
import {
  appointmentPage,
  parseAppointmentQuery,
  parseRequestChange,
  parseRequestQuery,
} from './appointment-api-query.ts';

export interface AppointmentApiOptions {
  appointments: Pick<AppointmentStore, 'find' | 'list'>;
  requests: StaffRequestStore;
  /** Staff call an appointment off. */
  cancel: (id: string) => Promise<StaffCancelAnswer>;
  /** Whether this request may read and change every appointment: a bearer key or a signed-in session. */
  authorise: (request: FastifyRequest) => boolean;
}

const idShape = /^[a-z2-7]{26}$/;

type Ids = { Params: { id: string } };

/**
 * Appointments and requests, for those who may see them. Errors are `{error: {code, message}}`.
 * A plugin for `app.register`: its hook is for these routes only.
 */
export function appointmentApiRoutes(
  app: FastifyInstance,
  options: AppointmentApiOptions,
  done: () => void,
): void {
  requireBearer(app, options.authorise);
  appointmentRoutes(app, options);
  requestRoutes(app, options.requests);
  done();
}

function appointmentRoutes(app: FastifyInstance, options: AppointmentApiOptions): void {
  const { appointments, cancel } = options;

  app.get('/api/v1/appointments', async (request, reply) => {
    const parsed = parseAppointmentQuery(request.query);
    if ('trouble' in parsed) return refuseInvalid(reply, parsed.trouble);
    const { from, to } = parsed.query;
    return appointmentPage(await appointments.list({ from, to }), parsed.query);
  });

  app.get<Ids>('/api/v1/appointments/:id', async (request, reply) => {
    const { id } = request.params;
    if (!idShape.test(id)) return refuseId(reply);
    return (await appointments.find(id)) ?? refuseUnknown(reply);
  });

  app.delete<Ids>('/api/v1/appointments/:id', async (request, reply) => {
    const { id } = request.params;
    if (!idShape.test(id)) return refuseId(reply);
    const answer = await cancel(id);
    if (answer.outcome === 'cancelled') return answer.appointment;
    if (answer.outcome === 'not-found') return refuseUnknown(reply);
    return refuse(reply, 409, answer.outcome, conflicts[answer.outcome]);
  });
}

const conflicts = {
  past: 'Este agendamento já começou ou já terminou; não há o que cancelar.',
  changed: 'Este agendamento acabou de mudar. Consulte de novo antes de cancelar.',
};

function requestRoutes(app: FastifyInstance, requests: StaffRequestStore): void {
  app.get('/api/v1/requests', async (request, reply) => {
    const parsed = parseRequestQuery(request.query);
    if ('trouble' in parsed) return refuseInvalid(reply, parsed.trouble);
    const { clinic, status, limit } = parsed.query;
    const wanted = { ...(clinic ? { clinic } : {}), ...(status ? { status } : {}) };
    return { requests: await requests.list({ ...wanted, limit }) };
  });

  app.patch<Ids>('/api/v1/requests/:id', async (request, reply) => {
    const { id } = request.params;
    if (!idShape.test(id)) return refuseId(reply);
    const parsed = parseRequestChange(request.body);
    if ('trouble' in parsed) return refuseInvalid(reply, parsed.trouble);
    return (await requests.setStatus(id, parsed.query.status)) ?? refuseUnknown(reply);
  });
}

function refuse(reply: FastifyReply, status: number, code: string, message: string): FastifyReply {
  return reply.code(status).type('application/json').send(problem(code, message));
}

function refuseInvalid(reply: FastifyReply, message: string): FastifyReply {
  return refuse(reply, 400, 'invalid-request', message);
}

function refuseId(reply: FastifyReply): FastifyReply {
  return refuseInvalid(
    reply,
    'Informe o identificador de 26 caracteres que está em id, não o protocolo.',
  );
}

function refuseUnknown(reply: FastifyReply): FastifyReply {
  return refuse(reply, 404, 'not-found', 'Não há nada com este identificador.');
}
