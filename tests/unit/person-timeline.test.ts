import { fastify } from 'fastify';
import { describe, expect, it } from 'vitest';
import { timelineRoutes } from '../../src/console/timeline-routes.ts';
import type { Conversation } from '../../src/messaging/conversation-record.ts';
import { newConversation } from '../../src/messaging/conversation-steps.ts';
import { createId } from '../../src/platform/id.ts';
import { MemoryCallIndex } from '../../src/storage/memory-call-index.ts';
import { createMemoryConversationStore } from '../../src/storage/memory-conversation-store.ts';
import { appointment, shippedClinic, staffRequest } from '../support/agent-fixtures.ts';
import { callRecord } from '../support/call-record.ts';
import { createFakeAccess } from '../support/console-access.ts';
import { memoryStores } from '../support/direct-desk.ts';

const clinic = await shippedClinic('aurora');
const number = '+5588999990001';
const short = '+558899990001';

function open(access = createFakeAccess('staff')) {
  const { appointments, requests } = memoryStores();
  const conversations = createMemoryConversationStore();
  const calls = new MemoryCallIndex();
  const server = fastify();
  const clinicOf = (id: string) => (id === clinic.id ? clinic : undefined);
  timelineRoutes(server, { access, calls, conversations, appointments, requests, clinicOf });
  return {
    ...{ access, appointments, requests, calls },
    async conversation(more: Partial<Conversation> = {}) {
      const sender = { clinic: 'aurora', channel: 'whatsapp', senderKey: number } as const;
      const made = { protocol: '11112222', senderName: 'Maria', nowMs: Date.parse('2026-11-20') };
      const one = { ...newConversation({ ...sender, id: createId(), ...made }), ...more };
      await conversations.create(one);
      return one.id;
    },
    async call(at: string, more: Parameters<typeof callRecord>[0] = {}) {
      const record = callRecord({ clinic: 'aurora', from: number, startedAt: at, ...more });
      await calls.put(record);
      return record.id;
    },
    async visit(more: Parameters<typeof appointment>[0] = {}) {
      const one = appointment({ id: createId(), phone: number, ...more });
      await appointments.save(one);
      return one.id;
    },
    async timeline(id: string) {
      const answer = await server.inject({ url: `/console/api/conversations/${id}/timeline` });
      return { status: answer.statusCode, body: answer.json() };
    },
    async ids(id: string) {
      const answer = await server.inject({ url: `/console/api/conversations/${id}/timeline` });
      return answer.json().entries.map((one: { id: string }) => one.id);
    },
  };
}

describe('the timeline of whoever writes', () => {
  it('holds their calls, conversations and visits at this clinic, newest first', async () => {
    const { timeline, conversation, call, visit, access } = open();
    const rang = await call('2026-11-01T10:00:00.000Z');
    const rung = await call('2026-11-02T10:00:00.000Z', {
      ...{ direction: 'outbound', from: '+558835430000', to: number },
    });
    const elsewhere = await call('2026-11-03T10:00:00.000Z', { clinic: 'outra' });
    const stranger = await call('2026-11-04T10:00:00.000Z', { from: '+5588999990002' });
    const written = await conversation({ status: 'closed', closedAtMs: 1, senderKey: short });
    const kept = await visit({ status: 'booked' });
    const called = await visit({ status: 'cancelled', day: '2026-10-05', items: [] });
    const id = await conversation({ openedAtMs: Date.parse('2026-11-21') });
    const { status, body } = await timeline(id);
    expect(status).toBe(200);
    expect(body.entries.map((one: { id: string }) => one.id)).toEqual([
      ...[kept, id, written, rung, rang, called],
    ]);
    expect(body.entries[0]).toEqual({
      ...{ at: '2026-11-30T17:00:00.000Z', channel: 'voice', kind: 'appointment', id: kept },
      title: 'Mamografia',
      detail:
        '30/11/2026 14:00 · Dr. Álvaro Menezes Quintela · marcado · Maria de Souza · protocolo 12345678',
    });
    expect(body.entries[3]).toMatchObject({ kind: 'call', title: 'Ligação feita pela clínica' });
    expect(JSON.stringify(body)).not.toMatch(new RegExp(`${elsewhere}|${stranger}`));
    expect(access.entries).toMatchObject([{ action: 'conversation.timeline', object: id }]);
  });

  it('is joined to a chat of the page by what was booked or asked there, in both directions', async () => {
    const { ids, conversation, visit, requests, call } = open();
    const senderKey = createId();
    const chat = createId();
    const booked = await visit({ channel: 'web-chat', callId: chat, bookedFrom: null });
    const web = { channel: 'web-chat', senderKey, id: chat } as const;
    await conversation({ ...web, appointments: [booked] });
    const asking = await conversation({ channel: 'web-chat', senderKey: createId() });
    await requests.save(
      staffRequest({ channel: 'web-chat', conversationId: asking, phone: number }),
    );
    const rang = await call('2026-11-01T10:00:00.000Z');
    const written = await conversation();
    const all = [booked, chat, asking, written, rang].sort();
    for (const id of [chat, asking, written]) expect((await ids(id)).sort()).toEqual(all);
  });

  it('of somebody at the page who only told a name is that conversation alone', async () => {
    const { ids, conversation, visit, call } = open();
    await visit({ clientName: 'Maria', phone: number });
    await call('2026-11-01T10:00:00.000Z');
    const id = await conversation({ channel: 'web-chat', senderKey: createId() });
    expect(await ids(id)).toEqual([id]);
  });

  it('does not show what was booked from the telephone for another contact number', async () => {
    const { ids, conversation, visit } = open();
    await visit({ phone: '+5588999990777', bookedFrom: number });
    const id = await conversation();
    expect(await ids(id)).toEqual([id]);
  });

  it('is bounded, however much there is', async () => {
    const { timeline, conversation, call } = open();
    for (let n = 0; n < 150; n += 1)
      await call(new Date(Date.UTC(2026, 0, 1) + n * 60_000).toISOString());
    const { body } = await timeline(await conversation());
    expect(body.entries).toHaveLength(51);
  });

  it('is shown to nobody of another clinic', async () => {
    const { timeline, conversation, access } = open(createFakeAccess('staff', ['litoral']));
    expect((await timeline(await conversation())).status).toBe(404);
    expect((await timeline('nada')).status).toBe(404);
    expect(access.entries).toEqual([]);
  });
});
