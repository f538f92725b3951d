import { fastify } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { conversationRoutes } from '../../src/console/conversation-routes.ts';
import { reopenRoutes } from '../../src/console/reopen-routes.ts';
import { messageFor } from '../../src/messaging/whatsapp-sending.ts';
import { clockAt, shippedClinic, thursdayMorning } from '../support/agent-fixtures.ts';
import { createFakeAccess } from '../support/console-access.ts';
import { openTextDesk } from '../support/text-desk.ts';

const shipped = await shippedClinic('aurora');
const number = shipped.whatsapp?.number ?? '';
const contentSid = `HX${'ab'.repeat(16)}`;
const person = '+5588999990001';
const hourMs = 3_600_000;
const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function open({
  template = true,
  optedOut = false,
  access = createFakeAccess('staff'),
} = {}) {
  const templates = template ? { reopen: contentSid } : {};
  const clinic = { ...shipped, whatsapp: { number, templates } };
  const clock = clockAt(thursdayMorning);
  const desk = await openTextDesk({ clinic, clock, channel: 'whatsapp' });
  const server = fastify();
  const parts = { access, texts: desk.texts, conversations: desk.store, clock };
  const { appointments, requests } = desk.stores;
  conversationRoutes(server, { ...parts, appointments, requests, clinics: () => [clinic] });
  reopenRoutes(server, {
    ...{ ...parts, clinicOf: () => clinic, optOuts: { has: () => optedOut } },
  });
  closers.push(() => server.close(), desk.close);
  await desk.say('Oi, quero o resultado do meu exame', person);
  const { id } = await desk.conversation(person);
  const post = async (path: string, payload?: object, of = id) => {
    const url = `/console/api/conversations/${of}/${path}`;
    const answer = await server.inject({ method: 'POST', url, ...(payload ? { payload } : {}) });
    return { status: answer.statusCode, body: answer.json() };
  };
  const last = async () => (await desk.conversation(person)).outbox.at(-1);
  return { access, clinic, clock, desk, id, post, last };
}
const code = (value: string) => ({
  status: 409,
  body: { error: { code: value, message: expect.stringMatching(/^.{20,}$/) } },
});

describe('somebody who has not written on WhatsApp for a day', () => {
  it('is not written to as if they had: the answer says what to do instead', async () => {
    const { clock, post, desk, id } = await open();
    const { body } = await post('take');
    expect(body.conversation.freeTextUntil).toBe('2026-11-27T12:59:00.000Z');
    expect(await post('messages', { text: 'O exame chegou.' })).toMatchObject({ status: 200 });
    const sent = (await desk.conversation(person)).outbox.length;
    clock.advance(24 * hourMs);
    expect(await post('messages', { text: 'Pode vir buscar.' })).toMatchObject(
      code('outside-window'),
    );
    expect((await desk.store.find(id))?.outbox).toHaveLength(sent);
  });

  it('is asked to answer with the approved text, once in 24 hours, and the answer reaches who asked', async () => {
    const { clock, clinic, post, desk, id, last, access } = await open();
    clock.advance(25 * hourMs);
    expect(await post('reopen')).toEqual({ status: 200, body: { conversation: id } });
    expect(access.entries.at(-1)).toMatchObject({ action: 'conversation.reopen', object: id });
    const conversation = await desk.conversation(person);
    expect(conversation).toMatchObject({ heldBy: { name: 'Ana Recepção' } });
    expect(conversation.lines.at(-1)).toMatchObject({ who: 'staff', by: 'Ana Recepção' });
    const message = await last();
    expect(message).toMatchObject({ template: 'reopen', by: 'staff', state: 'due' });
    expect(message?.text).not.toMatch(/exame|resultado/i);
    const [nowMs, statusUrl] = [clock.wallMs(), 'https://x.example/s'];
    if (!message) throw new Error('nothing is sent');
    expect(messageFor({ conversation, message, clinic, nowMs, statusUrl })).toMatchObject({
      contentSid,
    });
    expect(await post('reopen')).toMatchObject(code('already-asked'));
    expect(await desk.say('Oi, pode falar', person)).toBe('');
    expect(await post('messages', { text: 'O exame chegou.' })).toMatchObject({ status: 200 });
  });

  it('whose conversation was closed meanwhile gets a new one', async () => {
    const { clock, clinic, post, desk, id } = await open();
    await desk.texts.close(id, 'expired', clinic);
    clock.advance(30 * hourMs);
    const { status, body } = await post('reopen');
    expect(status).toBe(200);
    expect(body.conversation).not.toBe(id);
    expect(await desk.store.find(body.conversation)).toMatchObject({
      ...{ status: 'open', senderKey: person, heldBy: { name: 'Ana Recepção' } },
    });
  });
});

describe('a conversation is not reopened', () => {
  it('while free text is taken; unless it was closed, when nobody could write in it', async () => {
    const { post, desk, id, clinic, clock, last } = await open();
    expect(await post('reopen')).toMatchObject(code('window-open'));
    await desk.texts.close(id, 'staff', clinic);
    expect(await post('reopen')).toMatchObject({ status: 200 });
    const conversation = await desk.conversation(person);
    const message = await last();
    if (!message) throw new Error('nothing is sent');
    const [nowMs, statusUrl] = [clock.wallMs(), 'https://x.example/s'];
    // When they last wrote is known of them, not of the conversation: the same words go as free text.
    expect(messageFor({ conversation, message, clinic, nowMs, statusUrl })).toMatchObject({
      body: message.text,
    });
  });

  it('without an approved text, with who does not want it, or while another person has it', async () => {
    const bare = await open({ template: false });
    bare.clock.advance(25 * hourMs);
    expect(await bare.post('reopen')).toMatchObject(code('no-template'));
    const left = await open({ optedOut: true });
    left.clock.advance(25 * hourMs);
    expect(await left.post('reopen')).toMatchObject(code('opted-out'));
    const held = await open();
    await held.desk.texts.takeOver(held.id, { name: 'Bia', userId: 'bia' });
    held.clock.advance(25 * hourMs);
    expect(await held.post('reopen')).toMatchObject(code('held'));
    expect((await held.desk.conversation(person)).outbox.at(-1)?.template).not.toBe('reopen');
  });

  it('by who only reads, or sees another clinic', async () => {
    const auditor = await open({ access: createFakeAccess('auditor') });
    expect((await auditor.post('reopen')).status).toBe(403);
    const other = await open({ access: createFakeAccess('staff', ['litoral']) });
    expect((await other.post('reopen')).status).toBe(404);
    expect((await other.post('reopen', undefined, 'nada')).status).toBe(404);
  });
});
