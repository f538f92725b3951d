import fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StaffCancelAnswer } from '../../src/agent/staff-cancellation.ts';
import type { StaffRequestStore } from '../../src/agent/staff-request.ts';
import { appointmentApiRoutes } from '../../src/console/appointment-api-routes.ts';
import { createId } from '../../src/platform/id.ts';
import { createLog } from '../../src/platform/log.ts';
import { answerProblems } from '../../src/platform/problem.ts';
import type { Appointment } from '../../src/scheduling/appointment.ts';
import type { AppointmentStore } from '../../src/scheduling/appointment-store.ts';
import { createMemoryAppointmentStore } from '../../src/storage/memory-appointment-store.ts';
import { createMemoryStaffRequestStore } from '../../src/storage/memory-staff-request-store.ts';
import { appointment, staffRequest } from '../support/agent-fixtures.ts';

const key = { authorization: 'Bearer right' };

describe('for staff with a key,', () => {
  let app: FastifyInstance;
  let appointments: AppointmentStore;
  let requests: StaffRequestStore;
  let cancelled: string[];
  let cancelAnswer: StaffCancelAnswer;
  beforeEach(async () => {
    appointments = createMemoryAppointmentStore();
    requests = createMemoryStaffRequestStore();
    cancelled = [];
    cancelAnswer = { outcome: 'not-found' };
    app = fastify();
    answerProblems(app, createLog('silent'));
    await app.register(appointmentApiRoutes, {
      appointments,
      requests,
      cancel: async (id) => {
        cancelled.push(id);
        return cancelAnswer;
      },
      authorise: (request) => request.headers.authorization === key.authorization,
    });
  });
  afterEach(() => app.close());

  type Method = 'GET' | 'DELETE' | 'PATCH';
  const ask = (path: string, method: Method = 'GET', payload?: object) =>
    app.inject({ method, url: `/api/v1${path}`, headers: key, ...(payload ? { payload } : {}) });
  async function keep(more: Partial<Appointment>): Promise<Appointment> {
    const one = appointment({ id: createId(), ...more });
    await appointments.save(one);
    return one;
  }
  const idsOf = (answer: { json(): { appointments: Appointment[] } }) =>
    answer.json().appointments.map(({ id }) => id);

  it('and for nobody else, anything is shown or changed', async () => {
    const one = await keep({});
    await requests.save(staffRequest());
    const asked: [Method, string][] = [
      ['GET', '/appointments?from=2026-11-30'],
      ['GET', `/appointments/${one.id}`],
      ['DELETE', `/appointments/${one.id}`],
      ['GET', '/requests'],
      ['PATCH', `/requests/${staffRequest().id}`],
    ];
    for (const [method, path] of asked) {
      const url = `/api/v1${path}`;
      for (const headers of [{}, { authorization: 'Bearer wrong' }]) {
        const answer = await app.inject({ method, url, headers, payload: { status: 'done' } });
        expect(answer.statusCode).toBe(401);
        expect(answer.json()).toMatchObject({ error: { code: 'unauthorized' } });
        expect(answer.headers['cache-control']).toBe('no-store');
        expect(answer.body).not.toContain('Maria');
      }
    }
    expect(cancelled).toEqual([]);
    expect((await requests.find(staffRequest().id))?.status).toBe('open');
  });

  it('appointments are listed by day, status and clinic, without documents and remarks', async () => {
    const late = await keep({ time: '16:00', status: 'booked' });
    const soon = await keep({
      time: '08:00',
      patient: { ...late.patient, cpf: '52998224725', rg: '99123' },
      notes: 'segredo',
    });
    const next = await keep({ day: '2026-12-01', status: 'booked' });
    const other = await keep({ clinic: 'litoral' });
    const day = await ask('/appointments?from=2026-11-30');
    expect(day.statusCode).toBe(200);
    expect(day.headers['cache-control']).toBe('no-store');
    expect(idsOf(day)).toEqual([soon.id, other.id, late.id]);
    expect(day.json().appointments[0]).toMatchObject({
      protocol: soon.protocol,
      patient: { name: 'Maria de Souza', birthDate: '1980-05-12' },
      items: soon.items,
    });
    for (const secret of ['52998224725', '99123', 'segredo'])
      expect(day.body).not.toContain(secret);
    const range = '/appointments?from=2026-11-30&to=2026-12-01';
    expect(idsOf(await ask(`${range}&clinic=aurora`))).toEqual([soon.id, late.id, next.id]);
    expect(idsOf(await ask(`${range}&status=booked`))).toEqual([late.id, next.id]);
    expect(idsOf(await ask('/appointments?from=2026-12-02&to=2027-12-02'))).toEqual([]);
  });

  it('appointments come in pages that miss none and repeat none', async () => {
    const all: string[] = [];
    for (let i = 0; i < 7; i += 1) all.push((await keep({ time: `${10 + i}:00` })).id);
    const found: string[] = [];
    let after = '';
    for (let page = 0; page < 4; page += 1) {
      const answer = await ask(`/appointments?from=2026-11-30&limit=2${after}`);
      found.push(...idsOf(answer));
      after = `&after=${answer.json().nextAfter}`;
      expect(answer.json().nextAfter === undefined).toBe(page === 3);
    }
    expect(found).toEqual(all);
  });

  it('one appointment is shown whole', async () => {
    const one = await keep({ notes: 'alergia' });
    expect((await ask(`/appointments/${one.id}`)).json()).toEqual(one);
    const missing = await ask(`/appointments/${createId()}`);
    expect(missing.statusCode).toBe(404);
    expect(missing.json()).toMatchObject({ error: { code: 'not-found' } });
  });

  it.each([
    ['/appointments', 'from'],
    ['/appointments?from=30/11/2026', 'from'],
    ['/appointments?from=2026-02-30', 'from'],
    ['/appointments?from=2026-11-30&from=2026-12-01', 'from'],
    ['/appointments?from=2026-11-30&to=amanha', 'to'],
    ['/appointments?from=2026-11-30&to=2026-11-29', 'to'],
    ['/appointments?from=2026-01-01&to=2027-01-02', '366'],
    ['/appointments?from=2026-11-30&status=confirmed', 'status'],
    ['/appointments?from=2026-11-30&clinic=../x', 'clinic'],
    ['/appointments?from=2026-11-30&limit=0', 'limit'],
    ['/appointments?from=2026-11-30&limit=501', 'limit'],
    ['/appointments?from=2026-11-30&limit=1e2', 'limit'],
    ['/appointments?from=2026-11-30&after=x', 'nextAfter'],
    ['/appointments/12345678', 'protocolo'],
    ['/appointments/..%2f..%2fetc', 'identificador'],
    ['/requests?status=closed', 'status'],
    ['/requests?limit=-1', 'limit'],
  ])('%s is refused, naming %s', async (path, named) => {
    const answer = await ask(path);
    expect(answer.statusCode).toBe(400);
    expect(answer.json().error.code).toBe('invalid-request');
    expect(answer.json().error.message).toContain(named);
  });

  it('an appointment is called off and shown as it is then', async () => {
    const one = await keep({ status: 'cancelled' });
    cancelAnswer = { outcome: 'cancelled', appointment: one };
    const answer = await ask(`/appointments/${one.id}`, 'DELETE');
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual(one);
    expect(cancelled).toEqual([one.id]);
  });

  it.each([
    ['not-found', 404],
    ['past', 409],
    ['changed', 409],
  ] as const)('an appointment that is %s is not called off', async (outcome, status) => {
    cancelAnswer = { outcome };
    const answer = await ask(`/appointments/${createId()}`, 'DELETE');
    expect(answer.statusCode).toBe(status);
    expect(answer.json().error.code).toBe(outcome);
  });

  it('an appointment under something that is no id is never called off', async () => {
    for (const id of ['12345678', 'x', '..%2fx']) {
      expect((await ask(`/appointments/${id}`, 'DELETE')).statusCode).toBe(400);
    }
    expect(cancelled).toEqual([]);
  });

  it('requests are listed newest first and done one by one', async () => {
    const old = staffRequest({ id: createId(), timestamp: '2026-11-25T13:00:00.000Z' });
    const other = staffRequest({ id: createId(), clinic: 'litoral' });
    for (const one of [old, other]) await requests.save(one);
    expect((await ask('/requests')).json()).toEqual({ requests: [other, old] });
    expect((await ask('/requests?clinic=aurora&limit=1')).json()).toEqual({ requests: [old] });
    const done = await ask(`/requests/${old.id}`, 'PATCH', { status: 'done' });
    expect(done.json()).toEqual({ ...old, status: 'done' });
    expect((await ask('/requests?status=open')).json()).toEqual({ requests: [other] });
    expect((await ask('/requests?status=done')).json()).toEqual({ requests: [done.json()] });
  });

  it('a request is changed in nothing but its status', async () => {
    const one = staffRequest({ id: createId() });
    await requests.save(one);
    for (const body of [{ status: 'closed' }, { status: 'done', name: 'x' }, {}, []]) {
      const answer = await ask(`/requests/${one.id}`, 'PATCH', body);
      expect(answer.statusCode).toBe(400);
    }
    const url = `/api/v1/requests/${one.id}`;
    const torn = { ...key, 'content-type': 'application/json' };
    const answer = await app.inject({ method: 'PATCH', url, headers: torn, payload: '{"status":' });
    expect(answer.statusCode).toBe(400);
    expect(answer.json().error.code).toBe('invalid-request');
    expect(await requests.find(one.id)).toEqual(one);
    expect((await ask(`/requests/${createId()}`, 'PATCH', { status: 'done' })).statusCode).toBe(
      404,
    );
  });
});

it('a store that is broken is told to nobody', async () => {
  const app = fastify();
  answerProblems(app, createLog('silent'));
  const fail = () => Promise.reject(new Error('Maria de Souza, /srv/appointments'));
  const requests = { save: fail, find: fail, list: fail, change: fail, setStatus: fail };
  const broken = { appointments: { find: fail, list: fail }, requests, cancel: fail };
  await app.register(appointmentApiRoutes, { ...broken, authorise: () => true });
  const id = createId();
  for (const [method, url] of [
    ['GET', `/api/v1/appointments/${id}`],
    ['DELETE', `/api/v1/appointments/${id}`],
    ['GET', '/api/v1/requests'],
  ] as const) {
    const answer = await app.inject({ method, url });
    expect(answer.statusCode).toBe(500);
    expect(answer.json().error.code).toBe('internal-error');
    expect(answer.body).not.toMatch(/Maria|srv/);
  }
  await app.close();
});
