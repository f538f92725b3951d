import { describe, expect, it } from 'vitest';
import type { DialogueLine } from '../../src/sandbox/dialogue-state.ts';
import { answer, type DialogueContext } from '../../src/sandbox/receptionist.ts';

const contactTools = ['answer_contact'];
const toolNames = [
  'clinic_info',
  'service_details',
  'find_slots',
  'hold_slots',
  'choose_payment',
  'review_appointment',
  'confirm_appointment',
  'find_appointments',
  'send_code',
  'check_code',
  'cancel_appointment',
  'request_results',
  'leave_message',
  'join_waiting_list',
  'transfer_call',
  'stop_calls',
  'end_call',
];

const context: DialogueContext = {
  instructions: 'Você é Lia, assistente virtual da Clínica Aurora. Você conversa por telefone.',
  tools: [...toolNames, ...contactTools].map((name) => ({ name })),
};

type Output = { ok: boolean; message?: string; [key: string]: unknown };
const yes = (message: string, rest: Record<string, unknown> = {}): Output => ({
  ok: true,
  message,
  ...rest,
});
const no = (code: string, message: string, rest: Record<string, unknown> = {}): Output => ({
  ok: false,
  code,
  message,
  ...rest,
});

const slots = [
  { slot: 's1', service: 'Consulta', date: '2026-12-01', time: '14:00', spoken: 'terça às duas' },
  { slot: 's2', service: 'Consulta', date: '2026-12-17', time: '10:00', spoken: 'quinta às dez' },
  { slot: 's3', service: 'Consulta', date: '2026-12-17', time: '15:30', spoken: 'quinta à tarde' },
];
const found = [
  { appointment: 'a1', service: 'Consulta de Cardiologia', date: '2026-12-01', time: '14:00' },
  { appointment: 'a2', service: 'Mamografia', date: '2026-12-03', time: '08:00' },
];

/** What each tool says unless a test has something else to say first. */
const usual: Record<string, Output> = {
  clinic_info: yes('Ficamos na Rua Santa Maria, 183.'),
  service_details: yes('A mamografia custa cem reais.'),
  find_slots: yes('Tenho terça às duas ou quinta às dez. Qual prefere?', { slots }),
  hold_slots: yes('Guardei a consulta. O total é 250 reais. Qual a forma de pagamento?'),
  choose_payment: yes('O pagamento é no dia.'),
  review_appointment: yes('Consulta na terça às duas, para Ana. Está tudo certo? Posso confirmar?'),
  confirm_appointment: yes('Pronto, está agendado. Protocolo um dois três. Mais alguma coisa?'),
  find_appointments: yes('Encontrei um atendimento. Quer manter?', { appointments: [found[0]] }),
  send_code: yes('Se os dados conferirem, enviei um código.'),
  check_code: yes('O código está certo.'),
  cancel_appointment: yes('Pronto, cancelei. Protocolo um.'),
  request_results: yes('Anotei o pedido. Protocolo dois.'),
  leave_message: yes('Deixei o recado. Protocolo três.'),
  join_waiting_list: yes('Anotei na lista de espera. Protocolo quatro.'),
  transfer_call: no('wait-for-caller', 'Posso passar para a Recepção. Quer que eu passe?'),
  stop_calls: no('wait-for-caller', 'O que está marcado fica. Quer que não liguem mais?'),
  answer_contact: yes('Anotado. Posso ajudar em mais alguma coisa?'),
  end_call: yes(''),
};

/** More calls than any reply leads to: a loop fails the test instead of hanging it. */
const mostCalls = 10;

/** A telephone conversation with tools that answer from a list: the caller's lines go in. */
function openCall(
  scripted: Record<string, Output[]> = {},
  options: { lines?: DialogueLine[]; tools?: string[] } = {},
) {
  const { lines = [], tools = toolNames } = options;
  const left = new Map(Object.entries(scripted).map(([name, outputs]) => [name, [...outputs]]));
  const calls: { name: string; arguments: Record<string, unknown> }[] = [];
  const said: string[] = [];

  function speak(): string {
    said.length = 0;
    const before = calls.length;
    for (;;) {
      const given = { ...context, tools: context.tools.filter(({ name }) => tools.includes(name)) };
      const reply = answer(lines, given);
      if (reply.say) {
        said.push(reply.say);
        lines.push({ kind: 'agent', text: reply.say, cut: false });
      }
      if (!reply.call) return said.join(' ');
      if (calls.length - before >= mostCalls) throw new Error(`endless calls: ${reply.call.name}`);
      const { name } = reply.call;
      const callId = `c${calls.push(reply.call)}`;
      const output = left.get(name)?.shift() ?? usual[name] ?? yes('');
      lines.push({ kind: 'tool-call', callId, name });
      lines.push({ kind: 'tool-output', callId, output: JSON.stringify(output) });
      if (name === 'end_call' && output.ok) return said.join(' ');
    }
  }

  return {
    lines,
    calls,
    speak,
    /** @returns what the agent says to the last of these lines */
    hear(...texts: string[]) {
      let reply = '';
      for (const text of texts) {
        lines.push({ kind: 'caller', text });
        reply = speak();
      }
      return reply;
    },
    names: () => calls.map(({ name }) => name),
    last: (name: string) => calls.findLast((call) => call.name === name)?.arguments,
    /** The agent's last line was only heard up to here. */
    cutAfter(characters: number) {
      const last = lines.at(-1);
      if (last?.kind !== 'agent') throw new Error('the agent did not speak last');
      lines[lines.length - 1] = { ...last, text: last.text.slice(0, characters), cut: true };
    },
  };
}

const wish = 'Boa tarde, eu queria marcar uma consulta com o cardiologista.';
const untilSlots = [wish, 'Meu nome é Ana Lima.', 'Na semana que vem.'];
const untilPayment = [...untilSlots, 'A primeira.', 'Não, só essa.'];
const untilSummary = [...untilPayment, 'No PIX.', 'Dez de maio de mil novecentos e noventa.'];

describe('the receptionist', () => {
  it('greets in the name of the clinic', () => {
    expect(openCall().speak()).toBe('Olá! Aqui é Lia, da Clínica Aurora. Como posso ajudar?');
  });

  it('speaks a text between « and » exactly, whatever else is going on', () => {
    const lines: DialogueLine[] = [{ kind: 'caller', text: 'quero marcar' }];
    const replyInstructions = 'Diga exatamente: «A senhora ainda está aí?»';
    expect(answer(lines, { ...context, replyInstructions })).toEqual({
      say: 'A senhora ainda está aí?',
    });
  });

  it('answers questions about the clinic and goes on where it was', () => {
    const call = openCall();
    call.speak();
    call.hear('Quero marcar uma consulta com o cardiologista');
    expect(call.hear('Onde fica a clínica?')).toBe(
      'Ficamos na Rua Santa Maria, 183. Qual é o seu nome completo?',
    );
    call.hear('Ana Lima', 'tanto faz');
    expect(call.hear('Quanto custa?')).toContain('custa cem reais. Qual desses horários');
    expect(call.last('service_details')).toEqual({ service: 'consulta com o cardiologista' });
  });

  it('offers to book what it was asked about', () => {
    const call = openCall();
    call.speak();
    expect(call.hear('Quanto custa a mamografia?')).toContain('Quer marcar?');
    expect(call.hear('Sim, quero marcar.')).toContain('nome');
    call.hear('Ana Lima', 'qualquer dia');
    expect(call.last('find_slots')).toEqual({ service: 'mamografia' });
  });

  it('leads somebody who was called to a goodbye', () => {
    const call = openCall();
    call.speak();
    call.hear('Alô?', 'Sim, pode falar. Está tudo certo.');
    expect(call.hear('Não, só isso, obrigada.')).toContain('Até logo');
    expect(call.names()).toEqual(['end_call']);
  });

  it('waits when asked to, and repeats its question', () => {
    const call = openCall();
    call.speak();
    call.hear(wish);
    expect(call.hear('Só um momento.')).toBe('Claro, eu espero.');
    expect(call.hear('Não entendi.')).toBe('Qual é o seu nome completo?');
  });
});

describe('a booking', () => {
  it('goes from wish to goodbye by the tools, each with the caller’s words', () => {
    const call = openCall();
    call.speak();
    expect(call.hear(wish)).toContain('nome completo');
    expect(call.hear('Meu nome é Ana Lima.')).toBe(
      'Certo, Ana. Para que dia e horário você gostaria?',
    );
    expect(call.hear('Na quinta que vem, às dez.')).toContain('Qual prefere?');
    expect(call.last('find_slots')).toEqual({
      service: 'consulta com o cardiologista',
      when: 'Na quinta que vem, às dez',
    });
    expect(call.hear('Às dez.')).toBe(
      'Guardei a consulta. O total é 250 reais. Deseja marcar mais alguma consulta ou exame?',
    );
    expect(call.last('hold_slots')).toEqual({ slots: ['s2'] });
    expect(call.hear('Não, só essa.')).toContain('forma de pagamento');
    expect(call.hear('Vai ser no PIX.')).toContain('data de nascimento');
    expect(call.last('choose_payment')).toEqual({ method: 'pix' });
    expect(call.hear('Dez de maio de mil novecentos e noventa.')).toContain('Posso confirmar?');
    expect(call.last('review_appointment')).toEqual({
      patient_name: 'Ana Lima',
      birth_date: 'Dez de maio de mil novecentos e noventa',
    });
    expect(call.hear('Isso, está certo, pode confirmar.')).toBe(
      'Pronto, está agendado. Protocolo um dois três. Posso ajudar em mais alguma coisa?',
    );
    const goodbye = call.hear('Não, só isso, obrigada.');
    expect(goodbye).toBe(
      'Obrigada por ligar para a Clínica Aurora, Ana. Esperamos você: quinta às dez. Até logo!',
    );
    expect(call.names().at(-1)).toBe('end_call');
    expect(answer(call.lines, context)).toEqual({});
  });

  it('takes several facts from one sentence and does not ask for them again', () => {
    const call = openCall();
    call.speak();
    call.hear('Meu nome é Ana Lima, quero uma consulta com o cardiologista amanhã às dez');
    expect(call.last('find_slots')).toMatchObject({ when: 'amanhã às dez' });
  });

  it.each([
    ['A primeira.', 's1'],
    ['A segunda opção.', 's2'],
    ['Pode ser.', 's1'],
    ['Quinta de manhã.', 's2'],
    ['Quinta à tarde.', 's3'],
    ['Às três e meia.', 's3'],
    ['Dia primeiro.', 's1'],
    ['A última.', 's3'],
  ])('holds the time that is meant by: %s', (said, slot) => {
    const call = openCall();
    call.speak();
    call.hear(...untilSlots, said);
    expect(call.last('hold_slots')).toEqual({ slots: [slot] });
  });

  it('searches again for another time than those offered', () => {
    const call = openCall();
    call.speak();
    call.hear(...untilSlots, 'Na sexta, não tem?');
    expect(call.names()).toEqual(['find_slots', 'find_slots']);
    expect(call.last('find_slots')).toMatchObject({ when: 'Na sexta' });
    expect(call.hear('Nenhum desses.')).toContain('Para que dia');
  });

  it('asks again for cash that is not enough', () => {
    const call = openCall({
      choose_payment: [
        no('cash-needed', 'O total é 250. Quanto vai levar?', { field: 'cash_amount' }),
        no('cash-too-low', 'Não chega. Com quanto vai pagar?', { field: 'cash_amount' }),
      ],
    });
    call.speak();
    expect(call.hear(...untilPayment, 'Em dinheiro.')).toContain('Quanto vai levar?');
    expect(call.hear('Duzentos reais.')).toContain('Com quanto vai pagar?');
    expect(call.hear('Então levo trezentos reais.')).toContain('data de nascimento');
    expect(call.last('choose_payment')).toEqual({
      method: 'cash',
      cash_amount: 'trezentos reais',
    });
  });

  it('asks for what the clinic’s tool requires, and gives it', () => {
    const call = openCall({
      review_appointment: [no('missing-rg', 'Qual é o número do RG?', { field: 'rg' })],
    });
    call.speak();
    expect(call.hear(...untilSummary)).toBe('Qual é o número do RG?');
    call.hear('É dois zero zero um.');
    expect(call.last('review_appointment')).toMatchObject({ rg: 'dois zero zero um' });
  });

  it('asks one by one for the data that a tool lists', () => {
    const message = 'Para concluir, preciso dos dados: nome completo, data de nascimento e RG.';
    const call = openCall({ choose_payment: [yes(message)] });
    call.speak();
    expect(call.hear(...untilPayment, 'PIX')).toContain('data de nascimento?');
    expect(call.hear('Dez de maio de 1990')).toContain('RG');
    call.hear('dois zero zero um');
    expect(call.names().at(-1)).toBe('review_appointment');
  });

  it('holds several services in one visit', () => {
    const call = openCall();
    call.speak();
    call.hear(...untilSlots, 'A primeira.');
    expect(call.hear('Sim, quero também um eletrocardiograma.')).toContain('Para que dia');
    call.hear('Qualquer dia.', 'A segunda opção.');
    expect(call.last('find_slots')).toEqual({ service: 'eletrocardiograma' });
    expect(call.last('hold_slots')).toEqual({ slots: ['s1', 's2'] });
  });

  it('looks for the second of two services named at once when the first is held', () => {
    const call = openCall();
    call.speak();
    call.hear('Quero marcar um eletrocardiograma e uma mamografia', 'Ana Lima', 'amanhã');
    call.hear('A primeira.');
    expect(call.last('find_slots')).toEqual({ service: 'mamografia', when: 'amanhã' });
    call.hear('A última.');
    expect(call.last('hold_slots')).toEqual({ slots: ['s1', 's3'] });
  });

  it('for somebody else asks who that is, and says who called', () => {
    const call = openCall();
    call.speak();
    call.hear('Meu nome é Rita Gomes e quero uma consulta com o pediatra para o meu filho');
    expect(call.hear('Pedro Gomes.')).toContain('Para que dia');
    call.hear('Amanhã.', 'A primeira.', 'Não.', 'PIX.', 'Cinco de maio de dois mil e vinte.');
    expect(call.last('review_appointment')).toMatchObject({
      patient_name: 'Pedro Gomes',
      caller_name: 'Rita Gomes',
    });
  });

  it('after one visit books another, and keeps who the patient is', () => {
    const call = openCall();
    call.speak();
    call.hear(...untilSummary, 'Sim.', 'Sim, quero marcar uma mamografia.', 'Tanto faz.');
    call.hear('A primeira.', 'Não.', 'PIX.');
    expect(call.last('review_appointment')).toMatchObject({ patient_name: 'Ana Lima' });
    expect(call.names().filter((name) => name === 'review_appointment')).toHaveLength(2);
  });

  it('given up halfway holds nothing more against the caller', () => {
    const call = openCall();
    call.speak();
    expect(call.hear(...untilSlots, 'Quero cancelar, deixa.')).toBe(
      'Tudo bem, não marquei nada. Posso ajudar em mais alguma coisa?',
    );
    expect(call.hear('Não, obrigada.')).toContain('Até logo');
  });
});

describe('at the summary', () => {
  const atSummary = (scripted: Record<string, Output[]> = {}) => {
    const call = openCall(scripted);
    call.speak();
    call.hear(...untilSummary);
    return call;
  };

  it('interrupted by a yes, confirms', () => {
    const call = atSummary();
    call.cutAfter(30);
    call.hear('Isso, está certo, pode confirmar.');
    expect(call.names()).toContain('confirm_appointment');
  });

  it('not heard at all, is said again and not confirmed', () => {
    const call = atSummary();
    call.cutAfter(0);
    expect(call.hear('Sim.')).toContain('Posso confirmar?');
    expect(call.names()).not.toContain('confirm_appointment');
  });

  it('another time is looked for on the same day, held, paid and read again', () => {
    const call = atSummary();
    expect(call.hear('Na verdade o horário é às onze.')).toContain('Qual prefere?');
    expect(call.last('find_slots')).toMatchObject({ when: 'dia 1 de dezembro às onze' });
    expect(call.hear('Às dez.')).toContain('Posso confirmar?');
    expect(call.names().slice(-3)).toEqual(['hold_slots', 'choose_payment', 'review_appointment']);
    expect(call.last('hold_slots')).toEqual({ slots: ['s2'] });
  });

  it('another name is read again before it is confirmed', () => {
    const call = atSummary();
    expect(call.hear('Não, o nome é Ana Maria Lima.')).toContain('Posso confirmar?');
    expect(call.last('review_appointment')).toMatchObject({ patient_name: 'Ana Maria Lima' });
    expect(call.names()).not.toContain('confirm_appointment');
  });

  it('another way to pay is chosen and read again', () => {
    const call = atSummary();
    expect(call.hear('Na verdade quero em dinheiro.')).toContain('Posso confirmar?');
    expect(call.last('choose_payment')).toEqual({ method: 'cash' });
  });

  it.each([
    ['O horário.', 'Para que dia e horário você gostaria?'],
    ['O nome.', 'Qual é o seu nome completo?'],
    ['A data de nascimento.', 'Qual é a sua data de nascimento?'],
    ['A forma de pagamento.', 'Qual é a forma de pagamento'],
    ['O exame.', 'Qual consulta ou exame você deseja?'],
  ])('a no asks what is wrong: %s', (said, question) => {
    const call = atSummary();
    expect(call.hear('Não.')).toBe('Sem problema. O que eu devo mudar?');
    expect(call.hear(said)).toContain(question);
  });

  it('a tool that wants to hear the caller first is given time', () => {
    const call = atSummary({ confirm_appointment: [no('wait-for-caller', 'Está tudo certo?')] });
    expect(call.hear('Sim.')).toContain('Está tudo certo?');
    expect(call.hear('Sim, está.')).toContain('Protocolo');
  });

  it('a hold that ran out is chosen anew, and the rest is not asked again', () => {
    const call = atSummary({
      confirm_appointment: [no('hold-expired', 'O horário venceu. Tenho outros.', { slots })],
    });
    expect(call.hear('Sim.')).toBe(
      'O horário venceu. Tenho outros. Qual desses horários você prefere?',
    );
    expect(call.hear('A segunda opção.')).toContain('Posso confirmar?');
    expect(call.hear('Sim.')).toContain('Protocolo');
  });
});

describe('a refusal', () => {
  it('of an ambiguous service asks which, and takes the name that was meant', () => {
    const options = ['Ultrassonografia (mama)', 'Ultrassonografia (tireoide)'];
    const call = openCall({
      find_slots: [no('ambiguous-service', 'Mama ou tireoide?', { field: 'service', options })],
    });
    call.speak();
    expect(call.hear('Quero um ultrassom', 'Ana Lima', 'amanhã')).toBe('Mama ou tireoide?');
    call.hear('É de mama.');
    expect(call.last('find_slots')).toEqual({ service: options[0], when: 'amanhã' });
  });

  it('of an unknown service proposes what comes closest', () => {
    const closest = ['Consulta de Cardiologia'];
    const call = openCall({
      find_slots: [no('unknown-service', 'Isso não temos. Seria Cardiologia?', { closest })],
    });
    call.speak();
    call.hear('Quero fazer um exame de coração', 'Ana Lima', 'amanhã', 'Sim, pode ser.');
    expect(call.last('find_slots')).toMatchObject({ service: closest[0] });
  });

  it('of an unknown professional with nobody like them ends in thanks, with nothing booked', () => {
    const call = openCall({
      find_slots: [no('unknown-practitioner', 'Não temos. Posso ajudar com outra coisa?')],
    });
    call.speak();
    call.hear('Quero uma consulta com o doutor Rogério', 'Ana Lima', 'qualquer dia');
    expect(call.last('find_slots')).toEqual({ service: 'consulta', practitioner: 'Rogério' });
    expect(call.hear('Não, obrigada.')).toContain('Obrigada por ligar');
    expect(call.names()).toEqual(['find_slots', 'end_call']);
  });

  it('of words about when is asked again', () => {
    const call = openCall({
      find_slots: [no('unclear-when', 'Que dia seria?', { field: 'when' })],
    });
    call.speak();
    expect(call.hear(...untilSlots)).toBe('Que dia seria?');
    call.hear('Na terça-feira.');
    expect(call.last('find_slots')).toMatchObject({ when: 'Na terça-feira' });
  });

  it('with other times lets the caller choose among them', () => {
    const call = openCall({
      find_slots: [no('no-slots', 'Nesse dia não. O mais próximo é terça. Serve?', { slots })],
      hold_slots: [no('slot-taken', 'Acabou de ser ocupado. Tenho quinta.', { slots: [slots[1]] })],
    });
    call.speak();
    expect(call.hear(...untilSlots)).toContain('Serve?');
    expect(call.hear('Pode ser a primeira.')).toContain('Acabou de ser ocupado.');
    call.hear('Pode ser.');
    expect(call.last('hold_slots')).toEqual({ slots: ['s2'] });
  });

  it('for want of any day offers the waiting list', () => {
    const call = openCall({ find_slots: [no('not-announced', 'A data não foi divulgada.')] });
    call.speak();
    expect(call.hear('Quero marcar uma endoscopia', 'Ana Lima', 'qualquer dia')).toBe(
      'A data não foi divulgada. Quer entrar na lista de espera?',
    );
    expect(call.hear('Sim, quero.')).toContain('Protocolo quatro');
    expect(call.last('join_waiting_list')).toEqual({
      patient_name: 'Ana Lima',
      service: 'endoscopia',
    });
  });

  it('of two times at once asks for another one', () => {
    const call = openCall({ hold_slots: [no('overlap', 'Os horários caem juntos.')] });
    call.speak();
    expect(call.hear(...untilSlots, 'A primeira.')).toBe(
      'Os horários caem juntos. Para que dia e horário você gostaria?',
    );
  });

  it('written for a model is not read to the caller', () => {
    const call = openCall({ hold_slots: [no('too-many-calls', 'Chamadas demais a ferramentas.')] });
    call.speak();
    const said = call.hear(...untilSlots, 'A primeira.');
    expect(said).not.toContain('ferramentas');
    expect(said).toContain('problema no sistema');
  });

  it('by a clinic that takes no payment by telephone does not stop the booking', () => {
    const call = openCall({
      choose_payment: [
        no('method-not-accepted', 'O pagamento é combinado na clínica.', { field: 'method' }),
      ],
    });
    call.speak();
    expect(call.hear(...untilPayment, 'PIX.')).toBe(
      'O pagamento é combinado na clínica. Qual é a sua data de nascimento?',
    );
  });
});

describe('an appointment that is already there', () => {
  const identify = ['Ana Lima.', 'Dez de maio de mil novecentos e noventa.'];
  const denied = no('identity-needed', 'Não consegui abrir. Posso enviar um código?');

  it('is cancelled when the caller has agreed to it', () => {
    const call = openCall();
    call.speak();
    expect(call.hear('Quero cancelar minha consulta', ...identify)).toBe(
      'Encontrei um atendimento. Posso cancelar?',
    );
    expect(call.names()).toEqual(['find_appointments']);
    expect(call.hear('Pode cancelar, sim.')).toContain('Pronto, cancelei.');
    expect(call.last('cancel_appointment')).toEqual({ appointment: 'a1' });
  });

  it('is left as it is when they have not', () => {
    const call = openCall();
    call.speak();
    call.hear('Quero cancelar minha consulta', ...identify);
    expect(call.hear('Não, melhor deixar.')).toContain('não mudei nada');
    expect(call.names()).toEqual(['find_appointments']);
  });

  it('is found among several by its service or its day', () => {
    const appointments = [...found];
    for (const said of ['A mamografia.', 'O de quinta.', 'O segundo.']) {
      const call = openCall({ find_appointments: [yes('Qual deles?', { appointments })] });
      call.speak();
      call.hear('Quero cancelar', ...identify, said, 'Sim.');
      expect(call.last('cancel_appointment')).toEqual({ appointment: 'a2' });
    }
  });

  it('opens with a code, which is then not asked for again', () => {
    const call = openCall({ find_appointments: [denied] });
    call.speak();
    expect(call.hear('Quero cancelar minha consulta', ...identify)).toContain('SMS');
    expect(call.hear('Sim, pode mandar.')).toContain('Qual é o código?');
    expect(call.last('send_code')).toMatchObject({ patient_name: 'Ana Lima', by: 'sms' });
    expect(call.hear('É um, dois, três, quatro, cinco, seis.')).toContain('Posso cancelar?');
    expect(call.last('check_code')).toEqual({ code: 'um, dois, três, quatro, cinco, seis' });
    expect(call.names().slice(-2)).toEqual(['check_code', 'find_appointments']);
  });

  it('stays closed to wrong codes: the reception is named, and the call ends', () => {
    const wrong = no('wrong-code', 'Esse código não confere.', { field: 'code' });
    const call = openCall({ find_appointments: [denied], check_code: [wrong, wrong, wrong] });
    call.speak();
    call.hear('Quero cancelar minha consulta', ...identify, 'Sim.');
    const said = call.hear('um dois três', 'um dois quatro', 'um dois cinco');
    expect(said).toContain('recepção');
    expect(call.names().at(-1)).toBe('end_call');
    expect(call.names()).not.toContain('cancel_appointment');
  });

  it('stays closed to who wants no code', () => {
    const call = openCall({ find_appointments: [denied] });
    call.speak();
    expect(call.hear('Quero cancelar minha consulta', ...identify, 'Não.')).toContain('recepção');
    expect(call.hear('Não, obrigada.')).toContain('Até logo');
  });

  it('is moved by holding another time for it, with one yes', () => {
    const call = openCall();
    call.speak();
    expect(call.hear('Preciso remarcar minha consulta', ...identify)).toContain('Para que dia');
    call.hear('Na quinta que vem.');
    expect(call.last('find_slots')).toEqual({
      service: 'Consulta de Cardiologia',
      when: 'Na quinta que vem',
    });
    expect(call.hear('Às dez.')).toContain('Posso confirmar a mudança?');
    expect(call.last('hold_slots')).toEqual({ slots: ['s2'], appointment: 'a1' });
    expect(call.hear('Sim, pode confirmar.')).toContain('Protocolo');
    expect(call.names()).not.toContain('review_appointment');
  });
});

describe('an appointment that changed meanwhile', () => {
  const identify = ['Ana Lima.', 'Dez de maio de mil novecentos e noventa.'];

  it.each([
    ['hold_slots', 'unknown-appointment'],
    ['confirm_appointment', 'changed'],
  ])('is looked for again before it is moved (%s: %s)', (tool, code) => {
    const call = openCall({ [tool]: [no(code, 'Mudou. Vou conferir de novo.')] });
    call.speak();
    call.hear('Preciso remarcar minha consulta', ...identify, 'Amanhã.', 'A primeira.');
    if (tool === 'confirm_appointment') call.hear('Sim.');
    expect(call.names().slice(-2)).toEqual(['find_appointments', 'find_slots']);
    call.hear('A segunda opção.', 'Sim, pode confirmar.');
    expect(call.last('hold_slots')).toEqual({ slots: ['s2'], appointment: 'a1' });
    expect(call.names().at(-1)).toBe('confirm_appointment');
  });

  it('is looked for again before it is cancelled', () => {
    const call = openCall({ cancel_appointment: [no('changed', 'Mudou. Vou conferir.')] });
    call.speak();
    expect(call.hear('Quero cancelar', ...identify, 'Sim.')).toContain('Posso cancelar?');
    expect(call.names().slice(-2)).toEqual(['cancel_appointment', 'find_appointments']);
  });
});

describe('a request for the staff', () => {
  it('for results goes without the CPF of who would rather not say it', () => {
    const call = openCall();
    call.speak();
    call.hear('Queria saber do resultado do meu exame', 'João Souza', 'Prefiro não dizer.');
    expect(call.hear('O hemograma.')).toContain('Protocolo dois');
    expect(call.last('request_results')).toEqual({
      patient_name: 'João Souza',
      exams: 'O hemograma',
    });
  });

  it('is a message in the caller’s words, even when they speak of appointments', () => {
    const call = openCall();
    call.speak();
    call.hear('Queria deixar um recado', 'João Souza');
    expect(call.hear('É urgente: vou atrasar dez minutos para a consulta de amanhã.')).toContain(
      'Protocolo três',
    );
    expect(call.last('leave_message')).toEqual({
      name: 'João Souza',
      message: 'É urgente: vou atrasar dez minutos para a consulta de amanhã.',
      urgent: true,
    });
  });
});

describe('a caller who wants a person', () => {
  const passing = yes('Vou passar a ligação: Recepção. Um momento.');
  const asked = no('wait-for-caller', 'Posso passar para a Recepção. Quer que eu passe?');

  it('is asked whether to be put through, and hears no other question once they are', () => {
    const call = openCall({ transfer_call: [asked, passing] });
    call.speak();
    expect(call.hear('Quero falar com uma pessoa.')).toBe(asked.message);
    expect(call.hear('Sim, por favor.')).toBe(passing.message);
    expect(call.names()).toEqual(['transfer_call', 'transfer_call']);
  });

  it('and then would rather not is asked what else they need', () => {
    const call = openCall();
    call.speak();
    call.hear('Quero falar com a recepção.');
    expect(call.hear('Não, deixa.')).toContain('Posso ajudar em mais alguma coisa?');
    expect(call.names()).toEqual(['transfer_call']);
  });

  it('when nobody can be called leaves a message', () => {
    const closed = no('closed', 'Recepção: não há atendimento agora. Posso anotar um recado?');
    const call = openCall({ transfer_call: [closed] });
    call.speak();
    expect(call.hear('Quero falar com um atendente.')).toContain('não há atendimento agora');
    expect(call.hear('João Souza', 'Peçam que me liguem.')).toContain('Protocolo três');
  });

  it('of an agent that cannot put anybody through leaves a message too', () => {
    const call = openCall({}, { tools: ['leave_message', 'end_call'] });
    call.speak();
    call.hear('Quero falar com uma pessoa.', 'João Souza', 'Peçam que me liguem.');
    expect(call.names()).toEqual(['leave_message']);
  });
});

describe('when it goes badly, the receptionist', () => {
  it('names the reception and ends a call in which nothing is understood', () => {
    const call = openCall();
    call.speak();
    expect(call.hear('blá', '', 'xyz')).toContain('Desculpe, não entendi.');
    expect(call.hear('')).toContain('recepção');
    expect(call.names()).toEqual(['end_call']);
  });

  it('does the same after the same refusal three times', () => {
    const unclear = no('unclear-when', 'Que dia seria?', { field: 'when' });
    const call = openCall({ find_slots: [unclear, unclear, unclear] });
    call.speak();
    const said = call.hear(...untilSlots, 'na terça', 'na quarta');
    expect(said).toContain('recepção');
    expect(call.names().at(-1)).toBe('end_call');
  });

  it('never calls tools without end, whatever they answer', () => {
    const call = openCall({ hold_slots: Array(50).fill(no('unknown-slot', 'Não vale mais.')) });
    call.speak();
    for (const line of [...untilSummary, 'A primeira.', 'A primeira.', 'Sim.', 'Sim.'])
      call.hear(line);
    expect(call.names()).not.toContain('confirm_appointment');
    expect(call.calls.length).toBeLessThan(20);
  });

  it('waits for a tool when the caller speaks meanwhile, and does not call it twice', () => {
    const call = openCall();
    call.speak();
    call.hear(...untilSummary);
    call.lines.push({ kind: 'caller', text: 'Sim.' });
    call.lines.push({ kind: 'tool-call', callId: 'slow', name: 'confirm_appointment' });
    call.lines.push({ kind: 'caller', text: 'Sim, pode confirmar.' });
    expect(answer(call.lines, context)).toEqual({ say: 'Só mais um instante, por favor.' });
  });

  it('says nothing of a booking that a tool refused', () => {
    const call = openCall({ confirm_appointment: [no('not-possible', 'A recepção pode marcar.')] });
    call.speak();
    const said = call.hear(...untilSummary, 'Sim.');
    expect(said).toBe('A recepção pode marcar. Posso ajudar em mais alguma coisa?');
    expect(call.hear('Não, obrigada.')).not.toContain('Esperamos você');
  });

  it('reads a booking again that was not heard, and then lets the caller go', () => {
    const call = openCall({
      end_call: [no('read-back-pending', 'Antes de encerrar: terça às duas.')],
    });
    call.speak();
    expect(call.hear(...untilSummary, 'Sim.', 'Não, obrigada.')).toContain('Antes de encerrar');
    expect(call.hear('Certo, obrigada.', 'Não, só isso.')).toContain('Até logo');
    expect(call.names().filter((name) => name === 'end_call')).toHaveLength(2);
  });

  it('without tools promises nothing and points to the reception', () => {
    const call = openCall({}, { tools: [] });
    call.speak();
    expect(call.hear(...untilSlots)).toContain('recepção');
    expect(call.calls).toEqual([]);
  });
});

describe('after a reconnection, from text alone, the receptionist', () => {
  const noteOf = (name: string, output: Output) =>
    `[ferramenta ${name} já executada nesta ligação; não repetir. Resultado: ${JSON.stringify(output)}]`;

  /** The same call as a new session is told of it: lines first, then what the tools answered. */
  function restored(call: ReturnType<typeof openCall>, extra: DialogueLine[] = []) {
    const names = new Map<string, string>();
    const notes: string[] = [];
    const lines = call.lines.filter((line) => {
      if (line.kind === 'tool-call') names.set(line.callId, line.name);
      if (line.kind === 'tool-output')
        notes.push(noteOf(names.get(line.callId) ?? '', JSON.parse(line.output) as Output));
      return line.kind === 'caller' || line.kind === 'agent';
    });
    const note: DialogueLine = { kind: 'note', text: notes.slice(-10).join('\n') };
    return openCall({}, { lines: [...lines, ...extra, note] });
  }

  it.each([
    [untilSlots.length, 'A segunda opção.', 'hold_slots'],
    [untilPayment.length, 'No PIX.', 'choose_payment'],
    [untilSummary.length, 'Isso, pode confirmar.', 'confirm_appointment'],
  ])('goes on where the caller was (after %i lines)', (count, next, tool) => {
    const call = openCall();
    call.speak();
    call.hear(...untilSummary.slice(0, count));
    const again = restored(call);
    again.hear(next);
    expect(again.names()).toEqual([tool, ...again.names().slice(1)]);
    expect(again.last('hold_slots') ?? { slots: ['s2'] }).toEqual({ slots: ['s2'] });
  });

  it('tells what a tool did while the line was down, and does not do it again', () => {
    const call = openCall();
    call.speak();
    call.hear(...untilSummary);
    const booked = yes('Pronto, está agendado. Protocolo nove.');
    const again = restored(call, [{ kind: 'caller', text: 'Sim, pode confirmar.' }]);
    again.lines.push({ kind: 'note', text: noteOf('confirm_appointment', booked) });
    expect(again.speak()).toBe(
      'Pronto, está agendado. Protocolo nove. Posso ajudar em mais alguma coisa?',
    );
    expect(again.calls).toEqual([]);
  });

  it('knows what is booked, and says goodbye', () => {
    const call = openCall();
    call.speak();
    call.hear(...untilSummary, 'Sim.');
    expect(restored(call).hear('Não, obrigada.')).toContain('Até logo');
  });

  it('reads what is left of a note that was cut short', () => {
    const call = openCall();
    call.speak();
    call.hear(...untilSlots);
    const again = restored(call);
    const note = again.lines.at(-1);
    if (note?.kind !== 'note') throw new Error('the note comes last');
    const cut: DialogueLine = { kind: 'note', text: `${note.text.slice(0, -40)}]` };
    again.lines[again.lines.length - 1] = cut;
    again.hear('A primeira.');
    expect(again.last('hold_slots')).toEqual({ slots: ['s1'] });
  });
});

describe('somebody it rang', () => {
  const tools = [...toolNames, ...contactTools];
  const rung = (scripted: Record<string, Output[]> = {}) => {
    const greeting: DialogueLine = {
      kind: 'agent',
      text: 'Olá! Aqui é Lia. Estou ligando para confirmar um horário marcado. Falo com Ana?',
      cut: false,
    };
    return openCall(scripted, { lines: [greeting], tools });
  };
  const asked = no('wait-for-caller', 'Preciso ouvir a confirmação. Posso mesmo cancelar?');

  it.each<[string, string[], string]>([
    ['comes', ['Sim, sou eu.', 'Sim, confirmo.'], 'confirmed'],
    ['says it all at once', ['Sim, sou eu, confirmo sim.'], 'confirmed'],
    ['is asked again after a hello', ['Alô?', 'Sim.', 'Confirmado.'], 'confirmed'],
    ['is somebody else', ['Não, é engano.'], 'wrong-person'],
    ['is not there', ['Não é ela não.'], 'wrong-person'],
    ['wants another day', ['Sou eu.', 'Não vou poder.', 'Outro dia.'], 'wants-to-move'],
    ['wants to move it', ['Sim, sou eu.', 'Eu queria remarcar.'], 'wants-to-move'],
    ['wants to be left alone', ['Não me ligue mais, por favor.'], 'do-not-call'],
    ['is left alone later, too', ['Sim.', 'Parem de me ligar.'], 'do-not-call'],
  ])('who %s: the answer is written', (_, lines, answer) => {
    const call = rung();
    call.hear(...lines);
    expect(call.calls[0]).toEqual({ name: 'answer_contact', arguments: { answer } });
  });

  it('who cancels is asked once more', () => {
    const call = rung({ answer_contact: [asked] });
    expect(call.hear('Sim, sou eu.', 'Quero cancelar.')).toContain('Posso mesmo cancelar?');
    call.hear('Sim, pode cancelar.');
    expect(call.names()).toEqual(['answer_contact', 'answer_contact']);
    expect(call.last('answer_contact')).toEqual({ answer: 'cancel' });
  });

  it('who thinks better of it keeps the visit', () => {
    const call = rung({ answer_contact: [asked] });
    call.hear('Sim, sou eu.', 'Quero cancelar.');
    expect(call.hear('Não, deixa.')).toContain('Prefere outro horário ou quer cancelar?');
    expect(call.names()).toEqual(['answer_contact']);
  });

  it('who wants another time is helped to it', () => {
    const call = rung();
    expect(call.hear('Sim, sou eu.', 'Quero remarcar.')).toContain('nome completo');
  });

  it('by mistake hears an apology, and the call ends', () => {
    const call = rung({ answer_contact: [yes('Desculpe o engano. Tenha um bom dia!')] });
    expect(call.hear('Não, número errado.')).toContain('Desculpe o engano');
    expect(call.names()).toEqual(['answer_contact', 'end_call']);
  });

  it('who asks for a person gets one', () => {
    const call = rung();
    expect(call.hear('Prefiro uma pessoa.')).toContain('Quer que eu passe?');
    expect(call.names()).toEqual(['transfer_call']);
  });
});

describe('a caller who wants no more calls', () => {
  it.each([
    'Não me liguem mais.',
    'Eu não quero mais receber ligações de vocês.',
    'Tirem meu número da lista.',
    'Parem de me mandar mensagem.',
  ])('says “%s”, agrees, and is off the list', (words) => {
    const call = openCall({ stop_calls: [...[usual.stop_calls ?? yes('')], yes('Pronto.')] });
    call.speak();
    expect(call.hear(words)).toContain('Quer que não liguem mais?');
    expect(call.hear('Sim.')).toContain('Pronto.');
    expect(call.calls).toEqual([
      { name: 'stop_calls', arguments: {} },
      { name: 'stop_calls', arguments: {} },
    ]);
  });

  it('and thinks better of it stays', () => {
    const call = openCall();
    call.speak();
    call.hear('Não me ligue mais.');
    expect(call.hear('Não, deixa.')).toContain('Tudo bem.');
    expect(call.names()).toEqual(['stop_calls']);
  });
});
