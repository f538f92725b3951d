import { afterAll, beforeAll, describe, it } from 'vitest';
import type { StaffRequest } from '../../src/agent/staff-request.ts';
import type { Appointment } from '../../src/scheduling/appointment.ts';
import { jsonIn } from '../support/stage.ts';
import { openWhatsappStage, type WhatsappStage } from '../support/whatsapp-stage.ts';

/** The clinic's script in writing, section by section; 1, 2, 3 and 7 to 10 are walked in whatsapp.test.ts as well. */

let stage: WhatsappStage;
beforeAll(async () => {
  stage = await openWhatsappStage({ now: '2026-11-26T10:00:00-03:00' });
});
afterAll(() => stage.close());

const person = (n: number) => `+5588999930${String(n).padStart(3, '0')}`;

async function walk(from: string, ...texts: string[]): Promise<string[]> {
  const answers: string[] = [];
  for (const text of texts) answers.push(await stage.ask(from, text));
  return answers;
}

const toBooking = (wish: string, name: string, payment: readonly string[]) => [
  ...[wish, name, 'qualquer dia', 'a primeira', 'Não, só isso'],
  ...[...payment, '12/03/1985', '2001002003', 'Sim, pode confirmar'],
];

async function bookedBy(from: string): Promise<Appointment[]> {
  const all = (await stage.appointments()) as unknown as Appointment[];
  return all.filter(({ bookedFrom }) => bookedFrom === from);
}

async function askedBy(from: string): Promise<StaffRequest[]> {
  const all = await jsonIn(`${stage.directory}/data/requests`);
  return (all as unknown as StaffRequest[]).filter(({ phone }) => phone === from);
}

describe('the clinic’s script, on WhatsApp', { timeout: 120_000, retry: 0 }, () => {
  it.concurrent('2.2, 4: the exams with days, hours and prices; two of them, paid in cash with change', async ({
    expect,
  }) => {
    const from = person(1);
    const [list] = await walk(from, 'Boa tarde! Quais exames vocês fazem?');
    expect(list).toMatch(/Mamografia com Dr\. Álvaro.*08\/03\/2027.*08:00.*R\$ 100/);
    expect(list).toMatch(/Eletrocardiograma: a cada 15 dias, .*09:00.*13:00.*R\$ 100/);
    expect(list).toMatch(/abdominal total R\$ 150/);
    const answers = await walk(
      from,
      ...['Quero fazer uma mamografia', 'Marina Duarte Lima', 'pode ser qualquer dia'],
      ...['a primeira opção', 'sim, também uma ultrassonografia abdominal total'],
      ...['qualquer dia', 'a primeira', 'Não, só isso', 'dinheiro', '200 reais', '500 reais'],
      ...['12/03/1985', '2001002003', 'Sim, pode confirmar', 'Não, obrigada'],
    );
    const said = answers.join('\n');
    expect(said).toMatch(/O valor total é R\$ 250/);
    // Less than it costs is refused, more is calculated.
    expect(answers[9]).toMatch(/R\$ 250/);
    expect(answers[10]).toMatch(/troco é R\$ 250/);
    expect(answers[10]).toMatch(/no dia do atendimento/);
    expect(answers.at(-2)).toMatch(/Pronto, está agendado.*protocolo é \d{8}/s);
    const [visit] = await bookedBy(from);
    expect(visit).toMatchObject({
      ...{ status: 'booked', channel: 'whatsapp', price: { centavos: 25_000 } },
      payment: { method: 'cash', cashCentavos: 50_000, changeCentavos: 25_000 },
    });
    expect(visit?.items.map(({ serviceId }) => serviceId).sort()).toEqual([
      ...['mamografia', 'ultrassonografia/abdominal-total'],
    ]);
    expect(await stage.conversation(from)).toMatchObject({ closedBecause: 'agent-goodbye' });
  });

  it.concurrent('3: the professionals, and who asks for an exam of one is told what he does', async ({
    expect,
  }) => {
    const [list, , , suggested] = await walk(
      person(2),
      ...['quais são os médicos?', 'quero fazer um exame com o cardiologista'],
      ...['Marina Duarte Lima', 'qualquer dia'],
    );
    expect(list).toMatch(/Cardiologia com Dr\. Álvaro.*a cada 15 dias.*R\$ 250/);
    expect(suggested).toMatch(/Isso é com Dr\. Álvaro Menezes Quintela, em consulta/);
  });

  it.concurrent('4.2, 4.3: an exam that is not offered is not booked; what is like it is suggested', async ({
    expect,
  }) => {
    const [none] = await walk(person(3), 'vocês fazem ressonância?');
    expect(none).toMatch(/não está disponível.*Obrigada/s);
    const answers = await walk(
      person(4),
      ...['quero fazer um ultrassom do joelho', 'Marina Duarte Lima', 'qualquer dia', 'mama'],
    );
    expect(answers[2]).toMatch(/não está disponível.*mais parecido.*Ultrassonografia/s);
    expect(answers[3]).toMatch(/Ultrassonografia \(mama\).*R\$ 130/s);
    expect(await bookedBy(person(3))).toEqual([]);
  });

  it.concurrent('5: results are asked of staff, with name, CPF and exams, and nothing is said about them', async ({
    expect,
  }) => {
    const from = person(5);
    const answers = await walk(
      from,
      ...['quero receber o resultado do meu exame', 'Marina Duarte Lima', '529.982.247-25'],
      ...['hemograma e glicose', 'não, obrigada'],
    );
    expect(answers[3]).toMatch(/anotei o pedido.*não tenho acesso.*protocolo é \d{8}/s);
    expect(await askedBy(from)).toMatchObject([
      {
        ...{ kind: 'exam-results', channel: 'whatsapp', status: 'open' },
        ...{ name: 'Marina Duarte Lima', cpf: '52998224725', text: 'hemograma e glicose' },
      },
    ]);
    const { status, summary, script } = await stage.conversation(from);
    expect(status).toBe('closed');
    expect(summary).toMatch(/[Rr]esultado/);
    expect(script.chosen).toMatchObject({ scriptId: 'resultado-exame', by: 'words' });
  });

  it.concurrent('5.1: who does not know which exams is asked to wait while they are looked up', async ({
    expect,
  }) => {
    const from = person(6);
    const answers = await walk(
      from,
      ...['quero o resultado dos meus exames', 'Marina Duarte Lima', '529.982.247-25'],
      'não sei quais são',
    );
    expect(answers.at(-1)).toMatch(/Aguarde, por favor, enquanto a equipe consulta/);
    expect(await askedBy(from)).toMatchObject([{ kind: 'exam-results', text: null }]);
  });

  it.concurrent('6, 6.1: what was booked is cancelled by who proves to be it, after which and when were said', async ({
    expect,
  }) => {
    const from = person(7);
    await walk(
      from,
      ...toBooking('quero consulta com o dermatologista', 'Rita Alves Prado', ['PIX']),
      'obrigada',
    );
    const answers = await walk(
      from,
      ...['oi, quero cancelar minha consulta', 'Rita Alves Prado', '13/03/1985'],
    );
    // One day off in the birth date: nobody learns whether there is anything.
    expect(answers[2]).toMatch(/não consegui abrir nenhum atendimento.*código/s);
    const again = await walk(
      from,
      ...['minha data de nascimento é 12/03/1985', 'sim, pode cancelar', 'não, obrigada'],
    );
    const said = again.join('\n');
    expect(said).toMatch(/Encontrei um atendimento: Consulta de Dermatologia.*Posso cancelar\?/s);
    expect(said).toMatch(/Pronto, cancelei.*protocolo é \d{8}/s);
    expect(again.at(-1)).not.toMatch(/Esperamos você/);
    expect(await bookedBy(from)).toMatchObject([
      { status: 'cancelled', cancellation: { reason: 'by-patient' } },
    ]);
  });

  it.concurrent('6.2: it is moved to one of the times that are offered; the old one is free again', async ({
    expect,
  }) => {
    const from = person(8);
    await walk(
      from,
      ...toBooking('quero consulta com o ortopedista', 'Célia Braga Nunes', ['cartão de débito']),
      'obrigada',
    );
    const answers = await walk(
      from,
      ...['preciso remarcar minha consulta', 'Célia Braga Nunes', '12/03/1985'],
      ...['tanto faz', 'a segunda opção', 'sim', 'não, obrigada'],
    );
    expect(answers[2]).toMatch(/Encontrei um atendimento: Consulta de Ortopedia/);
    expect(answers[3]).toMatch(/📅 .*Qual prefere\?/s);
    expect(answers[4]).toMatch(/só é desmarcado quando você confirmar/);
    expect(answers[5]).toMatch(/Pronto, remarquei/);
    const visits = await bookedBy(from);
    const [moved] = visits.filter(({ replaces }) => replaces !== null);
    expect(moved).toMatchObject({ status: 'booked', service: 'Consulta de Ortopedia' });
    expect(visits.find(({ id }) => id === moved?.replaces)).toMatchObject({
      ...{ status: 'cancelled', replacedBy: moved?.id },
    });
  });

  it.concurrent('6: from another telephone a code to the one on file is needed', async ({
    expect,
  }) => {
    const [owner, other] = [person(9), person(10)];
    await walk(
      owner,
      ...toBooking('quero uma consulta com o otorrino', 'Joana Prates Lemos', ['PIX']),
    );
    const answers = await walk(
      other,
      ...['quero cancelar minha consulta', 'Joana Prates Lemos', '12/03/1985', 'sim'],
    );
    expect(answers[3]).toMatch(/se os dados conferirem/i);
    const code = stage.sentTo(owner).findLast(({ body }) => /\d{3} \d{3}/.test(body));
    const digits = /\d{3} \d{3}/.exec(code?.body ?? '')?.[0] ?? '';
    const done = await walk(other, digits, 'sim, pode cancelar');
    expect(done.join('\n')).toMatch(/Pronto, cancelei/);
    expect(await bookedBy(owner)).toMatchObject([{ status: 'cancelled' }]);
  });

  it.concurrent('7.3: by card, the machine is at the clinic; 7.2: by PIX, the key is given', async ({
    expect,
  }) => {
    const steps = [
      'quero um eletrocardiograma',
      'Marina Duarte Lima',
      'qualquer dia',
      'a primeira',
    ];
    const card = await walk(person(11), ...steps, 'não', 'cartão de crédito');
    expect(card.at(-1)).toMatch(/maquininha.*clínica.*no dia do atendimento/s);
    const pix = await walk(person(12), ...steps, 'não', 'PIX');
    expect(pix.at(-1)).toMatch(/chave PIX é o CPF/);
  });
});

describe('a service script on WhatsApp', { timeout: 120_000, retry: 0 }, () => {
  it.concurrent('that only collects is carried through in free conversation, ends with a protocol, and lets the person go on', async ({
    expect,
  }) => {
    const from = person(20);
    const answers = await walk(
      from,
      ...['preciso de um atestado da minha consulta', 'Marina Duarte Lima', '111.111.111-11'],
      ...['529.982.247-25', 'foi ontem'],
    );
    expect(answers[2]).toMatch(/CPF não confere/);
    // Which document it is was said at the beginning: not asked again, and read back.
    expect(answers.join('\n')).not.toMatch(/De qual documento/);
    expect(answers[4]).toMatch(/Confira, por favor:.*CPF: 529\.982\.247-25/s);
    expect(answers[4]).toMatch(/Documento: atestado \(como você disse\).*Está tudo certo\?/s);
    expect(await askedBy(from)).toEqual([]);
    const [filed] = await walk(from, 'sim, tudo certo');
    const [request] = await askedBy(from);
    expect(filed).toContain(`O protocolo é ${request?.protocol}`);
    expect(request).toMatchObject({
      ...{ kind: 'message', channel: 'whatsapp', cpf: '52998224725', name: 'Marina Duarte Lima' },
      text: expect.stringMatching(/Documento: atestado\nDia do atendimento: foi ontem/),
    });
    const { script, id } = await stage.conversation(from);
    expect(script).toMatchObject({
      chosen: { scriptId: 'documentos', chosenBy: null, score: expect.any(Number) },
      run: { phase: 'done' },
      requestId: request?.id,
    });
    expect((await stage.conversation(from)).appointments).toContain(request?.id);
    // Another subject, another script: its tools are there.
    const more = await walk(
      from,
      ...[
        'agora quero marcar uma consulta com o cardiologista',
        'Marina Duarte Lima',
        'qualquer dia',
      ],
    );
    expect(more.at(-1)).toMatch(/Consulta de Cardiologia.*R\$ 250/s);
    expect((await stage.conversation(from)).script.chosen?.scriptId).toBe('marcar-consulta');
    expect((await stage.conversation(from)).id).toBe(id);
  });

  it.concurrent('that allows few tools keeps nobody from booking', async ({ expect }) => {
    const from = person(21);
    const answers = await walk(
      from,
      ...['quanto custa o eletrocardiograma?', 'sim, quero', 'Marina Duarte Lima', 'qualquer dia'],
    );
    expect(answers[0]).toMatch(/Eletrocardiograma: R\$ 100/);
    expect(answers[3]).toMatch(/Eletrocardiograma.*01\/12/s);
    const tools = (await stage.conversation(from)).lines.flatMap((line) =>
      line.who === 'tool-call' ? line.name : [],
    );
    expect(tools).toEqual(['service_details', 'change_subject', 'find_slots']);
  });

  it.concurrent('is chosen anew and corrected by staff in the middle of it', async ({ expect }) => {
    const from = person(22);
    await walk(from, 'preciso de um atestado da minha consulta', 'Marina Duarte Lima');
    const { id } = await stage.conversation(from);
    const { scripts } = stage.app.messaging;
    expect(await scripts.changeAnswer(id, { question: 'cpf', answer: '52998224725' })).toEqual({
      outcome: 'changed',
    });
    expect(await scripts.scriptOf(id)).toMatchObject({
      script: { id: 'documentos', phase: 'free' },
      steps: [{ id: 'nome' }, { id: 'cpf', answer: '529.982.247-25' }, { id: 'documento' }],
    });
    // What staff filled in is not asked any more.
    const [next] = await walk(from, 'oi?');
    expect(next).toMatch(/De que dia foi/);
    expect(await scripts.chooseScript(id, 'falar-com-pessoa', 'bia')).toBe('chosen');
    const [asked] = await walk(from, 'pode ser');
    expect(asked).toMatch(/qual é o assunto/);
    expect((await scripts.scriptOf(id))?.script).toMatchObject({ chosenBy: 'bia' });
  });
});
