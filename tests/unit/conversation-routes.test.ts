import { fastify } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { conversationRoutes } from '../../src/console/conversation-routes.ts';
import { jobRoutes } from '../../src/console/job-routes.ts';
import type { JobQueue } from '../../src/messaging/job-store.ts';
import { createLog } from '../../src/platform/log.ts';
import { answerProblems } from '../../src/platform/problem.ts';
import { createMemoryAppointmentStore } from '../../src/storage/memory-appointment-store.ts';
import { createMemoryJobQueue } from '../../src/storage/memory-job-queue.ts';
import { createMemoryStaffRequestStore } from '../../src/storage/memory-staff-request-store.ts';
import { clockAt, shippedClinic, thursdayMorning } from '../support/agent-fixtures.ts';
import { createFakeAccess } from '../support/console-access.ts';
import { until } from '../support/stage.ts';
import { openTextDesk, visitor } from '../support/text-desk.ts';

const clinic = await shippedClinic('aurora');
const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function open(access = createFakeAccess('staff')) {
  const clock = clockAt(thursdayMorning);
  const log = createLog('silent');
  const desk = await openTextDesk({ clinic, clock });
  const jobs: JobQueue = createMemoryJobQueue({ clock, log, rules: { mostAttempts: 1 } });
  const server = fastify();
  answerProblems(server, log);
  conversationRoutes(server, {
    access,
    texts: desk.texts,
    conversations: desk.store,
    appointments: createMemoryAppointmentStore(),
    requests: createMemoryStaffRequestStore(),
    clinics: () => [clinic],
    clock,
  });
  jobRoutes(server, { access, jobs });
  closers.push(
    () => server.close(),
    desk.close,
    () => jobs.close(),
  );
  await desk.say('Quero marcar uma consulta com o cardiologista');
  const { id } = await desk.conversation();
  const ask = async (method: 'GET' | 'POST', path: string, payload?: object) => {
    const url = `/console/api${path}`;
    const answer = await server.inject({ method, url, ...(payload ? { payload } : {}) });
    return {
      status: answer.statusCode,
      body: answer.statusCode === 204 ? undefined : answer.json(),
    };
  };
  return { access, desk, id, jobs, ask };
}

describe('text conversations in the console', () => {
  it('are listed and read, with who read them written down', async () => {
    const { ask, access, id } = await open();
    const { body } = await ask('GET', '/conversations?status=open');
    expect(body.conversations).toMatchObject([
      { id, clinic: 'aurora', status: 'open', heldBy: null },
    ]);
    expect(JSON.stringify(body)).not.toContain(visitor);
    const one = await ask('GET', `/conversations/${id}`);
    expect(one.body.conversation.lines).toMatchObject([{ who: 'sender' }, { who: 'agent' }]);
    expect(access.entries).toMatchObject([{ action: 'conversation.read', object: id }]);
  });

  it('are taken over, written in and given back; only who holds it may write', async () => {
    const { ask, desk, id } = await open();
    const early = await ask('POST', `/conversations/${id}/messages`, { text: 'Oi' });
    expect(early).toMatchObject({ status: 409, body: { error: { code: 'not-held' } } });
    const taken = await ask('POST', `/conversations/${id}/take`);
    expect(taken.body.conversation.heldBy).toBe('Ana Recepção');
    expect(await desk.say('Tem alguém aí?')).toBe('');
    await ask('POST', `/conversations/${id}/messages`, { text: 'Sou a Ana, da recepção.' });
    await ask('POST', `/conversations/${id}/give-back`);
    expect(await desk.say('Meu nome é Marina Lima')).toMatch(/Marina/);
    const { body } = await ask('GET', `/conversations/${id}`);
    expect(body.conversation.lines.map(({ who }: { who: string }) => who)).toEqual([
      'sender',
      'agent',
      'sender',
      'staff',
      'note',
      'sender',
      'agent',
    ]);
  });

  it('are asked for again and again by an open page: one line in the trail, no answer while nothing changes', async () => {
    const { ask, access, desk, id } = await open();
    const first = await ask('GET', `/conversations/${id}`);
    const again = await ask('GET', `/conversations/${id}?unless=${first.body.version}`);
    expect(again).toEqual({ status: 204, body: undefined });
    await desk.say('Meu nome é Marina Lima');
    const changed = await ask('GET', `/conversations/${id}?unless=${first.body.version}`);
    expect(changed.status).toBe(200);
    expect(changed.body.version).not.toBe(first.body.version);
    expect(access.entries.map(({ action }) => action)).toEqual(['conversation.read']);
    const list = await ask('GET', '/conversations');
    expect((await ask('GET', `/conversations?unless=${list.body.version}`)).status).toBe(204);
  });

  it('that another person holds are left to them, until somebody says “instead of them”', async () => {
    const { ask, access, desk, id } = await open();
    await ask('POST', `/conversations/${id}/take`);
    const bia = { userId: 'bia', name: 'Ana Recepção', role: 'staff', clinics: 'all' } as const;
    access.person = bia;
    const held = await ask('POST', `/conversations/${id}/take`);
    expect(held).toMatchObject({ status: 409, body: { error: { code: 'held' } } });
    // The same name is not the same person.
    const wrote = await ask('POST', `/conversations/${id}/messages`, { text: 'Oi' });
    expect(wrote).toMatchObject({ status: 409, body: { error: { code: 'not-held' } } });
    expect((await desk.conversation()).lines.at(-1)).toMatchObject({ who: 'agent' });
    const taken = await ask('POST', `/conversations/${id}/take`, { instead: true });
    expect(taken.body.conversation).toMatchObject({ isMine: true });
    expect((await ask('POST', `/conversations/${id}/messages`, { text: 'Oi' })).status).toBe(200);
  });

  it('that wait for the person who holds them say so', async () => {
    const { ask, desk, id } = await open();
    await ask('POST', `/conversations/${id}/take`);
    await desk.say('Tem alguém aí?');
    const waiting = await ask('GET', '/conversations');
    expect(waiting.body.conversations).toMatchObject([{ awaitsStaff: true, isMine: true }]);
    await ask('POST', `/conversations/${id}/messages`, { text: 'Tem sim.' });
    const answered = await ask('GET', '/conversations');
    expect(answered.body.conversations).toMatchObject([{ awaitsStaff: false }]);
  });

  it('of a clinic that somebody may not see are not there, whatever is asked', async () => {
    const { ask, id } = await open(createFakeAccess('admin', ['estrategia']));
    expect((await ask('GET', '/conversations')).body).toMatchObject({ conversations: [] });
    expect((await ask('GET', `/conversations/${id}`)).status).toBe(404);
    for (const deed of ['take', 'give-back', 'close', 'messages'])
      expect((await ask('POST', `/conversations/${id}/${deed}`, { text: 'oi' })).status).toBe(404);
  });

  it('are not changed by who may only read, nor when the trail cannot be written', async () => {
    const { ask, access, id, desk } = await open(createFakeAccess('auditor'));
    expect((await ask('POST', `/conversations/${id}/take`)).status).toBe(403);
    if (access.person) access.person = { ...access.person, role: 'staff' };
    access.isTrailBroken = true;
    expect((await ask('POST', `/conversations/${id}/take`)).status).toBeGreaterThanOrEqual(500);
    expect((await desk.conversation()).heldBy).toBeNull();
  });

  it('are closed with their summary, and then left as they are', async () => {
    const { ask, id } = await open();
    const { body } = await ask('POST', `/conversations/${id}/close`);
    expect(body.conversation).toMatchObject({ status: 'closed', closedBecause: 'staff' });
    expect(body.conversation.summary).toContain('Protocolo do atendimento');
    expect((await ask('POST', `/conversations/${id}/take`)).status).toBe(409);
  });

  it('what the queue gave up is listed to admins, and tried again when they say so', async () => {
    const { ask, jobs } = await open(createFakeAccess('admin'));
    let isMended = false;
    jobs.start(async () => {
      if (!isMended) throw new Error('no');
      return 'done';
    });
    await jobs.add({ id: 'SM1', kind: 'incoming', data: { words: 'Marina' } });
    await until(async () => (await jobs.dead(1)).length === 1, 'it is dead');
    const { body } = await ask('GET', '/jobs');
    expect(body.dead).toMatchObject([{ id: 'SM1', kind: 'incoming', attempts: 1 }]);
    expect(JSON.stringify(body)).not.toContain('Marina');
    isMended = true;
    expect((await ask('POST', '/jobs/SM1/retry')).body).toEqual({ outcome: 'revived' });
    await until(async () => (await jobs.dead(1)).length === 0, 'it was done');
    expect((await ask('POST', '/jobs/SM1/retry')).status).toBe(404);
  });

  it('what the queue gave up belongs to no clinic: an admin of one does not see it', async () => {
    const { ask } = await open(createFakeAccess('admin', ['aurora']));
    expect((await ask('GET', '/jobs')).status).toBe(403);
    expect((await ask('POST', '/jobs/SM1/retry')).status).toBe(403);
  });
});
