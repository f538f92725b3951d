import { fastify } from 'fastify';
import { describe, expect, it } from 'vitest';
import { chatScriptRoutes } from '../../src/console/chat-script-routes.ts';
import type { Conversation } from '../../src/messaging/conversation-record.ts';
import { newConversation } from '../../src/messaging/conversation-steps.ts';
import type { ChosenScript } from '../../src/messaging/script-thread-record.ts';
import { emptyThread } from '../../src/messaging/script-thread-record.ts';
import { createId } from '../../src/platform/id.ts';
import { createMemoryConversationStore } from '../../src/storage/memory-conversation-store.ts';
import { createMemoryStaffRequestStore } from '../../src/storage/memory-staff-request-store.ts';
import { clockAt, shippedClinic, staffRequest } from '../support/agent-fixtures.ts';
import { createFakeAccess } from '../support/console-access.ts';
import { openScriptDesk } from '../support/script-desk.ts';

const clinic = await shippedClinic('aurora');

/** @param script what the conversation is about; nothing: nobody knows yet */
async function open(script: string | undefined, access = createFakeAccess('staff')) {
  const clock = clockAt('2026-11-23T13:00:00Z');
  const store = createMemoryConversationStore();
  const requests = createMemoryStaffRequestStore();
  const { scripts } = await openScriptDesk({ clinic, clock, store, requests, mode: 'scripts' });
  const server = fastify();
  chatScriptRoutes(server, { scripts, access });
  const id = createId();
  const sender = { clinic: 'aurora', channel: 'web-chat', senderKey: createId() } as const;
  const chosen: ChosenScript | null =
    script === undefined
      ? null
      : {
          ...{ scriptId: script, score: 0.8, by: 'words', words: ['atestado'] },
          ...{ example: 'preciso de um atestado', chosenBy: null },
        };
  const opened = newConversation({
    ...{ ...sender, id, protocol: '12345678', senderName: 'Ana Lima', nowMs: 0 },
  });
  const lines: Conversation['lines'] = [
    { who: 'sender', atMs: 0, text: 'preciso de um atestado da consulta' },
  ];
  await store.create({ ...opened, lines, script: { ...emptyThread, chosen } });
  const put = async (path: string, payload: object) => {
    const url = `/console/api/conversations/${id}/script${path}`;
    const answer = await server.inject({ method: 'PUT', url, payload });
    return { status: answer.statusCode, body: answer.json() };
  };
  const answer = (question: string, text: string) => put(`/answers/${question}`, { answer: text });
  const kept = async () => {
    const one = await store.find(id);
    if (!one) throw new Error('it is gone');
    return one;
  };
  return { access, server, id, put, answer, kept, requests, store };
}

describe('an answer that staff put in', () => {
  it('is read as the chat reads it, shown with all questions and candidates, and written down', async () => {
    const { answer, access, id } = await open('documentos');
    const { status, body } = await answer('cpf', '529 982 247 25');
    expect(status).toBe(200);
    expect(body.steps).toEqual([
      { id: 'cpf', question: 'CPF', answer: '529.982.247-25', isChecked: true },
    ]);
    expect(body.questions[2]).toMatchObject({
      ...{ id: 'documento', type: 'choice', required: true },
      options: expect.arrayContaining(['atestado', 'receita']),
    });
    expect(body.candidates[0]).toMatchObject({ id: 'documentos', score: expect.any(Number) });
    expect(access.entries).toMatchObject([
      { action: 'conversation.script-answer', object: id, detail: { question: 'cpf' } },
    ]);
    expect(JSON.stringify(access.entries)).not.toContain('529');
  });

  it('puts the next question to the person, who is asked nothing twice', async () => {
    const { answer, kept } = await open('documentos');
    await answer('nome', 'Ana Lima');
    expect((await kept()).lines.at(-1)).toMatchObject({ who: 'agent', text: 'Qual é o CPF?' });
    const before = (await kept()).lines.length;
    await answer('nome', 'Ana Maria Lima');
    expect((await kept()).lines).toHaveLength(before);
  });

  it('that does not fit is refused in words, and nothing changes', async () => {
    const { answer, put, kept } = await open('documentos');
    expect(await answer('cpf', '123')).toMatchObject({
      status: 400,
      body: { error: { code: 'unfit-answer', message: 'Escreva os 11 números do CPF.' } },
    });
    expect(await answer('documento', 'bolo')).toMatchObject({ status: 400 });
    expect(await put('/answers/cpf', { answer: '  ' })).toMatchObject({ status: 400 });
    expect(await put('/answers/cpf', { answer: 'x'.repeat(501) })).toMatchObject({ status: 400 });
    expect(await answer('idade', '30')).toMatchObject({
      status: 404,
      body: { error: { code: 'no-such-question' } },
    });
    expect((await kept()).script.run).toBeNull();
  });

  it('needs a script', async () => {
    const { answer, put } = await open(undefined);
    expect(await answer('cpf', '52998224725')).toMatchObject({
      status: 409,
      body: { error: { code: 'no-script' } },
    });
    expect(await put('', { script: 'documentos' })).toMatchObject({ status: 200 });
    expect((await answer('cpf', '52998224725')).status).toBe(200);
  });

  it('after the request was filed corrects the request where it stands', async () => {
    const { answer, kept, requests, store } = await open('falar-com-pessoa');
    await answer('nome', 'Ana Lima');
    await answer('assunto', 'pular');
    await answer('telefone', '88 99999-0001');
    const { id, script } = await kept();
    expect(script.run?.phase).toBe('reviewing');
    // The person said that all is right.
    const requestId = createId();
    await requests.save(
      staffRequest({ id: requestId, conversationId: id, channel: 'web-chat', name: 'Ana Lima' }),
    );
    const taken = { by: 'bia', name: 'Bia', at: '2026-11-23T13:00:00.000Z' };
    await requests.change(requestId, (one) => ({ ...one, taken }));
    const run = script.run && { ...script.run, phase: 'done' as const };
    await store.update(id, (one) => ({ ...one, script: { ...script, run, requestId } }));
    const before = (await kept()).lines.length;
    expect((await answer('telefone', '88 98888-0002')).status).toBe(200);
    expect(await requests.find(requestId)).toMatchObject({
      ...{ phone: '+5588988880002', taken, status: 'open' },
      text: expect.stringContaining('(88) 98888-0002'),
    });
    expect((await kept()).lines).toHaveLength(before);
  });

  it('that is the last one of a script with one question gives staff the request', async () => {
    const { answer, kept, requests } = await open('precos');
    await answer('servico', 'ultrassom');
    const [request] = await requests.list({ limit: 5 });
    expect(request).toMatchObject({ name: 'Ana Lima', protocol: '12345678', channel: 'web-chat' });
    expect(request?.text).toContain('ultrassom');
    expect((await kept()).script).toMatchObject({ requestId: request?.id, run: { phase: 'done' } });
  });

  it('is for nobody of another clinic, and not for who only reads', async () => {
    const other = await open('documentos', createFakeAccess('staff', ['litoral']));
    expect((await other.answer('nome', 'Ana')).status).toBe(404);
    const auditor = await open('documentos', createFakeAccess('auditor'));
    expect((await auditor.answer('nome', 'Ana')).status).toBe(403);
  });
});
