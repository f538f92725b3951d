import { describe, expect, it } from 'vitest';
import { createId } from '../../src/platform/id.ts';
import { countsAt, fits } from '../../src/scheduling/schedule-store.ts';
import { smallClinic } from '../support/booking-desk.ts';
import { deskServer } from '../support/desk-server.ts';
import { settled } from '../support/identity-desk.ts';

const rounds = 200;
const ana = 'ana-lima/consulta@ana-lima';

/** A caller and somebody at the desk want the same time; the order of their steps is drawn anew each round. */
describe('the desk and a call that want one time', () => {
  it(`get it one of them, and the other is told, ${rounds} times`, async () => {
    const booking = {
      openBookingsPerPerson: 50,
      patientData: { rg: 'required' },
      horizonDays: 700,
    };
    const desk = await deskServer({ clinics: [smallClinic({ booking })] });
    const wins = { desk: 0, call: 0 };
    let from = '2026-11-27';
    let free: Awaited<ReturnType<typeof desk.slots>> = [];
    for (let round = 0; round < rounds; round += 1) {
      if (free.length === 0) {
        free = await desk.slots(ana, from, 31);
        from = free.at(-1)?.date ?? from;
      }
      const slot = free.shift();
      if (!slot) throw new Error('no free time is left');
      const call = desk.begin({ callerE164: `+55889${91_000_000 + round}` });
      const day = slot.date.split('-').reverse().join('/');
      const offered = (await call.find('cardiologista', `${day} às ${slot.time}`)).slots;
      const token = offered.find((one) => one.date === slot.date && one.time === slot.time)?.slot;
      if (token === undefined) throw new Error(`the call was not offered ${day} ${slot.time}`);
      const pauses = [round % 8, Math.floor(round / 8) % 5];
      const byCall = async () => {
        for (let i = 0; i < (pauses[0] ?? 0); i += 1) await settled();
        const held = await call.use('hold_slots', { slots: [token] });
        if (held.outcome === 'refused') return held.code;
        await call.use('review_appointment', {
          patient_name: `Caio Teste ${letters(round)}`,
          birth_date: '12/03/1985',
          rg: '2001002003',
        });
        call.callerSpeaks();
        return (await call.use('confirm_appointment')).code ?? 'booked';
      };
      const byDesk = async () => {
        for (let i = 0; i < (pauses[1] ?? 0); i += 1) await Promise.resolve();
        const wish = { slots: [{ bookable: ana, startMs: slot.startMs }], key: createId() };
        const answer = await desk.book(wish);
        return answer.status === 201 ? 'booked' : (answer.body.error.code as string);
      };
      const order = round % 2 === 0 ? [byCall, byDesk] : [byDesk, byCall];
      const answers = await Promise.all(order.map((one) => one()));
      expect([...answers].sort(), `round ${round}`).toEqual(['booked', 'slot-taken']);
      const isCall = answers[round % 2 === 0 ? 0 : 1] === 'booked';
      wins[isCall ? 'call' : 'desk'] += 1;
    }
    const kept = await desk.kept();
    const booked = kept.filter(({ status }) => status === 'booked');
    expect(booked).toHaveLength(rounds);
    expect(new Set(booked.map(({ day, time }) => `${day} ${time}`)).size).toBe(rounds);
    // What is written and what is taken say the same.
    const reservations = await Promise.all(booked.map(({ id }) => desk.schedule.find(id)));
    const claims = reservations.flatMap((one) => (one && countsAt(one, 0) ? one.claims : []));
    expect(claims).toHaveLength(rounds);
    for (const claim of claims)
      expect(
        fits(
          claim,
          claims.filter((one) => one !== claim),
        ),
      ).toBe(true);
    // Both sides must have had their chance, or nothing was raced.
    expect(wins.desk).toBeGreaterThan(0);
    expect(wins.call).toBeGreaterThan(0);
    await desk.server.close();
  }, 120_000);

  it('a hand that moves and a hand that cancels the same visit leave one truth', async () => {
    const desk = await deskServer();
    for (let round = 0; round < 50; round += 1) {
      const [slot, other] = await desk.slots(ana, '2026-11-27', 7);
      if (!slot || !other) throw new Error('no free time is left');
      const { body } = await desk.book({ slots: [{ bookable: ana, startMs: slot.startMs }] });
      const url = `/console/api/appointments/${body.id}`;
      const slots = [{ bookable: ana, startMs: other.startMs }];
      const [moved, cancelled] = await Promise.all([
        desk.ask('POST', `${url}/move`, { key: createId(), slots }),
        desk.ask('POST', `${url}/cancel`, { note: 'teste' }),
      ]);
      const open = (await desk.kept()).filter(({ status }) => status === 'booked');
      const old = await desk.schedule.find(body.id);
      expect(old?.status).toBe('cancelled');
      expect(open.map(({ id }) => id)).toEqual(moved.status === 200 ? [moved.body.id] : []);
      expect([moved.status, cancelled.status]).not.toEqual([409, 409]);
      for (const { id } of open) {
        expect((await desk.schedule.find(id))?.status).toBe('booked');
        await desk.ask('POST', `/console/api/appointments/${id}/cancel`, { note: 'teste' });
      }
    }
    await desk.server.close();
  }, 60_000);
});

/** Names have no digits. */
function letters(n: number): string {
  return [n % 10, Math.floor(n / 10) % 10, Math.floor(n / 100)]
    .map((digit) => 'abcdefghij'[digit])
    .join('');
}
