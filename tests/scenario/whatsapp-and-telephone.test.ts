import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PatientScript } from '../../src/sandbox/patient-scripts.ts';
import type { Appointment } from '../../src/scheduling/appointment.ts';
import { openSandboxStage, type SandboxStage } from '../support/sandbox-stage.ts';
import { until } from '../support/stage.ts';

/** One person on both: what was begun in writing goes on by voice, and the other way round. Real calls, real time. */

let stage: SandboxStage;
beforeAll(async () => {
  stage = await openSandboxStage({ now: '2026-11-26T10:00:00-03:00' });
}, 60_000);
afterAll(() => stage.close());

const clinicNumber = '+558835430000';
const said = (...texts: string[]): PatientScript => texts.map((say) => ({ say }));

/** Writes, and waits for the reply to it. */
async function write(from: string, text: string): Promise<string> {
  const sent = () => stage.sandbox.messages.filter(({ to }) => to === from);
  const before = sent().length;
  await stage.sandbox.whatsapp.write({
    ...{ url: `${stage.url}/whatsapp`, from, to: clinicNumber, text },
  });
  await until(() => sent().length > before, `an answer to «${text}»`, 30_000);
  const { conversations } = stage.app.messaging;
  const isDone = async () =>
    (await conversations.list({ senderKey: from, isPending: true, limit: 1 })).length === 0;
  await until(isDone, 'all of it was sent', 30_000);
  const texts = sent().slice(before);
  return texts.map(({ body }) => body).join('\n');
}

async function bookByText(from: string, service: string, name: string): Promise<void> {
  const steps = [`quero marcar consulta com o ${service}`, name, 'qualquer dia', 'a primeira'];
  for (const text of [...steps, 'Não, só isso', 'PIX', '12/03/1985', '2001002003'])
    await write(from, text);
  expect(await write(from, 'Sim, pode confirmar')).toMatch(/Pronto, está agendado/);
  expect(await write(from, 'Não, obrigada')).toMatch(/Até logo/);
}

async function visitsOf(name: string): Promise<Appointment[]> {
  const all = (await stage.appointments()) as unknown as Appointment[];
  return all.filter(({ patient }) => patient.name === name);
}

const atLeisure = { timeout: 290_000, retry: 0 };

describe.concurrent('who booked by WhatsApp and then telephones', atLeisure, () => {
  it.concurrent('from the same number, is recognised by name and birth date, and may cancel', async ({
    expect,
  }) => {
    const from = '+5588999960001';
    await bookByText(from, 'cardiologista', 'Marina Duarte Lima');
    const [booked] = await visitsOf('Marina Duarte Lima');
    expect(booked).toMatchObject({ status: 'booked', channel: 'whatsapp', phone: from });
    const record = await stage.call(
      said(
        ...['Eu quero cancelar a minha consulta.', 'Meu nome é Marina Duarte Lima.'],
        ...['Doze de março de mil novecentos e oitenta e cinco.', 'Sim, pode cancelar.'],
        'Não, só isso, obrigada.',
      ),
      { from },
    );
    const tools = record.tools.map(({ name, outcome }) => `${name} ${outcome}`);
    // Level 2: the contact number, with name and birth date. No code was needed.
    expect(tools).toContain('find_appointments ok');
    expect(tools).toContain('cancel_appointment ok');
    expect(tools.join()).not.toContain('send_code');
    expect(await visitsOf('Marina Duarte Lima')).toMatchObject([
      { id: booked?.id, status: 'cancelled', cancellation: { callId: record.id } },
    ]);
  });

  it.concurrent('from another number, learns nothing with the same name and birth date', async ({
    expect,
  }) => {
    const from = '+5588999960002';
    await bookByText(from, 'dermatologista', 'Rita Alves Prado');
    const record = await stage.call(
      said(
        ...['Eu quero cancelar a minha consulta.', 'Meu nome é Rita Alves Prado.'],
        ...['Doze de março de mil novecentos e oitenta e cinco.', 'Não, obrigada.'],
        'Não, só isso, obrigada.',
      ),
      { from: '+5588999960003' },
    );
    const tools = record.tools.map(({ name, outcome }) => `${name} ${outcome}`);
    expect(tools).toContain('find_appointments refused');
    expect(record.transcript.map(({ text }) => text).join(' ')).not.toMatch(/Dermato|Henrique/);
    expect(await visitsOf('Rita Alves Prado')).toMatchObject([{ status: 'booked' }]);
  });
});

describe.concurrent('a call that drops while a time is held', atLeisure, () => {
  it.concurrent('goes on by WhatsApp, to a booking, with who has written there before', async ({
    expect,
  }) => {
    const from = '+5588999960004';
    await write(from, 'Oi, vocês abrem no sábado?');
    const before = stage.sandbox.messages.length;
    const record = await stage.call(
      [
        ...said(
          ...['Boa tarde, eu queria marcar uma consulta com o ortopedista.'],
          ...['Meu nome é Célia Braga Nunes.', 'Qualquer dia.', 'Pode ser a primeira opção.'],
        ),
        // The line goes while the agent speaks of what is held.
        { hangUp: true, interruptAfterMs: 1_500 },
      ],
      { from },
    );
    expect(record).toMatchObject({ ending: 'caller-hung-up', appointments: [] });
    expect(record.tools.map(({ name, outcome }) => `${name} ${outcome}`)).toContain(
      'hold_slots ok',
    );
    const offer = await until(
      () => stage.sandbox.messages.slice(before).find(({ to }) => to === from),
      'the offer to go on',
      20_000,
    );
    expect(offer.body).toMatch(/ligação caiu.*continuar por aqui.*PARAR/s);
    expect(offer.body).not.toMatch(/consulta|ortop|médic|Célia/i);
    // Nobody knows yet who reads there: it is asked again, and what the call held is free for them.
    const first = await write(from, 'Sim, quero marcar consulta com o ortopedista');
    expect(first).toMatch(/nome completo/);
    expect(first).not.toMatch(/Célia/);
    const steps = ['Célia Braga Nunes', 'qualquer dia', 'a primeira', 'Não, só isso', 'PIX'];
    for (const text of [...steps, '12/03/1985', '2001002003']) await write(from, text);
    expect(await write(from, 'Sim, pode confirmar')).toMatch(/Pronto, está agendado/);
    expect(await visitsOf('Célia Braga Nunes')).toMatchObject([
      { status: 'booked', channel: 'whatsapp', service: 'Consulta de Ortopedia' },
    ]);
  });

  it.concurrent('is not followed when the number never wrote to us', async ({ expect }) => {
    const from = '+5588999960005';
    const record = await stage.call(
      [
        ...said(
          ...['Boa tarde, eu queria marcar uma consulta com o otorrino.'],
          ...['Meu nome é Joana Prates Lemos.', 'Qualquer dia.', 'Pode ser a primeira opção.'],
        ),
        { hangUp: true, interruptAfterMs: 1_500 },
      ],
      { from },
    );
    expect(record.ending).toBe('caller-hung-up');
    await write('+5588999960006', 'oi');
    expect(stage.sandbox.messages.filter(({ to }) => to === from)).toEqual([]);
  });
});
