import { beforeAll, describe, expect, it } from 'vitest';
import type { ClinicProfile } from '../../src/agent/clinic-profile.ts';
import type { ToolAnswer } from '../../src/agent/tool.ts';
import { createCancelAppointment } from '../../src/agent/tools/cancel-appointment.ts';
import { createCheckCode } from '../../src/agent/tools/check-code.ts';
import { createFindAppointments } from '../../src/agent/tools/find-appointments.ts';
import { createSendCode } from '../../src/agent/tools/send-code.ts';
import { CodedError } from '../../src/platform/errors.ts';
import { shippedClinic } from '../support/agent-fixtures.ts';
import { codeIn, memoryStores, openClinic, settled } from '../support/identity-desk.ts';
import { monday } from '../support/schedule-fixtures.ts';

const phone = '+5588999990001';
const stranger = '+5511988887777';
const maria = { patient_name: 'Maria de Souza', birth_date: 'doze de março de oitenta e cinco' };
const patient = {
  name: 'Maria de Souza',
  birthDate: '1985-03-12',
  rg: null,
  cpf: null,
  address: null,
};

let clinic: ClinicProfile;
beforeAll(async () => {
  clinic = await shippedClinic('aurora');
});

type Stage = ReturnType<typeof openClinic>;

/** One conversation with its four tools. */
function call(stage: Stage, callerE164?: string) {
  const conversation = stage.begin(callerE164 ? { callerE164 } : {});
  const { desk, use } = conversation;
  const find = createFindAppointments(desk);
  const send = createSendCode(desk);
  const check = createCheckCode(desk);
  const cancel = createCancelAppointment(desk, () => settled());
  return {
    ...conversation,
    find: (args: object = maria) => use(find, args),
    send: (args: object = {}) => use(send, { ...maria, by: 'sms', ...args }),
    check: (code: string) => use(check, { code }),
    cancel: (args: object) => use(cancel, args),
  };
}

const withMaria = async (stage = openClinic(clinic)) => {
  const one = await stage.booked({ patient, phone });
  return { ...stage, one };
};

function tokenIn({ output }: ToolAnswer): string {
  const [first] = (output.appointments ?? []) as { appointment: string }[];
  if (!first) throw new Error('nothing was shown');
  return first.appointment;
}

const bytes = (answer: ToolAnswer) => JSON.stringify([answer.outcome, answer.output]);

describe('a caller who asks for their appointments', () => {
  it('from the number on file, with name and birth date, hears them and nothing else', async () => {
    const stage = await withMaria();
    await stage.booked({ patient: { ...patient, name: 'José de Souza' }, phone });
    const { desk, find } = call(stage, phone);
    const { outcome, output } = await find();
    expect(outcome).toBe('ok');
    expect(output.appointments).toEqual([
      {
        appointment: expect.stringMatching(/^[a-z2-7]{12}$/),
        service: 'Mamografia',
        professional: 'Dr. Álvaro Menezes Quintela',
        date: '2026-11-30',
        time: '14:00',
        spoken: expect.stringContaining('segunda-feira, dia trinta de novembro, às duas da tarde'),
      },
    ]);
    expect(output.message).toMatch(/^Encontrei um atendimento: Mamografia com/);
    expect(JSON.stringify(output)).not.toContain(stage.one.id);
    expect(desk.state.deeds).toEqual([{ type: 'shown', appointment: stage.one }]);
  });

  it('twice gets the same token, and is counted as shown once', async () => {
    const { desk, find } = call(await withMaria(), phone);
    expect(tokenIn(await find())).toBe(tokenIn(await find()));
    expect(desk.state.deeds).toHaveLength(1);
  });

  it('does not hear of what is over, cancelled in the agenda or at another clinic', async () => {
    const stage = await withMaria();
    await stage.booked({ patient, phone, day: '2026-11-25' });
    await stage.booked({ patient, phone, clinic: 'other' });
    const given = await stage.booked({ patient, phone });
    await stage.schedule.release({ id: given.id, version: 2, key: 'x', nowMs: monday });
    const { output } = await call(stage, phone).find();
    expect(output.appointments).toHaveLength(1);
  });

  it('hears of one that is booked in the agenda while its file still says pending', async () => {
    const stage = await withMaria();
    await stage.appointments.update(stage.one.id, (kept) => ({ ...kept, status: 'pending' }));
    expect((await call(stage, phone).find()).outcome).toBe('ok');
  });

  it.each([
    ['half a date', { birth_date: 'março' }, 'invalid-birth-date', 'birth_date'],
    ['a day that does not exist', { birth_date: '31/02/1985' }, 'invalid-birth-date', 'birth_date'],
    ['a year of two meanings', { birth_date: '12/03/26' }, 'invalid-birth-date', 'birth_date'],
    ['no name', { patient_name: ' \u0000 ' }, 'invalid-name', 'patient_name'],
  ])('with %s is asked again', async (_, wrong, code, field) => {
    const { output } = await call(await withMaria(), phone).find({ ...maria, ...wrong });
    expect(output).toMatchObject({ ok: false, code, field });
  });
});

describe('a caller who is wrong, unknown or foreign (T-30, T-32, T-44)', () => {
  it('gets the same bytes, whoever they are, and it is counted', async () => {
    const stage = await withMaria();
    const other = { patient_name: 'Joana Lima', birth_date: '01/01/1990' };
    const answers = [
      await call(stage, stranger).find(),
      await call(stage, stranger).find(other),
      await call(stage).find(),
      await call(stage, phone).find(other),
      await call(stage, phone).find({ ...maria, birth_date: '13/03/1985' }),
    ];
    expect(new Set(answers.map(bytes)).size).toBe(1);
    expect(answers[0]?.output).toMatchObject({ ok: false, code: 'identity-needed' });
    expect(await stage.metrics.render()).toContain(
      'authz_denied_total{tool="find_appointments"} 5',
    );
  });

  it('waits as long for a patient as for nobody: under 20 ms apart over 200 tries', async () => {
    const stage = await withMaria();
    const medianMs = async (args: object) => {
      const took: number[] = [];
      for (let tries = 0; tries < 200; tries += 1) {
        const { find } = call(stage, stranger);
        const atMs = performance.now();
        await find(args);
        took.push(performance.now() - atMs);
      }
      return took.sort((a, b) => a - b)[100] ?? 0;
    };
    const known = await medianMs(maria);
    const unknown = await medianMs({ ...maria, patient_name: 'Joana Lima' });
    expect(Math.abs(known - unknown)).toBeLessThan(20);
  });

  it('has nothing looked up about the patient they name', async () => {
    const stores = memoryStores();
    const asked: object[] = [];
    const appointments: typeof stores.appointments = {
      ...stores.appointments,
      findOpen: (query) => {
        asked.push(query.by);
        return stores.appointments.findOpen(query);
      },
    };
    const stage = await withMaria(openClinic(clinic, { ...stores, appointments }));
    await call(stage, stranger).find();
    await call(stage).find();
    expect(asked).toEqual([{ phone: stranger }]);
  });

  it('from the number on file may be wrong five times; then even right data open nothing', async () => {
    const { find } = call(await withMaria(), phone);
    for (let day = 1; day <= 5; day += 1) await find({ ...maria, birth_date: `0${day}/01/1985` });
    expect((await find()).output).toMatchObject({ code: 'identity-needed' });
  });

  it('cannot use the token of another conversation, nor an id or protocol (T-31)', async () => {
    const stage = await withMaria();
    const token = tokenIn(await call(stage, phone).find());
    const thief = call(stage, stranger);
    thief.callerSpeaks();
    for (const appointment of [token, stage.one.id, stage.one.protocol, '__proto__', '']) {
      const { output } = await thief.cancel({ appointment });
      expect(output).toMatchObject({ ok: false, code: 'unknown-appointment' });
    }
    expect(await stage.appointments.find(stage.one.id)).toEqual(stage.one);
  });
});

describe('a caller from another number who is sent a code', () => {
  it('reads it aloud, sees the appointment and cancels it', async () => {
    const stage = await withMaria();
    const { callerSpeaks, cancel, check, find, send } = call(stage, stranger);
    expect((await send()).output.message).toMatch(/^Se os dados conferirem/);
    await settled();
    expect(stage.sent.map(({ to, by }) => [to, by])).toEqual([[phone, 'sms']]);
    const [a, b, c, d, e, f] = codeIn(stage.sent[0]);
    expect((await check(`é ${a} ${b} ${c}, ${d} ${e} ${f}`)).outcome).toBe('ok');
    const token = tokenIn(await find());
    callerSpeaks();
    expect((await cancel({ appointment: token })).outcome).toBe('ok');
    expect((await stage.appointments.find(stage.one.id))?.status).toBe('cancelled');
  });

  it('is told the same when nothing is on file', async () => {
    const stage = await withMaria();
    const known = await call(stage, stranger).send();
    const unknown = await call(stage, stranger).send({ patient_name: 'Joana Lima' });
    await settled();
    expect(bytes(unknown)).toBe(bytes(known));
    expect(stage.sent).toHaveLength(1);
  });

  it('asks a fourth time and is refused, whether or not anything is on file', async () => {
    const stage = await withMaria();
    const refusals = [];
    for (const name of [maria.patient_name, 'Joana Lima']) {
      const { send } = call(stage, stranger);
      for (let times = 0; times < 3; times += 1) await send({ patient_name: name });
      refusals.push(await send({ patient_name: name }));
    }
    expect(refusals[0]?.output).toMatchObject({ code: 'too-many-codes' });
    expect(new Set(refusals.map(bytes)).size).toBe(1);
  });

  it('guesses: the fourth try is refused even if it is right (T-45)', async () => {
    const stage = await withMaria();
    const { check, find, send } = call(stage, stranger);
    await send();
    await settled();
    const right = codeIn(stage.sent[0]);
    const wrong = right === '111111' ? '222222' : '111111';
    for (const said of [wrong, wrong, wrong, right]) {
      expect((await check(said)).output).toMatchObject({ ok: false, code: 'wrong-code' });
    }
    expect((await find()).output).toMatchObject({ code: 'identity-needed' });
  });

  it('is not heard well: asked again, and no try is used up', async () => {
    const stage = await withMaria();
    const { check, send } = call(stage, stranger);
    await send();
    await settled();
    for (const said of ['um dois três', 'não sei', '1'.repeat(150)]) {
      expect((await check(said)).output).toMatchObject({ code: 'invalid-code', field: 'code' });
    }
    expect((await check(codeIn(stage.sent[0]))).outcome).toBe('ok');
  });

  it('booked in her name with a number of their own: their code opens theirs, not hers', async () => {
    const stage = openClinic(clinic);
    const theirs = await stage.booked({
      patient,
      phone: stranger,
      timestamp: '2026-11-01T12:00:00.000Z',
    });
    await stage.booked({ patient, phone, timestamp: '2026-11-02T12:00:00.000Z' });
    const { check, desk, find, send } = call(stage, '+5521977776666');
    await send();
    await settled();
    expect(stage.sent.map(({ to }) => to)).toEqual([stranger]);
    await check(codeIn(stage.sent[0]));
    await find();
    expect([...desk.state.shown.values()].map(({ appointment }) => appointment)).toEqual([theirs]);
  });

  it('leaves no name, number or code in the log', async () => {
    const stage = await withMaria();
    const { check, find, send } = call(stage, stranger);
    await send();
    await settled();
    await check(codeIn(stage.sent[0]));
    await find();
    expect(stage.logged.join('')).not.toMatch(/Maria|99999|98888|\d{3} ?\d{3}/);
  });
});

describe('a caller who cancels', () => {
  const shown = async (stage: Awaited<ReturnType<typeof withMaria>>) => {
    const conversation = call(stage, phone);
    const token = tokenIn(await conversation.find());
    return { ...conversation, token };
  };

  it('is asked first: nothing happens before they have spoken', async () => {
    const stage = await withMaria();
    const { cancel, token } = await shown(stage);
    expect((await cancel({ appointment: token })).output).toMatchObject({
      code: 'wait-for-caller',
    });
    expect((await stage.schedule.find(stage.one.id))?.status).toBe('booked');
  });

  it('gives the place back, and staff read when, where and why', async () => {
    const stage = await withMaria();
    const { callerSpeaks, cancel, context, desk, token } = await shown(stage);
    callerSpeaks();
    const answer = await cancel({ appointment: token, reason: 'vou\r\nviajar' });
    expect(answer).toMatchObject({
      outcome: 'ok',
      output: { ok: true, protocol: stage.one.protocol, status: 'cancelled' },
      effects: [{ type: 'appointment-cancelled', appointmentId: stage.one.id }],
    });
    expect(answer.output.message).toContain('cancelei: Mamografia com Dr. Álvaro');
    expect(await stage.schedule.find(stage.one.id)).toMatchObject({ endedBecause: 'released' });
    expect(await stage.appointments.find(stage.one.id)).toMatchObject({
      status: 'cancelled',
      notes: 'Motivo do cancelamento: vou viajar',
      cancellation: {
        reason: 'by-patient',
        callId: context.conversationId,
        recordingMs: 42_000,
        at: '2026-11-26T13:00:00.000Z',
      },
    });
    expect(desk.state.deeds.map(({ type }) => type)).toEqual(['shown', 'cancelled']);
  });

  it('twice, even at the same time, gets one cancellation and the same answer', async () => {
    const stage = await withMaria();
    const { callerSpeaks, cancel, desk, find, token } = await shown(stage);
    callerSpeaks();
    const args = { appointment: token };
    const answers = [...(await Promise.all([cancel(args), cancel(args)])), await cancel(args)];
    expect(new Set(answers.map(bytes)).size).toBe(1);
    expect(answers.flatMap(({ effects = [] }) => effects)).toHaveLength(1);
    expect(desk.state.deeds.filter(({ type }) => type === 'cancelled')).toHaveLength(1);
    expect((await find()).output).toMatchObject({ ok: true, appointments: [] });
  });

  it('too late is told so', async () => {
    const stage = await withMaria();
    const { callerSpeaks, cancel, token } = await shown(stage);
    callerSpeaks();
    stage.clock.advance(monday - stage.clock.wallMs());
    expect((await cancel({ appointment: token })).output).toMatchObject({ code: 'past' });
  });

  it('what was moved in between is left as it is', async () => {
    const stage = await withMaria();
    const { callerSpeaks, cancel, token } = await shown(stage);
    callerSpeaks();
    const other = await stage.booked({ patient, phone });
    await stage.schedule.release({ id: other.id, version: 2, key: 'x', nowMs: monday });
    const replaced = { ...(await stage.schedule.find(other.id)), endedBecause: 'replaced' };
    stage.schedule.find = async () => replaced as Awaited<ReturnType<typeof stage.schedule.find>>;
    expect((await cancel({ appointment: token })).output).toMatchObject({ code: 'changed' });
  });

  it('what staff wrote without a place in the agenda is for the reception', async () => {
    const stage = openClinic(clinic);
    await stage.appointments.save({ ...(await withMaria()).one, id: 'z'.repeat(26) });
    const conversation = call(stage, phone);
    const token = tokenIn(await conversation.find());
    conversation.callerSpeaks();
    const { output } = await conversation.cancel({ appointment: token });
    expect(output).toMatchObject({ code: 'not-possible' });
  });

  it('while the disk is full hears that it is done, for the place is free; the file follows', async () => {
    const stores = memoryStores();
    let failures = 2;
    const appointments: typeof stores.appointments = {
      ...stores.appointments,
      async update(id, change) {
        if (failures-- > 0) throw new CodedError('STORE_WRITE_FAILED', 'no space');
        return stores.appointments.update(id, change);
      },
    };
    const stage = await withMaria(openClinic(clinic, { ...stores, appointments }));
    const { callerSpeaks, cancel, token } = await shown(stage);
    callerSpeaks();
    expect((await cancel({ appointment: token })).outcome).toBe('ok');
    expect((await stores.appointments.find(stage.one.id))?.status).toBe('booked');
    for (let waits = 0; waits < 5; waits += 1) await settled();
    expect((await stores.appointments.find(stage.one.id))?.status).toBe('cancelled');
    expect(stage.logged.join('')).not.toContain('Maria');
  });

  it('while the agenda cannot be written is told that it failed, and may ask again', async () => {
    const stores = memoryStores();
    let isBroken = true;
    const schedule: typeof stores.schedule = {
      ...stores.schedule,
      async release(request) {
        const answer = await stores.schedule.release(request);
        if (isBroken) throw new CodedError('STORE_WRITE_FAILED', 'outcome unknown');
        return answer;
      },
    };
    const stage = await withMaria(openClinic(clinic, { ...stores, schedule }));
    const { callerSpeaks, cancel, token } = await shown(stage);
    callerSpeaks();
    await expect(cancel({ appointment: token })).rejects.toThrow('outcome unknown');
    expect((await stores.appointments.find(stage.one.id))?.status).toBe('booked');
    isBroken = false;
    expect((await cancel({ appointment: token })).outcome).toBe('ok');
    expect((await stores.appointments.find(stage.one.id))?.status).toBe('cancelled');
  });
});
