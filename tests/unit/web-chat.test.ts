import fastify from 'fastify';
import { describe, expect, it } from 'vitest';
import { givenBack, takenOver } from '../../src/messaging/conversation-handover.ts';
import type { TextAgent, TextTurn } from '../../src/messaging/text-agent.ts';
import { createWebChat } from '../../src/messaging/web-chat.ts';
import { webChatRoutes } from '../../src/messaging/web-chat-routes.ts';
import { createId } from '../../src/platform/id.ts';
import { createLog } from '../../src/platform/log.ts';
import { createMetrics } from '../../src/platform/metrics.ts';
import { createMemoryChatVisitStore } from '../../src/storage/memory-chat-visit-store.ts';
import { createMemoryConversationStore } from '../../src/storage/memory-conversation-store.ts';
import { createMemoryStaffRequestStore } from '../../src/storage/memory-staff-request-store.ts';
import { createMemoryTurnLeases } from '../../src/storage/memory-turn-leases.ts';
import { clockAt, shippedClinic } from '../support/agent-fixtures.ts';
import { openScriptDesk } from '../support/script-desk.ts';

const clinic = await shippedClinic('aurora');
const log = createLog('silent');
const site = 'https://www.clinica-aurora.example';
const minuteMs = 60_000;

async function openChat(origins: string[] = []) {
  const clock = clockAt('2026-11-23T13:00:00Z');
  const conversations = createMemoryConversationStore();
  const requests = createMemoryStaffRequestStore();
  const turns: TextTurn[] = [];
  const dangers: string[] = [];
  const agent: TextAgent = {
    async *answer(turn) {
      turns.push(turn);
      yield { type: 'delta', text: 'Olá, ' };
      yield { type: 'delta', text: 'Ana.' };
      const end = {
        conversationId: 'c1',
        protocol: '12345678',
        status: 'open',
        isHeld: false,
      } as const;
      yield { type: 'final', text: 'Olá, Ana.', ...end };
    },
  };
  const rules = { mode: 'scripts', idleMs: 24 * 60 * minuteMs } as const;
  const failing = { save: false };
  const made = { protocolOf: () => '12345678', newId: createId, clock, metrics: createMetrics() };
  const leases = createMemoryTurnLeases();
  const { scripts, lookup } = await openScriptDesk({
    ...{ clinic, clock, store: conversations, leases, mode: rules.mode },
    desks: ['clinica', 'atendimento'],
    requests: {
      ...requests,
      async save(request) {
        if (failing.save) throw Object.assign(new Error('disk'), { code: 'STORE_WRITE_FAILED' });
        return requests.save(request);
      },
    },
  });
  const chat = createWebChat({
    ...{ ...made, visits: createMemoryChatVisitStore(), conversations, scripts, lookup, agent },
    ...{ leases, rules, log },
    clinicOf: (id) => (id === clinic.id ? clinic : undefined),
    onEmergency: (_, kind) => void dangers.push(kind),
  });
  const server = fastify();
  const door = { publicUrl: 'http://127.0.0.1:5050', origins };
  await webChatRoutes(server, {
    ...{ chat, door: () => door, clinicOf: (id) => (id === clinic.id ? clinic : undefined) },
    ...{ defaultClinic: clinic.id, idleMs: rules.idleMs, pages: undefined, clock, log },
  });
  let cookie = '';
  async function post(url: string, body: unknown, headers: Record<string, string> = {}) {
    const answer = await server.inject({
      method: 'POST',
      url,
      headers: { 'content-type': 'application/json', cookie, ...headers },
      payload: typeof body === 'string' ? body : JSON.stringify(body),
    });
    const set = String(answer.headers['set-cookie'] ?? '').split(';')[0];
    if (set) cookie = set;
    const json = String(answer.headers['content-type']).includes('json')
      ? answer.json()
      : undefined;
    return { status: answer.statusCode, body: json, text: answer.body, headers: answer.headers };
  }
  const say = async (message: string) => (await post('/chat', { message })).body;
  const history = async (more = {}) =>
    (
      await server.inject({ method: 'GET', url: '/chat/history', headers: { cookie, ...more } })
    ).json();
  const held = async () => {
    const [head] = await conversations.list({ limit: 1 });
    if (!head) throw new Error('there is no conversation');
    return head.id;
  };
  return {
    server,
    chat,
    scripts,
    post,
    say,
    history,
    held,
    clock,
    conversations,
    requests,
    turns,
    dangers,
    failing,
    cookie: () => cookie,
    setCookie: (value: string) => {
      cookie = value;
    },
  };
}

describe('the documented requests', () => {
  it('begin a conversation with the name', async () => {
    const { post } = await openChat();
    const { status, body, headers } = await post('/initial-message', { message: 'Ana Lima' });
    expect(status).toBe(200);
    expect(body).toEqual({
      answer: 'Por favor, informe em poucas palavras como posso ser útil para você hoje.',
      Name: 'Ana Lima',
      Session: expect.stringMatching(/^[a-z2-7]{26}$/),
    });
    expect(headers['set-cookie']).toMatch(
      /^alo-chat=[\w-]{22}; Max-Age=86400; Path=\/; HttpOnly; SameSite=Strict$/,
    );
    expect(String(headers['set-cookie'])).not.toContain(body.Session);
  });

  it('carry a message to its script and through it, step by step', async () => {
    const { post, say, requests } = await openChat();
    await post('/initial-message', { message: 'oi, meu nome é Ana' });
    const first = await say('ola, gostaria d pegar o resultado do meu exame d sangue');
    expect(first).toEqual({
      answer: 'Certo! Assunto: Resultado de exame.\nQual é o nome completo de quem fez o exame?',
      steps: [],
      is_final_step: false,
    });
    await say('Ana Lima');
    const exams = await say('529.982.247-25');
    expect(exams.steps).toEqual([
      { id: 'nome', question: 'Nome completo', answer: 'Ana Lima' },
      { id: 'cpf', question: 'CPF', answer: '529.982.247-25' },
    ]);
    await say('hemograma');
    const last = await say('sim');
    expect(last.is_final_step).toBe(true);
    expect(last.answer).toMatch(/^Aguarde enquanto .*\nO protocolo é 12345678\.$/s);
    const [request] = await requests.list({ limit: 10 });
    expect(request).toMatchObject({
      ...{ kind: 'exam-results', channel: 'web-chat', clinic: 'aurora', name: 'Ana Lima' },
      ...{ cpf: '52998224725', protocol: '12345678' },
      text: 'Roteiro: Resultado de exame\nNome completo: Ana Lima\nCPF: 529.982.247-25\nExames: hemograma',
    });
    expect((await say('obrigada!')).answer).toMatch(/^De nada/);
  });

  it('answer freely, whole or as it is written', async () => {
    const { post, turns } = await openChat();
    await post('/initial-message', { message: 'Ana' });
    expect(await post('/chat_ai', { message: 'quero remarcar minha consulta' })).toMatchObject({
      status: 200,
      body: { answer: 'Olá, Ana.' },
    });
    expect(turns[0]).toMatchObject({ channel: 'web-chat', senderName: 'Ana' });
    const streamed = await post('/chat_ai', { message: 'oi' }, { accept: 'text/event-stream' });
    expect(streamed.headers['content-type']).toContain('text/event-stream');
    expect(streamed.text).toBe(
      'event: delta\ndata: {"text":"Olá, "}\n\nevent: delta\ndata: {"text":"Ana."}\n\n' +
        'event: final\ndata: {"answer":"Olá, Ana.","is_held":false}\n\n',
    );
    expect(turns[1]?.conversationId).toBe('c1');
  });

  it('are refused in the documented shape', async () => {
    const { post, setCookie, cookie } = await openChat();
    const wrong = { status: 'Error', message: expect.stringMatching(/.{10}/) };
    for (const body of [
      {},
      { message: '' },
      { message: 5 },
      [],
      '{',
      { message: '\u0000 \u202e' },
      { message: '12345' },
    ])
      expect(await post('/initial-message', body)).toMatchObject({ status: 400, body: wrong });
    expect(await post('/chat', { message: 'oi' })).toMatchObject({ status: 401, body: wrong });
    await post('/initial-message', { message: 'Ana' });
    for (const url of ['/chat', '/chat_ai'])
      for (const body of [
        {},
        { message: '  ' },
        { message: 'x'.repeat(4_097) },
        '"',
        { message: null },
      ])
        expect(await post(url, body)).toMatchObject({ status: 400, body: wrong });
    expect(await post('/chat', '<oi/>', { 'content-type': 'application/xml' })).toMatchObject({
      status: 415,
      body: wrong,
    });
    expect(await post('/chat', { message: 'x'.repeat(70_000) })).toMatchObject({
      status: 413,
      body: wrong,
    });
    const real = cookie();
    for (const guess of [
      'alo-chat=aaaaaaaaaaaaaaaaaaaaaa',
      `${real}; alo-chat=${'b'.repeat(22)}`,
      'alo-chat=../x',
    ]) {
      setCookie(guess);
      expect(await post('/chat', { message: 'oi' })).toMatchObject({ status: 401, body: wrong });
    }
  });
});

describe('a conversation', () => {
  it('survives a reload, and is nobody else’s to read', async () => {
    const { post, say, history, setCookie, cookie } = await openChat();
    expect(await history()).toMatchObject({
      name: null,
      lines: [],
      clinic: { name: 'Clínica Aurora' },
    });
    await post('/initial-message', { message: 'Ana' });
    await say('onde fica a clinica?');
    const seen = await history();
    expect(seen).toMatchObject({ name: 'Ana', isHeld: false, script: null });
    expect(seen.lines).toMatchObject([
      { who: 'me', text: 'onde fica a clinica?' },
      { who: 'agent', text: expect.stringContaining('Rua Santa Maria, 183') },
    ]);
    const mine = cookie();
    setCookie('');
    expect((await history()).lines).toEqual([]);
    await post('/initial-message', { message: 'Bia' });
    expect((await history()).lines).toEqual([]);
    setCookie(mine);
    expect((await history()).lines).toHaveLength(2);
  });

  it('is over when nobody wrote for a day, and when the person says so', async () => {
    const { server, post, clock, cookie } = await openChat();
    await post('/initial-message', { message: 'Ana' });
    clock.advance(23 * 60 * minuteMs);
    expect((await post('/chat', { message: 'oi' })).status).toBe(200);
    clock.advance(23 * 60 * minuteMs);
    expect((await post('/chat', { message: 'oi' })).status).toBe(200);
    clock.advance(25 * 60 * minuteMs);
    expect((await post('/chat', { message: 'oi' })).status).toBe(401);
    await post('/initial-message', { message: 'Ana' });
    const left = await server.inject({
      method: 'DELETE',
      url: '/chat/history',
      headers: { cookie: cookie() },
    });
    expect(left.statusCode).toBe(204);
    expect((await post('/chat', { message: 'oi' })).status).toBe(401);
  });

  it('asks again of whoever is not understood, and offers a person', async () => {
    const { post, say } = await openChat();
    await post('/initial-message', { message: 'Ana' });
    expect((await say('bom dia')).answer).toMatch(/em poucas palavras/);
    expect((await say('asdf qwer')).answer).toMatch(/não entendi/);
    expect((await say('zzz')).answer).toMatch(/falar com uma pessoa/);
    expect((await say('quero falar com uma pessoa')).answer).toMatch(/Falar com uma pessoa/);
  });

  it('goes from any script to a person, or begins anew', async () => {
    const { post, say } = await openChat();
    await post('/initial-message', { message: 'Ana' });
    await say('quero marcar uma consulta');
    expect((await say('quero falar com um atendente')).answer).toMatch(/Como é o seu nome\?$/);
    expect((await say('recomeçar')).answer).toMatch(/começamos de novo/);
    expect((await say('quero cancelar minha consulta')).answer).toMatch(/Cancelar agendamento/);
  });

  it('answers danger before anything else, also in the middle of a script', async () => {
    const { post, say, dangers } = await openChat();
    await post('/initial-message', { message: 'Ana' });
    await say('quero marcar uma consulta');
    const answer = await say('estou com muita dor no peito e falta de ar');
    expect(answer.answer).toMatch(/192/);
    expect(dangers).toHaveLength(1);
    expect((await say('Ana Lima')).steps).toMatchObject([{ id: 'nome', answer: 'Ana Lima' }]);
  });

  it('is silent while a person of the clinic holds it, and goes on where it was', async () => {
    const { post, say, history, held, conversations } = await openChat();
    await post('/initial-message', { message: 'Ana' });
    await say('quero marcar uma consulta');
    const id = await held();
    await conversations.update(id, (one) => takenOver(one, { name: 'Bia' }, 1));
    expect(await say('alguém aí?')).toEqual({ answer: '', steps: [], is_final_step: false });
    expect((await history()).isHeld).toBe(true);
    await conversations.update(id, (one) => givenBack(one, 2));
    expect((await say('Ana Lima')).steps).toMatchObject([{ id: 'nome' }]);
    const texts = (await history()).lines.map(({ text }: { text: string }) => text);
    expect(texts).toContain('alguém aí?');
  });

  it('is told by another script when staff choose one, with what was answered', async () => {
    const { post, say, scripts, history, held } = await openChat();
    await post('/initial-message', { message: 'Ana' });
    await say('quero marcar uma consulta');
    await say('Ana Lima');
    const id = await held();
    const before = await scripts.scriptOf(id);
    expect(before).toMatchObject({
      script: { id: 'marcar-consulta', chosenBy: null, by: 'words' },
    });
    expect(before?.script?.words).toContain('marcar');
    expect(before?.scripts.map((one) => one.id)).toContain('marcar-exame');
    expect(await scripts.chooseScript(id, 'nenhum', 'ana')).toBe('no-such-script');
    expect(await scripts.chooseScript('nenhuma', 'marcar-exame', 'ana')).toBe('not-found');
    expect(await scripts.chooseScript(id, 'marcar-exame', 'ana')).toBe('chosen');
    expect((await history()).lines.at(-1)).toMatchObject({
      who: 'agent',
      text: 'Qual exame foi pedido?',
    });
    expect(await scripts.scriptOf(id)).toMatchObject({
      script: { id: 'marcar-exame', chosenBy: 'ana' },
      steps: [{ id: 'nome', answer: 'Ana Lima' }],
    });
  });

  it('never hears the agent while a person holds it, and always after, in 200 random interleavings', async () => {
    const random = seeded(20_261_121);
    const { chat, scripts, conversations } = await openChat();
    for (let round = 0; round < 200; round += 1) {
      const { visit } = await chat.begin(clinic, 'Ana');
      await chat.say(visit, 'quero marcar uma consulta');
      const [head] = await conversations.list({ senderKey: visit.id, limit: 1 });
      const id = head?.id ?? '';
      /** From which line to which one a person held it. */
      const held: { from: number; to: number }[] = [];
      const moves = [
        () =>
          chat.say(
            visit,
            ['Ana Lima', 'sim', 'errei', 'recomeçar', 'quero cancelar'][random(5)] ?? 'oi',
          ),
        () => scripts.chooseScript(id, random(2) ? 'marcar-exame' : 'precos', 'bia'),
        () =>
          conversations.update(id, (one) => {
            if (!one.heldBy) held.push({ from: one.lines.length, to: Number.POSITIVE_INFINITY });
            return takenOver(one, { name: 'Bia' }, 1);
          }),
        () =>
          conversations.update(id, (one) => {
            const last = held.at(-1);
            if (one.heldBy && last) last.to = one.lines.length;
            return givenBack(one, 2);
          }),
      ];
      for (let step = 0; step < 4; step += 1)
        await Promise.all(
          Array.from({ length: 1 + random(3) }, () => moves[random(moves.length)]?.()),
        );
      await moves[3]?.();
      const lines = (await conversations.find(id))?.lines ?? [];
      for (const { from, to } of held)
        expect(lines.slice(from, to).filter(({ who }) => who === 'agent')).toEqual([]);
      expect((await chat.say(visit, 'Ana Lima')).answer).not.toBe('');
    }
  });

  it('makes one request, also when it could not be written the first time', async () => {
    const { post, say, requests, failing } = await openChat();
    await post('/initial-message', { message: 'Ana' });
    await say('quero falar com uma pessoa');
    await say('Ana Lima');
    await say('pular');
    await say('pular');
    failing.save = true;
    expect((await post('/chat', { message: 'sim' })).status).toBe(503);
    failing.save = false;
    expect((await say('sim')).is_final_step).toBe(true);
    expect(await requests.list({ limit: 10 })).toHaveLength(1);
  });
});

describe('other sites', () => {
  it('that are not named get nothing', async () => {
    const { server, post, history } = await openChat();
    await post('/initial-message', { message: 'Ana' });
    const headers = { origin: 'https://evil.example' };
    for (const url of ['/initial-message', '/chat', '/chat_ai'])
      expect(await post(url, { message: 'oi' }, headers)).toMatchObject({
        status: 403,
        body: { status: 'Error' },
      });
    expect(await history(headers)).toMatchObject({ status: 'Error' });
    expect(
      (await post('/chat', { message: 'oi' }, { 'sec-fetch-site': 'cross-site' })).status,
    ).toBe(403);
    const asked = await server.inject({ method: 'OPTIONS', url: '/chat', headers });
    expect(asked.statusCode).toBe(403);
    expect(asked.headers['access-control-allow-origin']).toBeUndefined();
    const page = await server.inject({ method: 'GET', url: '/' });
    expect(page.headers['content-security-policy']).toContain("frame-ancestors 'self';");
    expect(page.headers['x-frame-options']).toBe('SAMEORIGIN');
  });

  it('that are named may ask and frame the page', async () => {
    const { server, post } = await openChat([site]);
    const { status, headers } = await post(
      '/initial-message',
      { message: 'Ana' },
      { origin: site },
    );
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'access-control-allow-origin': site,
      'access-control-allow-credentials': 'true',
    });
    const asked = await server.inject({
      method: 'OPTIONS',
      url: '/chat',
      headers: { origin: site },
    });
    expect(asked.statusCode).toBe(204);
    const page = await server.inject({ method: 'GET', url: '/' });
    expect(page.headers['content-security-policy']).toContain(`frame-ancestors 'self' ${site};`);
    expect(page.headers['x-frame-options']).toBeUndefined();
    const widget = await server.inject({ method: 'GET', url: '/chat-widget.js' });
    expect(widget.headers['cross-origin-resource-policy']).toBe('cross-origin');
  });
});

describe('a flood', () => {
  it('of one person is stopped after twenty messages in a minute, and only for that minute', async () => {
    const { post, clock } = await openChat();
    await post('/initial-message', { message: 'Ana' });
    const answers = [];
    for (let i = 0; i < 21; i += 1) answers.push((await post('/chat', { message: 'oi' })).status);
    expect(answers.filter((status) => status === 200)).toHaveLength(20);
    const late = await post('/chat', { message: 'oi' });
    expect(late).toMatchObject({ status: 429, body: { status: 'Error' } });
    expect(late.headers['retry-after']).toBe('60');
    clock.advance(minuteMs);
    expect((await post('/chat', { message: 'oi' })).status).toBe(200);
  });

  it('of new visits from one address is stopped', async () => {
    const { post } = await openChat();
    const statuses = [];
    for (let i = 0; i < 12; i += 1)
      statuses.push((await post('/initial-message', { message: 'Ana' })).status);
    expect(statuses.filter((status) => status === 429)).toHaveLength(2);
  });
});

/** The same numbers each time: a failure can be looked at again. */
function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (state >> 8) % below;
  };
}
