import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ClinicProfile } from '../../src/agent/clinic-profile.ts';
import { clockAt, shippedClinic, thursdayMorning } from '../support/agent-fixtures.ts';
import {
  bookDirectly,
  type DirectConversation,
  type DirectStores,
  directReception,
  maria,
  memoryStores,
} from '../support/direct-desk.ts';

/** Whatever a model may be talked into, tools do what their conversation allows and nothing else. */

const mariasPhone = '+5588999990001';
const strangersPhone = '+5511988887777';
const allDays = { from: '2000-01-01', to: '2100-01-01' };

let clinic: ClinicProfile;
beforeAll(async () => {
  clinic = await shippedClinic('aurora');
});

function open(stores = memoryStores()) {
  return { stores, ...directReception({ clinic, clock: clockAt(thursdayMorning), stores }) };
}

const everything = async (stores: DirectStores) =>
  JSON.stringify([
    await stores.appointments.list(allDays),
    await stores.requests.list({ limit: 100 }),
  ]);

async function withMaria() {
  const stage = open();
  const booked = await bookDirectly(stage.begin({ id: 'call-maria', callerE164: mariasPhone }));
  expect(booked).toMatchObject({ ok: true });
  const [appointment] = await stage.stores.appointments.list(allDays);
  if (!appointment) throw new Error('nothing was booked');
  return { ...stage, appointment };
}

/** Nothing of Maria may be in what somebody else is told. */
function expectNothingOfMaria(output: unknown, id: string): void {
  const text = JSON.stringify(output);
  for (const secret of ['1985', '2001002003', mariasPhone, mariasPhone.slice(-4), id]) {
    expect(text).not.toContain(secret);
  }
}

describe('ids that belong to somebody else (T-30, T-31)', () => {
  it('appointment ids, protocols, guesses and nonsense open nothing', async () => {
    const { begin, stores, appointment } = await withMaria();
    const before = await everything(stores);
    const stranger = begin({ callerE164: strangersPhone });
    stranger.callerSpeaks();
    for (const token of [
      appointment.id,
      appointment.protocol,
      '*',
      '1',
      'aaaaaaaaaaaa',
      '__proto__',
      'constructor',
    ]) {
      const cancelled = await stranger.use('cancel_appointment', { appointment: token });
      expect(cancelled).toMatchObject({ ok: false, code: 'unknown-appointment' });
      expectNothingOfMaria(cancelled, appointment.id);
      const moved = await stranger.use('hold_slots', { slots: [token], appointment: token });
      expect(moved.ok).toBe(false);
      expectNothingOfMaria(moved, appointment.id);
    }
    expect(await everything(stores)).toBe(before);
  });

  it('a slot or an appointment that another conversation was shown is worth nothing here', async () => {
    const { begin, stores } = await withMaria();
    const own = begin({ callerE164: mariasPhone });
    const { slots } = await own.use('find_slots', { service: 'dermatologista' });
    const shown = await own.use('find_appointments', maria_identity);
    const tokens = shown.appointments as { appointment: string }[];
    expect(tokens).toHaveLength(1);
    const before = await everything(stores);
    const thief = begin({ callerE164: strangersPhone });
    thief.callerSpeaks();
    expect(await thief.use('hold_slots', { slots: [slots?.[0]?.slot] })).toMatchObject({
      ok: false,
      code: 'unknown-slot',
    });
    expect(
      await thief.use('cancel_appointment', { appointment: tokens[0]?.appointment }),
    ).toMatchObject({ ok: false, code: 'unknown-appointment' });
    expect(await everything(stores)).toBe(before);
  });
});

const maria_identity = { patient_name: maria.patient_name, birth_date: maria.birth_date };

describe('who is a patient here (T-32, T-44)', () => {
  it('the right name and birth date from a foreign number: the same bytes as for somebody unknown', async () => {
    const { begin } = await withMaria();
    const right = await begin({ callerE164: strangersPhone }).use(
      'find_appointments',
      maria_identity,
    );
    const unknown = await begin({ callerE164: strangersPhone }).use('find_appointments', {
      patient_name: 'Joana Inexistente',
      birth_date: '01/01/1990',
    });
    const wrongDate = await begin({ callerE164: mariasPhone }).use('find_appointments', {
      ...maria_identity,
      birth_date: '13/03/1985',
    });
    const hidden = await begin().use('find_appointments', maria_identity);
    expect(right).toMatchObject({ ok: false, code: 'identity-needed' });
    expect([unknown, wrongDate, hidden]).toEqual([right, right, right]);
  });

  it('takes as long for a patient as for a stranger, over 200 tries', async () => {
    const { begin } = await withMaria();
    const median = async (args: Record<string, string>) => {
      const conversation = begin({ callerE164: strangersPhone });
      const tookMs: number[] = [];
      for (let tries = 0; tries < 200; tries++) {
        const atMs = performance.now();
        await conversation.use('find_appointments', args);
        tookMs.push(performance.now() - atMs);
      }
      return tookMs.sort((a, b) => a - b)[100] ?? 0;
    };
    const known = await median(maria_identity);
    const unknown = await median({ patient_name: 'Joana Souza', birth_date: '01/01/1990' });
    expect(Math.abs(known - unknown)).toBeLessThan(20);
  });

  it('a shared family telephone shows the one who was named, nobody else', async () => {
    const { begin } = await withMaria();
    const son = { patient_name: 'Pedro da Silva', birth_date: '01/02/2015', rg: '3004005006' };
    const booked = await bookDirectly(begin({ callerE164: mariasPhone }), {
      service: 'pediatra',
      patient: son,
    });
    expect(booked).toMatchObject({ ok: true });
    const shown = await begin({ callerE164: mariasPhone }).use('find_appointments', {
      patient_name: son.patient_name,
      birth_date: son.birth_date,
    });
    expect(shown.appointments).toHaveLength(1);
    expect(JSON.stringify(shown)).not.toMatch(/cardiolog/i);
  });

  it('booking for somebody who has an appointment says no word of it', async () => {
    const { begin } = await withMaria();
    const conversation = begin({ callerE164: strangersPhone });
    const answers = [
      await bookDirectly(conversation, { service: 'dermatologista', patient: maria }),
    ];
    expectNothingOfMaria(answers, 'none');
    expect(JSON.stringify(answers)).not.toMatch(/cardiolog/i);
  });
});

describe('codes (T-45)', () => {
  const code = (text: string | undefined) =>
    /(\d{3}) ?(\d{3})/
      .exec(text ?? '')
      ?.slice(1)
      .join('');

  it('the number on file gets the code, and only that opens the appointment', async () => {
    const { begin, sent } = await withMaria();
    const elsewhere = begin({ callerE164: strangersPhone });
    await elsewhere.use('send_code', { ...maria_identity, by: 'sms' });
    await settled();
    expect(sent.map(({ to }) => to)).toEqual([mariasPhone]);
    expect(await elsewhere.use('check_code', { code: code(sent[0]?.text) })).toMatchObject({
      ok: true,
    });
    const shown = await elsewhere.use('find_appointments', maria_identity);
    expect(shown.appointments).toHaveLength(1);
  });

  it('the fourth try is refused, right as it may be; a code is used once and in its conversation', async () => {
    const { begin, sent } = await withMaria();
    const guesser = begin({ callerE164: strangersPhone });
    await guesser.use('send_code', { ...maria_identity, by: 'sms' });
    await settled();
    const right = code(sent[0]?.text) ?? '';
    const other = begin({ callerE164: strangersPhone });
    expect(await other.use('check_code', { code: right })).toMatchObject({ code: 'wrong-code' });
    const wrong = right === '111111' ? '222222' : '111111';
    for (let tries = 0; tries < 3; tries++) {
      expect(await guesser.use('check_code', { code: wrong })).toMatchObject({
        code: 'wrong-code',
      });
    }
    expect(await guesser.use('check_code', { code: right })).toMatchObject({ code: 'wrong-code' });
    expect(await guesser.use('find_appointments', maria_identity)).toMatchObject({
      code: 'identity-needed',
    });
  });

  it('asked for somebody unknown: the same words, and nothing is sent', async () => {
    const { begin, sent } = await withMaria();
    const known = await begin({ callerE164: strangersPhone }).use('send_code', {
      ...maria_identity,
      by: 'sms',
    });
    const unknown = await begin({ callerE164: strangersPhone }).use('send_code', {
      patient_name: 'Joana Inexistente',
      birth_date: '01/01/1990',
      by: 'sms',
    });
    await settled();
    expect(unknown).toEqual(known);
    expect(sent).toHaveLength(1);
  });

  it('a number is not bombed: three codes an hour, whoever asks, and nobody is told', async () => {
    const { begin, sent } = await withMaria();
    const answers = [];
    for (let calls = 0; calls < 8; calls++) {
      answers.push(
        await begin({ callerE164: strangersPhone }).use('send_code', {
          ...maria_identity,
          by: 'sms',
        }),
      );
    }
    await settled();
    expect(sent).toHaveLength(3);
    expect(new Set(answers.map((one) => JSON.stringify(one))).size).toBe(1);
  });

  it('the code is in no log', async () => {
    const { begin, sent, logged } = await withMaria();
    await begin({ callerE164: strangersPhone }).use('send_code', { ...maria_identity, by: 'sms' });
    await settled();
    const digits = code(sent[0]?.text) ?? 'none';
    expect(logged.join('')).not.toContain(digits);
    expect(logged.join('')).not.toMatch(/Maria|88999990001/);
  });
});

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('agenda stuffing (T-43)', () => {
  it('fifty bookings from one number: two succeed', async () => {
    const { begin, stores } = open();
    let booked = 0;
    for (let tries = 0; tries < 50; tries++) {
      const patient = {
        patient_name: `Pessoa ${letters(tries)} Teste`,
        birth_date: '01/01/1980',
        rg: '1234567',
      };
      const answer = await bookDirectly(begin({ callerE164: strangersPhone }), {
        service: tries % 2 ? 'psicólogo' : 'cardiologista',
        patient,
      });
      if (answer.ok) booked += 1;
      else expect(answer.code).toBe('not-possible');
    }
    expect(booked).toBe(2);
    const kept = await stores.appointments.list(allDays);
    expect(kept.filter(({ status }) => status === 'booked')).toHaveLength(2);
  });

  it('changing the contact number in every call does not help', async () => {
    const { begin } = open();
    let booked = 0;
    for (let tries = 0; tries < 12; tries++) {
      const patient = {
        patient_name: `Pessoa ${letters(tries)} Teste`,
        birth_date: '01/01/1980',
        rg: '1234567',
        phone: `88 99999-10${10 + tries}`,
      };
      const answer = await bookDirectly(begin({ callerE164: strangersPhone }), { patient });
      if (answer.ok) booked += 1;
    }
    expect(booked).toBe(2);
  });

  it('one conversation holds one visit at a time', async () => {
    const { begin } = open();
    const conversation = begin({ callerE164: strangersPhone });
    const { slots = [] } = await conversation.use('find_slots', {
      service: 'psiquiatra',
      practitioner: 'Marcelo',
    });
    expect(slots.length).toBeGreaterThan(1);
    for (const { slot } of slots) {
      expect(await conversation.use('hold_slots', { slots: [slot] })).toMatchObject({ ok: true });
    }
    const again = begin({ callerE164: mariasPhone });
    const free = await again.use('find_slots', {
      service: 'psiquiatra',
      practitioner: 'Marcelo',
    });
    const times = (list: { date: string; time: string }[] = []) =>
      list.map(({ date, time }) => `${date} ${time}`);
    expect(times(free.slots)).toContain(times(slots)[0]);
    expect(times(free.slots)).not.toContain(times(slots).at(-1));
  });
});

const letters = (n: number) =>
  String.fromCharCode(97 + Math.floor(n / 26)) + String.fromCharCode(97 + (n % 26));

describe('arguments no honest model sends (T-36, T-37)', () => {
  const hostile: unknown[] = [
    null,
    [],
    'text',
    7,
    { slots: 'x' },
    { slots: [] },
    { slots: Array(9).fill('aaaaaaaaaaaa') },
    { slots: [{ toString: 'x' }] },
    { service: 'x'.repeat(100_000) },
    { service: 'cardiologista', extra: true },
    { service: 'cardiologista', when: '31/02' },
    { service: 'cardiologista', when: 'x'.repeat(5_000) },
    { service: '', when: '' },
    { patient_name: ['Maria'], birth_date: 19850312 },
    { patient_name: 'Maria', birth_date: '31/02/1985' },
    { patient_name: 'Maria', birth_date: '12/03/2085' },
    { patient_name: 'M'.repeat(1_000), birth_date: '12/03/1985' },
    { method: 'bitcoin' },
    { method: 'cash', cash_amount: '-100' },
    { method: 'cash', cash_amount: 'NaN' },
    { code: '1'.repeat(10_000) },
    { by: 'telegram', patient_name: 'Maria', birth_date: '12/03/1985' },
    { appointment: {} },
    { name: '', message: '' },
    { name: 'x', message: 'y'.repeat(100_000) },
  ];

  it('each of them to each tool: an answer in Portuguese, nothing stored, nothing thrown', async () => {
    const { begin, stores, logged } = open();
    const conversation = begin({ callerE164: strangersPhone });
    const names = conversation.desk.tools.map(({ definition }) => definition.name);
    const before = await everything(stores);
    for (const name of names.filter((one) => one !== 'end_call')) {
      for (const args of hostile) {
        const output = await conversation.use(name, args as Record<string, unknown>);
        expect(typeof output.ok).toBe('boolean');
        if (!output.ok) expect(String(output.message)).toMatch(/\S{2,}/);
        expect(JSON.stringify(output).length).toBeLessThan(8_200);
      }
    }
    for (const raw of ['{"__proto__":{"admin":true}}', '{"constructor":{"prototype":{}}}']) {
      for (const name of names) {
        const result = await conversation.use(name, JSON.parse(raw) as Record<string, unknown>);
        expect(typeof result.ok).toBe('boolean');
      }
    }
    expect(({} as Record<string, unknown>).admin).toBeUndefined();
    expect(await everything(stores)).toBe(before);
    expect(logged.filter((line) => line.includes('a tool failed'))).toEqual([]);
  });

  it('a wire schema has no pattern, and allows no field but its own', () => {
    const { begin } = open();
    for (const { definition } of begin().desk.tools) {
      const text = JSON.stringify(definition.parameters);
      expect(text).not.toContain('"pattern"');
      expect(definition.parameters.additionalProperties).toBe(false);
    }
  });
});

describe('the same call again (T-38)', () => {
  it('one id: one result; another id for the same hold: still one booking', async () => {
    const { begin, stores } = open();
    const conversation = begin({ callerE164: mariasPhone });
    const booked = await bookDirectly(conversation);
    expect(booked).toMatchObject({ ok: true });
    const again = await conversation.use('confirm_appointment');
    const twice = await Promise.all([
      conversation.use('confirm_appointment', {}, 'same-id'),
      conversation.use('confirm_appointment', {}, 'same-id'),
    ]);
    for (const one of [again, ...twice]) expect(one.protocol).toBe(booked.protocol);
    expect(await stores.appointments.list(allDays)).toHaveLength(1);
  });

  it('a yes that was not spoken is none: review and confirmation in one breath are refused', async () => {
    const { begin, stores } = open();
    const conversation = begin({ callerE164: mariasPhone });
    const { slots } = await conversation.use('find_slots', { service: 'cardiologista' });
    await conversation.use('hold_slots', { slots: [slots?.[0]?.slot] });
    expect(await conversation.use('confirm_appointment')).toMatchObject({ code: 'not-reviewed' });
    await conversation.use('review_appointment', maria);
    expect(await conversation.use('confirm_appointment')).toMatchObject({
      code: 'wait-for-caller',
    });
    conversation.callerSpeaks();
    expect(await conversation.use('confirm_appointment')).toMatchObject({ ok: true });
    expect(await stores.appointments.list(allDays)).toHaveLength(1);
  });
});

describe('texts that give orders (T-34, P6)', () => {
  const texts = readFileSync(new URL('../fixtures/injection-texts.jsonl', import.meta.url), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as string);

  async function bookAs(conversation: DirectConversation, text: string) {
    return bookDirectly(conversation, {
      patient: {
        patient_name: text.slice(0, 110),
        birth_date: '01/01/1980',
        rg: '1234567',
        notes: text,
        address: text,
        caller_name: text.slice(0, 110),
      },
    });
  }

  it('there are at least forty of them', () => {
    expect(texts.length).toBeGreaterThanOrEqual(40);
  });

  it.each(texts)('stored as name and note, it changes nothing: %j', async (text) => {
    const { begin, stores, sent, appointment } = await withMaria();
    const first = begin({ callerE164: strangersPhone });
    const booked = await bookAs(first, text);
    const message = await first.use('leave_message', {
      name: text.slice(0, 110),
      message: text,
    });
    // Either it is refused as no name, or it is kept as plain data on one line.
    for (const one of [booked, message]) {
      if (!one.ok) expect(one.code).toMatch(/^(invalid|missing)-/);
    }
    const effects = first.effects.map(({ type }) => type);
    expect(effects.every((type) => /^(appointment-booked|request-recorded)$/.test(type))).toBe(
      true,
    );
    // A later conversation reads what was stored, and only reads.
    const later = begin({ callerE164: strangersPhone });
    await later.use('find_appointments', {
      patient_name: text.slice(0, 110),
      birth_date: '01/01/1980',
    });
    expect(later.effects).toEqual([]);
    await settled();
    expect(sent).toEqual([]);
    expect(await stores.appointments.find(appointment.id)).toEqual(appointment);
    for (const kept of await stores.appointments.list(allDays)) {
      expect(JSON.stringify(kept)).not.toMatch(/\\u00(0|1)|\u202e|\\r|\\n/);
    }
  });
});
