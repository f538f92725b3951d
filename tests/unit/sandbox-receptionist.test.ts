import { describe, expect, it } from 'vitest';
import type { DialogueLine } from '../../src/sandbox/dialogue-state.ts';
import { answer, type DialogueContext } from '../../src/sandbox/receptionist.ts';

const context: DialogueContext = {
  instructions: [
    'Você é Lia, assistente virtual da Clínica Aurora. Você conversa por telefone.',
    'Endereço: Rua Santa Maria, 183, Centro.',
    'Agora: 2026-11-21T10:00:00-03:00',
  ].join('\n'),
  tools: [
    {
      name: 'record_appointment',
      parameters: {
        properties: {
          client_name: {},
          day: {},
          time: {},
          service: {},
          practitioner: {},
          phone: {},
          email: {},
          notes: {},
        },
        required: ['client_name', 'day', 'time'],
      },
    },
    { name: 'end_call', parameters: {} },
  ],
  wallMs: 0,
};

/** A telephone conversation: the caller's lines go in, the agent's come back. */
function openCall(lines: DialogueLine[] = [], given: Partial<DialogueContext> = {}) {
  let calls = 0;
  const speak = () => {
    const reply = answer(lines, { ...context, ...given });
    if (reply.say) lines.push({ kind: 'agent', text: reply.say, cut: false });
    if (reply.call) lines.push({ kind: 'tool-call', callId: `c${++calls}`, name: reply.call.name });
    return reply;
  };
  return {
    lines,
    speak,
    hear(text: string) {
      lines.push({ kind: 'caller', text });
      return speak();
    },
    tool(output: unknown) {
      lines.push({ kind: 'tool-output', callId: `c${calls}`, output: JSON.stringify(output) });
      return speak();
    },
    /** The last line was only heard up to here. */
    cutAfter(characters: number) {
      const last = lines.at(-1);
      if (last?.kind !== 'agent') throw new Error('the agent did not speak last');
      lines[lines.length - 1] = { ...last, text: last.text.slice(0, characters), cut: true };
    },
  };
}

const everything = [
  'Boa tarde, eu queria marcar uma consulta com o cardiologista.',
  'Meu nome é Marina Duarte Lima.',
  'Pode ser na quinta-feira que vem, às dez da manhã.',
  'É oito oito, nove, nove nove nove nove, um dois três quatro.',
  'É marina ponto duarte arroba exemplo ponto com ponto br.',
  'É a minha primeira consulta aí.',
];

function untilSummary() {
  const call = openCall();
  call.speak();
  let said = '';
  for (const line of everything) said = call.hear(line).say ?? '';
  return { call, summary: said };
}

describe('the receptionist', () => {
  it('greets in the name of the clinic', () => {
    expect(openCall().speak().say).toBe('Olá! Aqui é Lia, da Clínica Aurora. Como posso ajudar?');
  });

  it('speaks a text between « and » exactly, whatever else is going on', () => {
    const call = openCall([{ kind: 'caller', text: 'quero marcar' }], {
      replyInstructions: 'Diga exatamente: «A senhora ainda está aí?»',
    });
    expect(call.speak()).toEqual({ say: 'A senhora ainda está aí?' });
  });

  it('asks for what is missing, reads it back, and writes it down when confirmed', () => {
    const { call, summary } = untilSummary();
    expect(summary).toContain('consulta com o cardiologista para Marina Duarte Lima');
    expect(summary).toContain('quinta-feira, dia 26 de novembro, às 10 horas');
    expect(call.hear('Isso, está certo, pode confirmar.').call).toEqual({
      name: 'record_appointment',
      arguments: {
        client_name: 'Marina Duarte Lima',
        day: '2026-11-26',
        time: '10:00',
        phone: '+5588999991234',
        email: 'marina.duarte@exemplo.com.br',
        notes: 'É a minha primeira consulta aí.',
        service: 'consulta com o cardiologista',
      },
    });
    const told = call.tool({ ok: true, message: 'Pronto, anotei o seu pedido.' }).say;
    expect(told).toBe('Pronto, anotei o seu pedido. Posso ajudar em mais alguma coisa?');
    const goodbye = call.hear('Não, só isso, obrigada.');
    expect(goodbye.say).toContain('Até logo');
    expect(goodbye.call).toEqual({ name: 'end_call', arguments: {} });
    expect(call.tool({ ok: true })).toEqual({});
  });

  it('takes several facts from one sentence and does not ask for them again', () => {
    const call = openCall();
    call.speak();
    const said = call.hear(
      'Meu nome é Maria Clara Souza, quero uma consulta na terça-feira às dez da manhã',
    ).say;
    expect(said).toContain('terça-feira, dia 24 de novembro, às 10 horas');
    expect(said).toContain('telefone');
  });

  it('interrupted in its summary by a correction, answers the correction and does not repeat the rest', () => {
    const { call } = untilSummary();
    call.cutAfter(60);
    expect(call.hear('Na verdade, pode ser às onze?').say).toBe(
      'Certo, às 11 horas. Posso confirmar?',
    );
    expect(call.hear('Sim.').call?.arguments.time).toBe('11:00');
  });

  it('interrupted in its summary by a yes, writes it down', () => {
    const { call } = untilSummary();
    call.cutAfter(60);
    expect(call.hear('Isso, está certo, pode confirmar.').call?.name).toBe('record_appointment');
  });

  it('does not take as asked a question that was cut before it was heard', () => {
    const call = openCall([
      { kind: 'agent', text: 'Certo. Qual é o seu nome completo?', cut: false },
      { kind: 'caller', text: 'Quero uma consulta amanhã às nove, meu nome é Ana Lima' },
      { kind: 'agent', text: '', cut: true },
      { kind: 'caller', text: 'Não.' },
    ]);
    // “Não” answers nothing that was heard: the telephone is still to be asked.
    expect(call.speak().say).toContain('Qual é o telefone');
  });

  it('asks what to change when the summary is wrong, and only that', () => {
    const { call } = untilSummary();
    expect(call.hear('Não.').say).toBe('Sem problema. O que eu devo mudar?');
    expect(call.hear('O horário.').say).toContain('Qual horário fica melhor?');
    const again = call.hear('Às três da tarde.').say;
    expect(again).toContain('às 15 horas');
    expect(again).toContain('Posso confirmar?');
  });

  it('says why a tool refused and asks again for the field that was wrong', () => {
    const { call } = untilSummary();
    call.hear('Confirmo.');
    const refused = call.tool({ ok: false, field: 'time', message: 'Nesse dia é só de tarde.' });
    expect(refused.say).toBe('Nesse dia é só de tarde. Qual horário fica melhor?');
    expect(call.hear('Então às duas.').say).toContain('às 14 horas');
    expect(call.hear('Sim.').call?.arguments.time).toBe('14:00');
  });

  it('accepts the day that a refusal proposed', () => {
    const { call } = untilSummary();
    call.hear('Confirmo.');
    const message =
      'Não há atendimento quinta-feira. O próximo dia é segunda-feira, dia trinta de novembro, das seis às dezoito. Pode ser?';
    expect(call.tool({ ok: false, field: 'day', message }).say).toBe(message);
    expect(call.hear('Sim, pode ser.').say).toContain('dia 30 de novembro');
  });

  it('asks which service when the clinic has several', () => {
    const { call } = untilSummary();
    call.hear('Sim.');
    const message = 'Há mais de uma opção: Cardiologia ou Pediatria. Qual delas?';
    expect(call.tool({ ok: false, field: 'service', message }).say).toBe(message);
    call.hear('Cardiologia.');
    expect(call.hear('Sim.').call?.arguments.service).toBe('cardiologia');
  });

  it('waits for the tool when the caller speaks meanwhile, and does not call it twice', () => {
    const { call } = untilSummary();
    call.hear('Sim.');
    const meanwhile = call.hear('Sim, pode confirmar.');
    expect(meanwhile.call).toBeUndefined();
    expect(meanwhile.say).toContain('instante');
  });

  it('asks again after a noise, and gives up an optional field after two', () => {
    const call = openCall();
    call.speak();
    call.hear('Sou a Ana Lima e quero uma consulta amanhã às nove.');
    expect(call.hear('').say).toContain('Qual é o telefone');
    expect(call.hear('').say).toContain('e-mail');
  });

  it('answers from the instructions, and says so when it does not know', () => {
    const call = openCall();
    call.speak();
    expect(call.hear('Onde fica a clínica?').say).toContain('Rua Santa Maria, 183');
    expect(call.hear('Quanto custa?').say).toContain('não tenho aqui');
  });

  it('without tools cannot end the call or write anything, and says what happens instead', () => {
    const { call } = untilSummary();
    call.lines.push({ kind: 'caller', text: 'Sim.' });
    const reply = answer(call.lines, { ...context, tools: [] });
    expect(reply.call).toBeUndefined();
    expect(reply.say).toContain('recepção');
  });
});

describe('after a reconnection, from text alone, the receptionist', () => {
  it('goes on with what was already given', () => {
    const { call } = untilSummary();
    const restored = openCall(call.lines.slice(0, -4));
    expect(restored.speak().say).toContain('e-mail');
  });

  it('tells what a tool did while the line was down, and does not call it again', () => {
    const { call } = untilSummary();
    const restored = openCall([
      ...call.lines,
      { kind: 'caller', text: 'Sim, pode confirmar.' },
      {
        kind: 'note',
        text: '[ferramenta record_appointment já executada nesta ligação; não repetir. Resultado: {"ok":true,"message":"Pronto, anotei."}]',
      },
    ]);
    const reply = restored.speak();
    expect(reply.say).toBe('Pronto, anotei. Posso ajudar em mais alguma coisa?');
    expect(reply.call).toBeUndefined();
  });

  it('knows from its own question that the work is done', () => {
    const { call } = untilSummary();
    const restored = openCall([
      ...call.lines,
      { kind: 'caller', text: 'Sim.' },
      { kind: 'agent', text: 'Pronto. Posso ajudar em mais alguma coisa?', cut: false },
    ]);
    expect(restored.hear('Não, obrigada.').call?.name).toBe('end_call');
  });
});
