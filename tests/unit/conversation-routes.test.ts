import { fastify } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { conversationRoutes } from '../../src/console/conversation-routes.ts';
import type { JobQueue } from '../../src/messaging/job-store.ts';
import { createLog } from '../../src/platform/log.ts';
import { answerProblems } from '../../src/platform/problem.ts';
import { createMemoryJobQueue } from '../../src/storage/memory-job-queue.ts';
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
    jobs,
    clinics: () => [clinic],
  });
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
    return { status: answer.statusCode, body: answer.json() };
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

  it('of a clinic that somebody may not see are not there, whatever is asked', async () => {
    const { ask, id } = await open(createFakeAccess('admin', ['estrategia']));
    expect((await ask('GET', '/conversations')).body).toEqual({ conversations: [] });
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
});
