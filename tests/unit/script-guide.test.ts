import { describe, expect, it } from 'vitest';
import type { ToolDefinition } from '../../src/agent/tool.ts';
import {
  type Conversation,
  conversationSchema,
  parseConversation,
} from '../../src/messaging/conversation-record.ts';
import { newConversation } from '../../src/messaging/conversation-steps.ts';
import { emptyThread } from '../../src/messaging/script-thread-record.ts';
import { offeredTools } from '../../src/messaging/turn-lines.ts';
import { createId } from '../../src/platform/id.ts';
import { createMemoryConversationStore } from '../../src/storage/memory-conversation-store.ts';
import { createMemoryStaffRequestStore } from '../../src/storage/memory-staff-request-store.ts';
import { clockAt, shippedClinic, thursdayMorning } from '../support/agent-fixtures.ts';
import { openScriptDesk } from '../support/script-desk.ts';

const clinic = await shippedClinic('aurora');

async function open() {
  const clock = clockAt(thursdayMorning);
  const store = createMemoryConversationStore();
  const kept = createMemoryStaffRequestStore();
  const failing = { save: false };
  const requests = {
    ...kept,
    async save(request: Parameters<typeof kept.save>[0]) {
      if (failing.save) throw Object.assign(new Error('disk'), { code: 'STORE_WRITE_FAILED' });
      return kept.save(request);
    },
  };
  const { guide, scripts } = await openScriptDesk({ clinic, clock, store, requests });
  const id = createId();
  const sender = { clinic: 'aurora', channel: 'whatsapp', senderKey: '+5588999990001' } as const;
  const made = newConversation({
    ...{ ...sender, id, protocol: '12345678', senderName: 'Marina', nowMs: clock.wallMs() },
  });
  await store.create(made);
  const notebook = guide.notebookOf({ id });
  const thread = async () => (await store.find(id))?.script ?? emptyThread;
  return {
    ...{ store, requests, failing, scripts, notebook, thread, id },
    hear: (text: string) => guide.guide(made, text),
    record: (question: string, answer: string, turn = 1) =>
      notebook.record({ question, answer, turn }),
  };
}

describe('the agent in free conversation', () => {
  it('is told the script that the first messages ask for, and what comes next in it', async () => {
    const { hear, thread } = await open();
    expect(await hear('oi')).toMatchObject({ lines: [], tools: undefined, isGuided: false });
    const guidance = await hear('preciso de um atestado');
    expect(guidance).toMatchObject({ isCollecting: true, isGuided: true });
    expect(guidance.tools).toContain('leave_message');
    expect(guidance.tools).not.toContain('find_slots');
    expect(guidance.lines.join('\n')).toContain(
      'Próxima pergunta (JSON): {"question":"nome","ask":"Qual é o nome completo do paciente?"}',
    );
    expect(await thread()).toMatchObject({
      chosen: { scriptId: 'documentos', by: 'words', words: ['atestado'], chosenBy: null },
      isFree: true,
    });
  });

  it('keeps answers as they are read, refuses what does not fit, and asks nothing twice', async () => {
    const { hear, record, thread } = await open();
    await hear('preciso de um atestado');
    expect(await record('nome', 'meu nome é Marina Lima')).toMatchObject({
      ...{ outcome: 'next', question: 'cpf', message: 'Qual é o CPF?' },
    });
    expect(await record('cpf', '123')).toMatchObject({ outcome: 'unfit', question: 'cpf' });
    expect(await record('idade', '30')).toMatchObject({
      ...{ outcome: 'unknown-question', questions: ['nome', 'cpf', 'documento', 'data'] },
    });
    expect((await thread()).run?.steps).toMatchObject([
      { id: 'nome', value: 'Marina Lima' },
      // Said at the beginning.
      { id: 'documento', value: 'atestado', isTaken: true },
    ]);
    expect((await hear('')).lines.join('\n')).toContain('Nome completo: Marina Lima');
  });

  it('files what was collected after a yes of a later message, and once', async () => {
    const { hear, record, requests, failing } = await open();
    await hear('preciso de um atestado');
    await record('nome', 'Marina Lima');
    await record('cpf', '52998224725');
    await record('documento', 'atestado');
    const recap = await record('data', 'pular', 4);
    expect(recap).toMatchObject({ outcome: 'next', question: 'conferir' });
    // In the same breath nobody has read it yet.
    expect(await record('conferir', 'sim', 4)).toMatchObject({ outcome: 'next' });
    expect(await requests.list({ limit: 5 })).toEqual([]);
    failing.save = true;
    await expect(record('conferir', 'sim', 5)).rejects.toMatchObject({
      code: 'STORE_WRITE_FAILED',
    });
    failing.save = false;
    const filed = await record('conferir', 'sim', 5);
    expect(filed).toMatchObject({ outcome: 'filed', isNew: true });
    expect(await record('conferir', 'sim', 6)).toMatchObject({ outcome: 'filed', isNew: false });
    expect(await requests.list({ limit: 5 })).toMatchObject([
      { name: 'Marina Lima', phone: '+5588999990001', channel: 'whatsapp' },
    ]);
    const after = await hear('obrigada');
    expect(after.lines.join('\n')).toMatch(/já terminou/);
    expect(after.isCollecting).toBe(false);
  });

  it('corrects what the person says is wrong before anything is filed', async () => {
    const { hear, record, thread, requests } = await open();
    await hear('quero falar com uma pessoa');
    await record('nome', 'Marina');
    await record('assunto', 'pular');
    await record('telefone', 'pular', 3);
    expect(await record('conferir', 'o nome está errado', 4)).toMatchObject({
      ...{ outcome: 'next', question: 'nome' },
    });
    expect(await record('nome', 'Mariana', 5)).toMatchObject({ question: 'conferir' });
    expect((await thread()).run?.phase).toBe('reviewing');
    expect(await requests.list({ limit: 5 })).toEqual([]);
  });

  it('has the work done by the tools of a script that has them: no request beside it', async () => {
    const { hear, record, requests } = await open();
    const guidance = await hear('quero marcar uma consulta');
    expect(guidance.tools).toContain('hold_slots');
    expect(guidance.lines.join('\n')).not.toContain('Próxima pergunta');
    await record('nome', 'Marina Lima');
    await record('especialidade', 'cardiologia');
    await record('primeira-vez', 'sim');
    await record('quando', 'pular');
    expect(await record('telefone', '88 99999-0001')).toEqual({ outcome: 'complete' });
    expect(await requests.list({ limit: 5 })).toEqual([]);
  });

  it('ends where the script needs a yes and hears a no', async () => {
    const { hear, record } = await open();
    await hear('quero cancelar minha consulta');
    expect(await record('certeza', 'não')).toEqual({
      outcome: 'given-up',
      message: 'Certo, nada foi cancelado. O seu horário continua marcado.',
    });
  });
});

describe('another subject', () => {
  it('is not read out of an answer: in the middle of a script the words decide nothing', async () => {
    const { hear, thread } = await open();
    await hear('quero marcar uma consulta');
    for (const text of ['não, obrigada', 'sim, quero', 'cartão de crédito', 'quero cancelar'])
      await hear(text);
    expect((await thread()).chosen?.scriptId).toBe('marcar-consulta');
  });

  it('is what the agent says it is; what was allowed before stays allowed', async () => {
    const { hear, notebook, thread } = await open();
    await hear('quero marcar uma consulta');
    expect(await notebook.changeSubject('cancelar consulta')).toBe('Cancelar agendamento');
    const { tools } = await hear('');
    expect(tools).toEqual(expect.arrayContaining(['cancel_appointment', 'hold_slots']));
    // Nothing we know: then nothing is in the way.
    expect(await notebook.changeSubject('zzz')).toBeNull();
    expect(await hear('')).toMatchObject({ tools: undefined, isGuided: false });
    expect((await thread()).chosen).toBeNull();
  });

  it('after a script that only told something is read out of the words again', async () => {
    const { hear, thread } = await open();
    await hear('quanto custa a consulta?');
    expect((await thread()).chosen?.scriptId).toBe('precos');
    await hear('quero marcar uma consulta com o cardiologista');
    expect(await thread()).toMatchObject({
      ...{ chosen: { scriptId: 'marcar-consulta' }, earlier: ['precos'] },
    });
  });

  it('does not put aside what staff chose', async () => {
    const { hear, scripts, thread, id } = await open();
    await hear('quanto custa a consulta?');
    await scripts.chooseScript(id, 'documentos', 'bia');
    await hear('quero marcar uma consulta com o cardiologista');
    expect((await thread()).chosen).toMatchObject({ scriptId: 'documentos', chosenBy: 'bia' });
  });
});

it('tools of scripts are offered only where there is a script', () => {
  const all = ['find_slots', 'record_answer', 'change_subject', 'transfer_call'].map((name) => {
    const parameters = {};
    return { type: 'function', name, description: '', parameters } satisfies ToolDefinition;
  });
  const names = (given: Partial<Parameters<typeof offeredTools>[1]>) =>
    offeredTools(all, {
      ...{ lines: [], tools: undefined, isCollecting: false, isGuided: false, ...given },
    }).map(({ name }) => name);
  expect(names({})).toEqual(['find_slots']);
  expect(names({ isGuided: true, tools: [] })).toEqual(['change_subject']);
  expect(names({ isGuided: true, isCollecting: true, tools: ['find_slots'] })).toEqual([
    ...['find_slots', 'record_answer', 'change_subject'],
  ]);
});

it('a conversation that was kept before scripts lived with it begins without one', () => {
  const sender = { clinic: 'aurora', channel: 'whatsapp', senderKey: '+5588999990001' } as const;
  const made = newConversation({
    ...{ ...sender, id: createId(), protocol: '12345678', senderName: null, nowMs: 0 },
  });
  const { script: _, ...earlier } = made;
  expect(parseConversation(earlier)?.script).toEqual(emptyThread);
  const kept: Conversation = conversationSchema.parse(structuredClone(made));
  expect(kept).toEqual(made);
});
