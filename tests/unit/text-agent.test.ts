import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import type { TextModel } from '../../src/messaging/text-model.ts';
import { bookingScript } from '../../src/sandbox/patient-scripts.ts';
import { clockAt, shippedClinic, thursdayMorning } from '../support/agent-fixtures.ts';
import { directReception, memoryStores } from '../support/direct-desk.ts';
import { openTextDesk, type TextDesk, visitor } from '../support/text-desk.ts';

const clinic = await shippedClinic('aurora');
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function open(options: Partial<Parameters<typeof openTextDesk>[0]> = {}): Promise<TextDesk> {
  const desk = await openTextDesk({ clinic, clock: clockAt(thursdayMorning), ...options });
  closers.push(desk.close);
  return desk;
}

/** A model that says and calls what it is told, one round after another. */
function scripted(...rounds: { say?: string; call?: [string, unknown] }[]): TextModel {
  let at = 0;
  return {
    async *respond() {
      const { say = '', call } = rounds[at++] ?? { say: 'Até logo.' };
      for (const piece of say.match(/\S+\s*/g) ?? []) yield { type: 'delta', text: piece };
      const calls = call
        ? [{ callId: `call_${at}`, name: call[0], argumentsJson: JSON.stringify(call[1]) }]
        : [];
      const usage = { inputTokens: 1, outputTokens: 1 };
      yield { type: 'done', text: say, calls, replay: [], usage, isCut: false };
    },
  };
}

const words = bookingScript.flatMap((step) =>
  'say' in step && typeof step.say === 'string' ? [step.say] : [],
);

describe('the agent in writing', () => {
  it('books over the same tools and agenda as on the telephone, each message after a restart', async () => {
    const stores = memoryStores();
    const desk = await open({ stores });
    const clock = clockAt(thursdayMorning);
    let last = '';
    for (const text of words) {
      // Every message meets a process that has never heard of the conversation but for what is kept.
      const next = await open({ stores, store: desk.store, clock });
      last = await next.say(text);
      clock.advance(20_000);
    }
    expect(last).toMatch(/Até logo/);
    expect(await desk.conversation()).toMatchObject({
      status: 'closed',
      summary: expect.stringContaining('Marina Duarte Lima'),
    });
    const kept = await stores.appointments.list({ from: '2026-11-01', to: '2026-12-31' });
    expect(kept.map(({ status }) => status)).toEqual(['booked']);
  });

  it('booked by WhatsApp, found by telephone: from the same number, with name and birth date, and not without', async () => {
    const stores = memoryStores();
    const clock = clockAt(thursdayMorning);
    const desk = await open({ stores, clock });
    // As WhatsApp names a Brazilian mobile: without its ninth digit.
    const sender = { clinic, channel: 'whatsapp', senderKey: '+558899990001' } as const;
    for (const text of words) {
      for await (const _ of desk.texts.answer({ ...sender, text }));
      clock.advance(20_000);
    }
    const calls = directReception({ clinic, clock, stores });
    const find = (callerE164: string, birth_date: string) =>
      calls
        .begin({ callerE164 })
        .use('find_appointments', { patient_name: 'Marina Duarte Lima', birth_date });
    expect(await find('+5588999990001', '12/03/1985')).toMatchObject({ ok: true });
    expect(await find('+5588999990001', '13/03/1985')).toMatchObject({ ok: false });
    expect(await find('+5588999990002', '12/03/1985')).toMatchObject({ ok: false });
  });

  it('a claim with nothing behind it is never read by anybody', async () => {
    const claim = 'Pronto! Sua consulta está marcada para segunda-feira às 14:00.';
    const desk = await open({ model: scripted({ say: `Claro. ${claim}` }) });
    const parts: string[] = [];
    const turn = { clinic, channel: 'web-chat', senderKey: visitor, text: 'marca aí' } as const;
    for await (const part of desk.texts.answer(turn)) parts.push(part.text);
    expect(parts.join(' ')).not.toMatch(/está marcada/);
    expect(parts.at(-1)).toMatch(/^Claro\..*ainda não está marcado/s);
    const { lines } = await desk.conversation();
    expect(JSON.stringify(lines)).not.toContain('está marcada');
  });

  it('however often it is claimed', async () => {
    const claim = { say: 'Já está tudo marcado para você.' };
    const desk = await open({ model: scripted(...Array.from({ length: 8 }, () => claim)) });
    for (let n = 0; n < 8; n += 1) expect(await desk.say(`marca ${n}`)).not.toMatch(/tudo marcado/);
  });

  it('a model in a loop of tools comes to an end', async () => {
    const call: [string, unknown] = ['clinic_info', {}];
    const desk = await open({ model: scripted(...Array.from({ length: 40 }, () => ({ call }))) });
    expect(await desk.say('oi')).toMatch(/recepção confirma/);
  });

  it('a model that says nothing: not understood', async () => {
    const desk = await open({ model: scripted({ say: '' }, { say: '' }) });
    expect(await desk.say('asdf')).toMatch(/não entendi/);
  });

  it('a service that is busy for a moment is asked again', async () => {
    const desk = await open();
    desk.model.failNext('rate-limit');
    desk.model.failNext('server-error');
    expect(await desk.say('oi')).toMatch(/Lia/);
  });

  it.each(['quota', 'breaks-off'] as const)(
    'without an answer (%s) the person is told whom to call',
    async (fault) => {
      const desk = await open();
      desk.model.failNext(fault);
      expect(await desk.say('oi')).toMatch(/problema técnico.*\+558835430001/s);
      expect(desk.logged.join('\n')).toMatch(/the model did not answer a text/);
      expect(await desk.say('oi de novo')).toMatch(/\?/);
    },
  );

  it('an emergency is answered without the model, the staff are told, and nothing can be booked before an answer', async () => {
    const desk = await open({
      model: scripted(
        { call: ['hold_slots', { slots: ['abcdefghijkl'] }] },
        { say: 'Primeiro, a emergência.' },
      ),
    });
    expect(await desk.say('acho que meu pai está tendo um infarto, dor no peito')).toMatch(/192/);
    expect(desk.emergencies).toEqual(['heart']);
    expect(desk.model.requests).toEqual([]);
  });

  it('PARAR is for the list; “parar” in a sentence is for the agent', async () => {
    const desk = await open();
    expect(await desk.say('PARAR')).toMatch(/não vamos mais procurar/);
    expect(desk.orders).toEqual(['stop']);
    await desk.say('devo parar de comer antes do exame?');
    expect(desk.orders).toEqual(['stop']);
  });

  it('two visitors at once share nothing', async () => {
    const desk = await open();
    await Promise.all([
      desk.say('Quero marcar com o cardiologista', 'visitante-a'),
      desk.say('Quero marcar com o cardiologista', 'visitante-b'),
    ]);
    await Promise.all([desk.say('Ana Lima', 'visitante-a'), desk.say('Beto Reis', 'visitante-b')]);
    expect(JSON.stringify((await desk.conversation('visitante-a')).lines)).not.toMatch(/Beto|Reis/);
    expect(JSON.stringify((await desk.conversation('visitante-b')).lines)).not.toMatch(/Ana|Lima/);
  });

  it('forty messages at once from one sender: each is in the conversation once, in order', async () => {
    const desk = await open({ model: scripted() });
    const all = Array.from({ length: 40 }, (_, n) => `mensagem ${n}`);
    await Promise.all(all.map((text) => desk.say(text)));
    const { lines } = await desk.conversation();
    const said = lines.flatMap((line) => (line.who === 'sender' ? line.text : []));
    expect(said).toEqual(all);
  });

  it('left alone for a day it is closed with its summary, and what was held is free again', async () => {
    const clock = clockAt(thursdayMorning);
    const desk = await open({ clock });
    for (const text of words.slice(0, 4)) await desk.say(text);
    clock.advance(25 * 3_600_000);
    await desk.texts.sweep(() => clinic);
    expect(await desk.conversation()).toMatchObject({
      status: 'closed',
      closedBecause: 'expired',
      summary: expect.stringMatching(/Ficou sem confirmar|não marcou/),
    });
    await desk.say('oi');
    expect((await desk.conversation()).status).toBe('open');
    expect((await desk.store.list({ limit: 10 })).map(({ status }) => status).sort()).toEqual([
      'closed',
      'open',
    ]);
  });
});

describe('texts that want to give orders', () => {
  const attacks = readFileSync(
    new URL('../fixtures/injection-texts.jsonl', import.meta.url),
    'utf8',
  )
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as string);

  it('in a message or in a name are data: they are in no instruction, and nothing is done for them', async () => {
    expect(attacks.length).toBeGreaterThan(20);
    const stores = memoryStores();
    const desk = await open({ stores });
    for (const [n, text] of attacks.entries()) {
      const senderKey = `atacante-${n}`;
      const turn = { clinic, channel: 'web-chat', senderKey, text, senderName: text } as const;
      for await (const _ of desk.texts.answer(turn));
    }
    for (const { instructions } of desk.model.requests) {
      const named = /se apresenta como (".*") \(informação/.exec(instructions)?.[1];
      if (named) expect(JSON.parse(named).length).toBeLessThanOrEqual(60);
      const rest = instructions.replace(/A pessoa se apresenta como .*/, '');
      for (const text of attacks) expect(rest).not.toContain(text);
    }
    expect(await stores.appointments.list({ from: '0000-00-00', to: '9999-12-31' })).toEqual([]);
    expect(desk.logged.join('\n')).not.toMatch(/atacante/);
  });
});
