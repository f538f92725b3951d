import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clinicsDirectory } from '../support/agent-fixtures.ts';
import { pass, until } from '../support/stage.ts';
import {
  auroraNumber,
  estrategiaNumber,
  openWhatsappStage,
  type WhatsappStage,
} from '../support/whatsapp-stage.ts';

/** WhatsApp from the webhook to the message that goes out: a strict Twilio, a strict model, real sockets. */

let stage: WhatsappStage;
beforeAll(async () => {
  stage = await openWhatsappStage({ now: '2026-11-26T10:00:00-03:00' });
});
afterAll(() => stage.close());

let people = 0;
const somebody = () => `+55889999${String(41_000 + ++people)}`.slice(0, 14).padEnd(14, '0');

describe('WhatsApp', { timeout: 120_000 }, () => {
  it('the clinic’s whole script in writing: a booking, its protocol, a closed conversation, a summary for staff', async () => {
    const from = somebody();
    const said: string[] = [];
    const say = async (text: string) => {
      const answer = await stage.ask(from, text, { name: 'Marina ✨' });
      said.push(`> ${text}`, answer);
      return answer;
    };
    expect(await say('Boa tarde, eu queria marcar uma consulta com o cardiologista.')).toMatch(
      /Lia.*Clínica Aurora[\s\S]*nome completo/,
    );
    expect(await say('Marina Duarte Lima')).toMatch(/Marina/);
    expect(await say('Pode ser na terça à tarde?')).toMatch(/📅 terça-feira, \d{2}\/\d{2}/);
    expect(await say('Pode ser a primeira opção.')).toMatch(/🕐 às \d{2}:\d{2}[\s\S]*R\$ 250/);
    expect(await say('Não, só essa.')).toMatch(/forma de pagamento/);
    expect(await say('PIX')).toMatch(/chave PIX/);
    expect(await say('12/03/1985')).toMatch(/RG/);
    expect(await say('2001002003')).toMatch(/Está tudo certo\?/);
    const booked = await say('Isso, está certo, pode confirmar.');
    expect(booked).toMatch(/Pronto, está agendado.*protocolo é \d{8}/s);
    expect(await say('Não, só isso, obrigada.')).toMatch(/Marina.*Até logo/s);

    const conversation = await stage.conversation(from);
    expect(conversation).toMatchObject({ status: 'closed', closedBecause: 'agent-goodbye' });
    expect(conversation.protocol).toMatch(/^\d{8}$/);
    expect(conversation.summary).toContain('Marina Duarte Lima');
    expect(conversation.summary).toContain('Consulta de Cardiologia');
    const texts = stage.sentTo(from).map(({ body }) => body);
    expect(texts.join('\n')).not.toContain('Protocolo do atendimento');
    const kept = (await stage.appointments()).filter((one) => one.callId === conversation.id);
    expect(kept).toHaveLength(1);
    expect(kept[0]).toMatchObject({
      channel: 'whatsapp',
      status: 'booked',
      patient: { name: 'Marina Duarte Lima', birthDate: '1985-03-12' },
      phone: from,
    });
    await until(
      async () =>
        (await stage.conversation(from)).outbox.every(({ delivery }) => delivery === 'read'),
      'all was read',
    );
    expect(stage.log.join('\n')).not.toMatch(/Marina|cardio|9999\d{5}/i);
  });

  it('who comes back is greeted by the name that was given', async () => {
    const from = somebody();
    await stage.ask(from, 'Oi', { name: 'Joana' });
    await stage.app.messaging.texts.close(
      (await stage.conversation(from)).id,
      'staff',
      stage.app.clinics[0],
    );
    await stage.ask(from, 'Oi de novo', { name: 'outro nome' });
    expect(stage.model.requests.at(-1)?.instructions).toContain('se apresenta como "Joana"');
  });

  it('five parts within four seconds get one reply', async () => {
    const from = somebody();
    const before = stage.model.requests.length;
    for (const part of ['oi', 'bom dia', 'queria marcar', 'uma consulta', 'com cardiologista']) {
      await stage.write(from, part);
      await pass(300);
    }
    await until(() => stage.sentTo(from).length > 0, 'the reply');
    await pass(2_500);
    expect(stage.sentTo(from)).toHaveLength(1);
    const asked = stage.model.requests.slice(before);
    const [first] = asked;
    expect(JSON.stringify(first?.input)).toMatch(
      /oi.*bom dia.*queria marcar.*uma consulta.*cardiologista/,
    );
  });

  it('the same webhook fifty times gets one reply', async () => {
    const from = somebody();
    const messageSid = `SM${'ab'.repeat(16)}`;
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => stage.write(from, 'Olá', { messageSid })),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    await until(() => stage.sentTo(from).length > 0, 'the reply');
    await stage.write(from, 'Olá', { messageSid });
    await pass(2_500);
    expect(stage.sentTo(from)).toHaveLength(1);
    expect((await stage.conversation(from)).senderTurns).toBe(1);
  });

  it('thirty people at once: each gets an answer to their own words', async () => {
    const crowd = Array.from({ length: 30 }, (_, n) => ({
      from: `+5588998${String(100_000 + n)}`,
      name: ['Ana', 'Bruno', 'Célia', 'Davi', 'Elisa', 'Fábio'][n % 6] ?? '',
      family: `Teste${String.fromCharCode(65 + n)}`,
    }));
    await Promise.all(
      crowd.map(({ from }) => stage.ask(from, 'Quero marcar uma consulta com o cardiologista')),
    );
    const answers = await Promise.all(
      crowd.map(({ from, name }) => stage.ask(from, `Meu nome é ${name} da Silva`)),
    );
    for (const [n, { from, name }] of crowd.entries()) {
      expect(answers[n]).toContain(name);
      const { lines } = await stage.conversation(from);
      const senders = lines.filter(({ who }) => who === 'sender');
      expect(senders.map((line) => ('text' in line ? line.text : ''))).toEqual([
        'Quero marcar uma consulta com o cardiologista',
        `Meu nome é ${name} da Silva`,
      ]);
    }
  });

  it('an emergency is answered with the clinic’s sentence, and nothing is booked until it was answered', async () => {
    const from = somebody();
    await stage.ask(from, 'Quero marcar uma consulta com o cardiologista');
    const before = stage.model.requests.length;
    const answer = await stage.ask(from, 'estou com muita dor no peito e falta de ar');
    expect(answer).toMatch(/SAMU, 192/);
    expect(stage.model.requests).toHaveLength(before);
    expect((await stage.conversation(from)).lines.at(-1)).toMatchObject({ who: 'note' });
  });

  it('PARAR puts the number on the list of those not to be contacted, VOLTAR takes it off', async () => {
    const from = somebody();
    const journal = () =>
      readFile(join(stage.directory, 'data', 'opt-outs', 'journal-000001.jsonl'), 'utf8');
    expect(await stage.ask(from, 'PARAR')).toMatch(/não vamos mais procurar/);
    expect(await journal()).toMatch(new RegExp(`"op":"add","id":"\\${from}"`));
    expect(await stage.ask(from, 'voltar')).toMatch(/pode voltar a receber/);
    expect(await journal()).toMatch(new RegExp(`"op":"remove","id":"\\${from}"`));
  });

  it('a voice note is heard, an image is acknowledged, a group and an empty message are ignored', async () => {
    const from = somebody();
    const note = Buffer.from('a voice note of a few seconds');
    stage.model.teach(note, 'quero marcar uma consulta com o cardiologista');
    const heard = await stage.ask(from, '', { files: [{ bytes: note, contentType: 'audio/ogg' }] });
    expect(heard).toMatch(/nome completo/);
    const image = await stage.ask(from, '', {
      files: [{ bytes: Buffer.from('jpeg'), contentType: 'image/jpeg' }],
    });
    expect(image).toMatch(/não consigo abrir nem avaliar imagens/);
    const sent = stage.sentTo(from).length;
    expect((await stage.write(from, '   ')).status).toBe(200);
    await pass(2_500);
    expect(stage.sentTo(from)).toHaveLength(sent);
  });

  it('a voice note that is not Twilio’s is not fetched, and the person is asked to write', async () => {
    const from = somebody();
    const bytes = Buffer.alloc(6 * 1024 * 1024);
    const answer = await stage.ask(from, '', { files: [{ bytes, contentType: 'audio/ogg' }] });
    expect(answer).toMatch(/Não consegui ouvir o seu áudio/);
  });

  it('a webhook that Twilio did not sign has no effect', async () => {
    const from = somebody();
    const body = new URLSearchParams({
      MessageSid: `SM${'cd'.repeat(16)}`,
      From: `whatsapp:${from}`,
      To: `whatsapp:${auroraNumber}`,
      Body: 'oi',
    });
    const forged = await fetch(`${stage.url}/whatsapp`, { method: 'POST', body });
    expect(forged.status).toBe(403);
    const status = await fetch(`${stage.url}/whatsapp-status`, { method: 'POST', body });
    expect(status.status).toBe(403);
    await pass(2_000);
    expect(stage.sentTo(from)).toHaveLength(0);
  });

  it('a person takes over: the agent is silent, and speaks again when it is given back', async () => {
    const from = somebody();
    const { texts } = stage.app.messaging;
    await stage.ask(from, 'Oi, tudo bem?');
    const { id } = await stage.conversation(from);
    await texts.takeOver(id, { name: 'Paula' });
    const before = stage.sentTo(from).length;
    await stage.write(from, 'Vocês aceitam convênio?');
    await pass(2_500);
    expect(stage.sentTo(from)).toHaveLength(before);
    await texts.write(id, { text: 'Oi! Aqui é a Paula. Qual convênio?', by: { name: 'Paula' } });
    await until(() => stage.sentTo(from).length === before + 1, 'Paula’s words');
    await stage.write(from, 'Unimed');
    await pass(2_500);
    expect(stage.sentTo(from)).toHaveLength(before + 1);
    await texts.giveBack(id);
    await until(() => stage.sentTo(from).length === before + 2, 'the agent answers what is open');
    const [last] = stage.model.requests.slice(-1);
    expect(JSON.stringify(last?.input)).toContain('Paula');
  });

  it('each number says how it is, to who may know', async () => {
    expect((await fetch(`${stage.url}/api/v1/whatsapp`)).status).toBe(401);
    const answer = await fetch(`${stage.url}/api/v1/whatsapp`, {
      headers: { authorization: 'Bearer test-api-key-0123456789' },
    });
    expect(await answer.json()).toMatchObject({
      numbers: [
        { clinic: 'aurora', number: auroraNumber, status: 'ready' },
        { clinic: 'estrategia', status: 'ready', openConversations: 0 },
      ],
    });
  });
});

describe('a call that drops in the middle of a booking', { timeout: 60_000 }, () => {
  const callEnded = (from: string) => {
    const record = {
      direction: 'inbound',
      ending: 'stream-lost',
      from,
      tools: [{ name: 'hold_slots', outcome: 'ok' }],
      appointments: [],
    };
    stage.app.live.tell({
      type: 'call-ended',
      record: record as never,
      callId: 'x',
      clinicId: 'aurora',
      atMs: 0,
    });
  };

  it('goes on by WhatsApp with who has written there before, without a word of what it was about', async () => {
    const from = '+5588999970001';
    await stage.ask(from, 'Oi');
    const before = stage.sentTo(from).length;
    callEnded(from);
    const offer = await until(() => stage.sentTo(from)[before], 'the offer');
    expect(offer.body).toMatch(/ligação caiu.*continuar por aqui.*PARAR/s);
    expect(offer.body).not.toMatch(/consulta|exame|cardio|médic/i);
    expect(await stage.ask(from, 'Sim, quero marcar com o cardiologista')).toMatch(/nome completo/);
    expect(JSON.stringify(stage.model.requests.at(-1)?.input)).toContain(
      'não diga do que se tratava',
    );
    callEnded(from);
    await pass(1_500);
    expect(stage.sentTo(from)).toHaveLength(before + 2);
  });

  it('is left alone for who never wrote, or does not want to be contacted', async () => {
    const [stranger, left] = ['+5588999970002', '+5588999970003'];
    await stage.ask(left, 'PARAR');
    const before = stage.sentTo(left).length;
    for (const from of [stranger, left]) callEnded(from);
    await pass(1_500);
    expect(stage.sentTo(stranger)).toEqual([]);
    expect(stage.sentTo(left)).toHaveLength(before);
  });
});

it('two clinics on two numbers: not a word of one is known to the other', {
  timeout: 60_000,
}, async () => {
  const from = '+5588999980001';
  await stage.ask(from, 'CANARIO-AURORA quero uma consulta');
  await stage.ask(from, 'CANARIO-ESTRATEGIA quero uma reunião', { to: estrategiaNumber });
  const aurora = await stage.conversation(from, 'aurora');
  const estrategia = await stage.conversation(from, 'estrategia');
  expect(JSON.stringify(aurora)).not.toContain('ESTRATEGIA');
  expect(JSON.stringify(estrategia)).not.toContain('AURORA');
  const asked = stage.model.requests.filter(({ input }) =>
    JSON.stringify(input).includes('CANARIO'),
  );
  for (const { instructions, input } of asked) {
    const isAurora = JSON.stringify(input).includes('CANARIO-AURORA');
    expect(instructions.includes('Clínica Aurora')).toBe(isAurora);
    expect(JSON.stringify(input)).not.toMatch(isAurora ? /ESTRATEGIA/ : /AURORA/);
  }
  const froms = stage.sentTo(from).map((message) => message.from);
  expect(froms).toEqual([auroraNumber, estrategiaNumber]);
});

it('a third clinic begins when its file is put into the folder, without a restart', {
  timeout: 60_000,
}, async () => {
  const clinics = await mkdtemp(join(tmpdir(), 'alo-clinics-'));
  await cp(clinicsDirectory, clinics, { recursive: true });
  const own = await openWhatsappStage({
    now: '2026-11-26T10:00:00-03:00',
    env: { CLINICS_DIR: clinics },
    ownNumbers: ['+558832220000'],
  });
  try {
    const from = somebody();
    const to = '+558832220000';
    await own.ask(from, 'CANARIO-AURORA bom dia');
    await own.write(from, 'tem alguém aí?', { to });
    const text = await readFile(join(clinics, 'estrategia.yaml'), 'utf8');
    const third = text
      .replace('id: estrategia', 'id: terceira')
      .replaceAll('Estratégia', 'Terceira')
      .replaceAll('+551155550100', to)
      .replace(/^numbers:.*$/m, 'numbers: []');
    await writeFile(join(clinics, 'terceira.yaml'), third);
    await until(() => own.app.clinics.some(({ id }) => id === 'terceira'), 'the third clinic');
    await own.ask(from, 'CANARIO-TERCEIRA bom dia', { to });
    expect(own.sentTo(from).map((message) => message.from)).toEqual([auroraNumber, to]);
    const kept = JSON.stringify(await own.conversation(from, 'terceira'));
    expect(kept).toContain('CANARIO-TERCEIRA');
    expect(kept).not.toMatch(/AURORA|tem alguém/);
    expect(own.model.requests.at(-1)?.instructions).toContain('Terceira');
  } finally {
    await own.close();
    await rm(clinics, { recursive: true, force: true });
  }
});
