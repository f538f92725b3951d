import { describe, expect, it } from 'vitest';
import { CodedError } from '../../src/platform/errors.ts';
import { protocolOf } from '../../src/scheduling/appointment.ts';
import type { AppointmentStore } from '../../src/scheduling/appointment-store.ts';
import type { ScheduleStore } from '../../src/scheduling/schedule-store.ts';
import { bookingDesk, maria, smallClinic } from '../support/booking-desk.ts';
import { memoryStores, settled } from '../support/identity-desk.ts';

const minute = 60_000;
const patients = 'Ana,Bruno,Carla,Davi,Elisa,Fabio,Gina,Hugo,Ines,Joel'.split(',');
const called = (first: string) => ({ ...maria, patient_name: `${first} da Silva` });

describe('a caller who agrees', () => {
  it('is booked, and hears it whole', async () => {
    const desk = bookingDesk();
    const caller = desk.begin({ callerE164: '+5588988887777' });
    const booked = await caller.book('cardiologista', 'amanhã às oito', {
      ...maria,
      phone: '99999 8888',
    });
    const [kept, ...others] = await desk.kept();
    expect(others).toEqual([]);
    expect(kept).toMatchObject({
      status: 'booked',
      protocol: protocolOf(kept?.id ?? ''),
      callId: caller.context.conversationId,
      timestamp: '2026-11-26T13:00:00.000Z',
      patient: { name: 'Maria da Silva', birthDate: '1985-03-12', rg: '2001002003' },
      phone: '+5588999998888',
      phoneSource: 'given',
      bookedFrom: '+5588988887777',
      day: '2026-11-27',
      time: '08:00',
      items: [
        {
          serviceId: 'ana-lima/consulta',
          mode: 'appointed',
          startsAt: '2026-11-27T11:00:00.000Z',
          endsAt: '2026-11-27T11:30:00.000Z',
        },
      ],
      price: { currency: 'BRL', centavos: 25_000 },
      evidence: { recordingMs: 42_000, readBackMs: null },
      replaces: null,
      cancellation: null,
      confirmation: null,
    });
    expect((await desk.schedule.find(kept?.id ?? ''))?.status).toBe('booked');
    expect(booked.output).toMatchObject({
      ok: true,
      status: 'booked',
      protocol: kept?.protocol,
      day: '2026-11-27',
      time: '08:00',
      service: 'Consulta de Cardiologia',
      professional: 'Dra. Ana Lima',
    });
    expect(booked.message).toMatch(
      /^Pronto, está agendado: Consulta de Cardiologia com Dra\. Ana Lima, sexta-feira, dia vinte e sete de novembro, às oito da manhã\. O valor total é duzentos e cinquenta reais\. O endereço é Rua das Flores, dez, Aurora\. O protocolo é .* Leve exames recentes\.$/,
    );
    expect(booked.message).not.toMatch(/\d/);
    expect(booked.effects).toEqual([
      {
        type: 'appointment-booked',
        appointmentId: kept?.id,
        file: expect.stringContaining(kept?.id ?? '?'),
      },
    ]);
    expect(caller.desk.state.deeds).toMatchObject([{ type: 'booked' }]);
    expect([...caller.desk.state.unheardReadBacks.keys()]).toEqual([kept?.id]);
    expect(await desk.metrics.render()).toContain(
      'appointments_total{channel="voice",what="booked"} 1',
    );
  });

  it('in writing has no place on a recording and no read-back to hear', async () => {
    const desk = bookingDesk();
    const caller = desk.begin({ channel: 'whatsapp' });
    const booked = await caller.book('cardiologista');
    expect(booked.message).toContain('sexta-feira, 27/11, às 08:00. O valor total é R$ 250.');
    expect(await desk.kept()).toMatchObject([{ evidence: { recordingMs: null } }]);
    expect(caller.desk.state.unheardReadBacks.size).toBe(0);
  });

  it('of two services is booked once, with both', async () => {
    const desk = bookingDesk();
    const caller = desk.begin();
    const [eight = ''] = await caller.tokens('cardiologista', 'amanhã às oito');
    const [blood = ''] = await caller.tokens('exame de sangue', 'amanhã');
    await caller.use('hold_slots', { slots: [eight, blood] });
    const review = await caller.use('review_appointment', maria);
    expect(review.message).toContain('Uma consulta e um exame: Exame de sangue, ');
    caller.callerSpeaks();
    const booked = await caller.use('confirm_appointment');
    expect(booked.message).toMatch(
      /setenta e nove reais e noventa centavos; e Consulta .* duzentos/,
    );
    expect(booked.message).toContain('Preparo: jejum de oito horas.');
    expect(await desk.kept()).toMatchObject([
      { time: '06:00', price: { centavos: 32_990 }, items: [{ time: '06:00' }, { time: '08:00' }] },
    ]);
  });

  it('and whose model confirms again hears the same, and is booked once', async () => {
    const desk = bookingDesk();
    const caller = desk.begin();
    const first = await caller.book('cardiologista');
    const second = await caller.use('confirm_appointment');
    expect(second.output.protocol).toBe(first.output.protocol);
    expect(second.effects).toEqual([]);
    expect(await desk.kept()).toHaveLength(1);
    expect(caller.desk.state.deeds).toHaveLength(1);
  });

  it('and then cancelled it is not told that it stands', async () => {
    const caller = bookingDesk().begin();
    await caller.book('cardiologista');
    const { deeds, lastBooked } = caller.desk.state;
    if (lastBooked) deeds.push({ type: 'cancelled', appointment: lastBooked });
    expect((await caller.use('confirm_appointment')).code).toBe('not-reviewed');
  });

  it('is booked once by two confirmations at the same moment', async () => {
    const desk = bookingDesk();
    const caller = desk.begin();
    await caller.agree('cardiologista');
    caller.callerSpeaks();
    const both = await Promise.all([1, 2].map(() => caller.use('confirm_appointment')));
    expect(new Set(both.map(({ output }) => output.protocol)).size).toBe(1);
    expect(both.flatMap(({ effects }) => effects)).toHaveLength(1);
  });

  it('a little late is booked all the same while the place is free', async () => {
    const desk = bookingDesk();
    const caller = desk.begin();
    await caller.agree('cardiologista');
    desk.clock.advance(4 * minute);
    caller.callerSpeaks();
    expect((await caller.use('confirm_appointment')).outcome).toBe('ok');
    expect((await desk.kept()).map(({ status }) => status)).toEqual(['booked']);
  });
});

describe('a confirmation', () => {
  it('of what was not read back is refused', async () => {
    const caller = bookingDesk().begin();
    expect((await caller.use('confirm_appointment')).code).toBe('not-reviewed');
    const slots = (await caller.tokens('cardiologista')).slice(0, 1);
    await caller.use('hold_slots', { slots });
    caller.callerSpeaks();
    expect((await caller.use('confirm_appointment')).code).toBe('not-reviewed');
  });

  it('before the caller has answered waits for them', async () => {
    const desk = bookingDesk();
    const caller = desk.begin();
    await caller.agree('cardiologista');
    expect((await caller.use('confirm_appointment')).code).toBe('wait-for-caller');
    expect(await desk.kept()).toEqual([]);
  });

  it('after another time was held needs a new review', async () => {
    const caller = bookingDesk().begin();
    await caller.agree('cardiologista');
    caller.callerSpeaks();
    await caller.use('hold_slots', { slots: await caller.tokens('psicóloga', 'dia 8') });
    expect((await caller.use('confirm_appointment')).code).toBe('not-reviewed');
  });

  it('of a time that somebody else took offers what is left, and writes nothing', async () => {
    const desk = bookingDesk();
    const [slow, quick] = [desk.begin(), desk.begin()];
    await slow.agree('cardiologista', 'amanhã às oito');
    desk.clock.advance(3 * minute);
    expect((await quick.book('cardiologista', 'amanhã às oito')).outcome).toBe('ok');
    slow.callerSpeaks();
    const refused = await slow.use('confirm_appointment');
    expect(refused.code).toBe('hold-expired');
    expect(refused.slots[0]?.time).toBe('08:30');
    expect(await desk.kept()).toHaveLength(1);
    expect((await slow.use('confirm_appointment')).code).toBe('not-reviewed');
  });

  it('of the last place by many at once books one', async () => {
    const desk = bookingDesk();
    const callers = patients.map(() => desk.begin());
    const outcomes = await Promise.all(
      callers.map((caller, i) =>
        caller.book('cardiologista', 'amanhã às oito', called(patients[i] ?? '')),
      ),
    );
    expect(outcomes.filter(({ outcome }) => outcome === 'ok')).toHaveLength(1);
    expect(await desk.kept()).toHaveLength(1);
  });
});

describe('the third appointment', () => {
  it('of a patient is refused, from whatever number, and frees the time', async () => {
    const desk = bookingDesk();
    await desk.begin({ callerE164: '+5588911110001' }).book('cardiologista');
    await desk.begin({ callerE164: '+5588911110002' }).book('psicóloga');
    const third = desk.begin({ callerE164: '+5588911110003' });
    const refused = await third.book('cardiologista', undefined, {
      ...maria,
      patient_name: 'MARIA DA SILVA',
    });
    expect(refused.code).toBe('not-possible');
    expect((await third.use('confirm_appointment')).code).toBe('not-reviewed');
    expect(await desk.kept()).toHaveLength(2);
    expect((await desk.begin().find('cardiologista')).slots[0]?.time).toBe('08:30');
  });

  it('of one number is refused also when all ask at once', async () => {
    const desk = bookingDesk();
    const callerE164 = '+5588999990000';
    const callers = patients.map(() => desk.begin({ callerE164 }));
    const reviews = await Promise.all(
      callers.map(async (caller, i) => {
        const slots = await caller.tokens('cardiologista', `dia ${30 - i > 26 ? 30 : 27}`);
        await caller.use('hold_slots', { slots: slots.slice(0, 1) });
        const review = await caller.use('review_appointment', called(patients[i] ?? ''));
        caller.callerSpeaks();
        return review.outcome;
      }),
    );
    expect(reviews.filter((outcome) => outcome === 'ok').length).toBeGreaterThan(1);
    const booked = await Promise.all(callers.map((caller) => caller.use('confirm_appointment')));
    expect(booked.filter(({ outcome }) => outcome === 'ok').length).toBeLessThanOrEqual(2);
    expect((await desk.kept()).filter(({ status }) => status === 'booked').length).toBeLessThan(3);
  });

  it('of fifty tries from one number is never made', async () => {
    const desk = bookingDesk();
    let made = 0;
    for (let i = 0; i < 50; i += 1) {
      const caller = desk.begin({ callerE164: '+5588999990000' });
      const patient = called(`${patients[i % 10]} ${'abcde'[Math.floor(i / 10)]}`);
      if ((await caller.book('exame de sangue', undefined, patient)).outcome === 'ok') made += 1;
    }
    expect(made).toBe(2);
  });

  it('is possible again when one of them is over', async () => {
    const desk = bookingDesk();
    const from = { callerE164: '+5588999990000' };
    await desk.begin(from).book('cardiologista');
    await desk.begin(from).book('psicóloga');
    desk.clock.advance(26 * 60 * minute);
    expect((await desk.begin(from).book('cardiologista')).outcome).toBe('ok');
  });
});

describe('moving an appointment', () => {
  async function moving(stores = memoryStores()) {
    const desk = bookingDesk(smallClinic(), stores);
    const caller = desk.begin();
    const [slot = ''] = await caller.tokens('cardiologista', 'amanhã às oito');
    await caller.use('hold_slots', { slots: [slot] });
    await caller.use('choose_payment', { method: 'cash', cash_amount: 'trezentos' });
    await caller.use('review_appointment', maria);
    caller.callerSpeaks();
    const { appointment } = (await caller.use('confirm_appointment')).output;
    const [next = ''] = await caller.tokens('cardiologista', 'dia 30 às nove');
    const held = await caller.use('hold_slots', { slots: [next], appointment });
    return { desk, caller, held };
  }

  it('takes the new place, frees the old one, and both files say so', async () => {
    const { desk, caller } = await moving();
    expect((await caller.use('confirm_appointment')).code).toBe('wait-for-caller');
    caller.callerSpeaks();
    const moved = await caller.use('confirm_appointment');
    expect(moved.message).toMatch(
      /^Pronto, remarquei: .* dia trinta de novembro, às nove da manhã/,
    );
    const [old, fresh] = await desk.kept();
    expect(old).toMatchObject({
      status: 'cancelled',
      replacedBy: fresh?.id,
      cancellation: { reason: 'rescheduled', callId: caller.context.conversationId },
    });
    expect(fresh).toMatchObject({
      status: 'booked',
      replaces: old?.id,
      patient: { name: 'Maria da Silva', rg: '2001002003' },
      payment: { method: 'cash', cashCentavos: 30_000, changeCentavos: 5_000 },
    });
    expect(moved.effects).toMatchObject([
      { type: 'appointment-rescheduled', appointmentId: fresh?.id, replaced: old?.id },
    ]);
    expect(caller.desk.state.deeds.map(({ type }) => type)).toEqual(['booked', 'rescheduled']);
    expect((await desk.begin().find('cardiologista')).slots[0]?.time).toBe('08:00');
  });

  it('that was cancelled by staff in between changes nothing', async () => {
    const { desk, caller } = await moving();
    const [old] = await desk.kept();
    const { agenda } = caller.desk;
    const seen = await desk.schedule.find(old?.id ?? '');
    await agenda.booking.cancel(
      { id: seen?.id ?? '', version: seen?.version ?? 0 },
      desk.clock.wallMs(),
    );
    caller.callerSpeaks();
    expect((await caller.use('confirm_appointment')).code).toBe('changed');
    expect((await desk.kept()).map(({ status }) => status)).toEqual(['booked', 'cancelled']);
    expect((await desk.begin().find('cardiologista', 'dia 30 às nove')).outcome).toBe('ok');
  });

  it('reviewed once more is the same patient’s, whatever the model says', async () => {
    const { caller } = await moving();
    const review = await caller.use('review_appointment', { patient_name: 'Outra Pessoa' });
    expect(review.message).toContain('Paciente: Maria da Silva');
  });

  it('is allowed to who has all the appointments they may have', async () => {
    const { desk, caller } = await moving();
    expect((await desk.begin().book('psicóloga')).outcome).toBe('ok');
    caller.callerSpeaks();
    expect((await caller.use('confirm_appointment')).outcome).toBe('ok');
  });
});

const broken = () => new CodedError('STORE_WRITE_FAILED', 'the disk is full');

/** The memory stores, one method of which fails as often as said. */
function failing(
  method: { appointments?: keyof AppointmentStore; schedule?: keyof ScheduleStore },
  times: number,
  isAfter = false,
) {
  const stores = memoryStores();
  let left = times;
  const wrap = <Store extends object>(store: Store, name: string | undefined): Store =>
    new Proxy(store, {
      get(target, key) {
        const value = Reflect.get(target, key);
        if (key !== name || typeof value !== 'function') return value;
        return async (...args: unknown[]) => {
          if (left === 0) return value.apply(target, args);
          left -= 1;
          if (isAfter) await value.apply(target, args);
          throw broken();
        };
      },
    });
  return {
    ...stores,
    appointments: wrap(stores.appointments, method.appointments),
    schedule: wrap(stores.schedule, method.schedule),
  };
}

async function agreed(stores: ReturnType<typeof memoryStores>) {
  const desk = bookingDesk(smallClinic(), stores);
  const caller = desk.begin();
  await caller.agree('cardiologista', 'amanhã às oito');
  caller.callerSpeaks();
  return { desk, caller, confirm: () => caller.use('confirm_appointment') };
}

describe('a disk that fails', () => {
  it('before anything is written confirms nothing, and the next try books once', async () => {
    const { desk, confirm, caller } = await agreed(failing({ appointments: 'save' }, 1));
    await expect(confirm()).rejects.toThrow('the disk is full');
    const held = caller.desk.state.hold?.reservation.id ?? '';
    expect((await desk.schedule.find(held))?.status).toBe('pending');
    expect((await confirm()).outcome).toBe('ok');
    expect(await desk.kept()).toMatchObject([{ id: held, status: 'booked' }]);
  });

  it('at the confirmation leaves it pending, and the next try books once', async () => {
    const { desk, confirm } = await agreed(failing({ schedule: 'confirm' }, 1));
    await expect(confirm()).rejects.toThrow('the disk is full');
    expect(await desk.kept()).toMatchObject([{ status: 'pending' }]);
    expect((await confirm()).outcome).toBe('ok');
    expect(await desk.kept()).toMatchObject([{ status: 'booked' }]);
  });

  it('after a confirmation whose answer was lost finds that one again, also when the hold is over', async () => {
    const { desk, confirm } = await agreed(failing({ schedule: 'confirm' }, 1, true));
    await expect(confirm()).rejects.toThrow();
    desk.clock.advance(10 * minute);
    expect((await confirm()).outcome).toBe('ok');
    expect(await desk.kept()).toMatchObject([{ status: 'booked' }]);
  });

  it('at the last step has booked all the same, and is tried again behind the answer', async () => {
    const { desk, confirm } = await agreed(failing({ appointments: 'update' }, 2));
    const booked = await confirm();
    expect(booked).toMatchObject({ outcome: 'ok', output: { status: 'booked' } });
    await settled();
    expect(await desk.kept()).toMatchObject([{ status: 'booked' }]);
    expect(desk.rewritten).toEqual([500, 5_000]);
    const errors = desk.logged.filter((line) => line.includes('not written as the agenda has it'));
    expect(errors).toHaveLength(2);
    expect(desk.logged.join()).not.toMatch(/Maria|Silva|2001002003|1985/);
  });

  it('for good is left to the next start after a bounded number of tries', async () => {
    const { desk, confirm } = await agreed(failing({ appointments: 'update' }, 100));
    expect((await confirm()).outcome).toBe('ok');
    await settled();
    expect(desk.rewritten).toHaveLength(3);
    expect(await desk.kept()).toMatchObject([{ status: 'pending' }]);
  });
});

describe('a hold that ends between the look and the confirmation', () => {
  it('is not booked; its file says so, and other times are offered', async () => {
    const stores = memoryStores();
    const schedule: ScheduleStore = {
      ...stores.schedule,
      confirm: async () => ({ outcome: 'hold-expired' }),
    };
    const { desk, confirm } = await agreed({ ...stores, schedule });
    const refused = await confirm();
    expect(refused.code).toBe('hold-expired');
    expect(refused.slots[0]?.time).toBe('08:00');
    expect(await desk.kept()).toMatchObject([
      { status: 'cancelled', cancellation: { reason: 'not-completed' } },
    ]);
  });
});
