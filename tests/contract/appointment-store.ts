import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createId } from '../../src/platform/id.ts';
import type { Appointment } from '../../src/scheduling/appointment.ts';
import type { AppointmentStore } from '../../src/scheduling/appointment-store.ts';
import { patientKey } from '../../src/scheduling/patient-key.ts';
import { appointment } from '../support/agent-fixtures.ts';
import { closedAfterEach } from '../support/closed-after-each.ts';

/** What every driver must do. `open` gives an empty store; `close` removes what it left. */
export function describeAppointmentStore(
  driver: string,
  open: () => Promise<{ store: AppointmentStore; close(): Promise<void> }>,
): void {
  describe(`appointments kept in ${driver}`, () => {
    const opened = closedAfterEach(open);
    const fresh = async () => (await opened()).store;

    it('are found again as they were saved', async () => {
      const store = await fresh();
      const saved = appointment({
        id: createId(),
        notes: 'alergia a látex “grave”',
        email: 'a@b.co',
      });
      expect((await store.save(saved)).outcome).toBe('saved');
      expect(await store.find(saved.id)).toEqual(saved);
    });

    it('are not found under an id that nobody has', async () => {
      const store = await fresh();
      await store.save(appointment({ id: createId() }));
      expect(await store.find(createId())).toBeUndefined();
      expect(await store.find('../../etc/passwd')).toBeUndefined();
    });

    it('are created once: a second save of the id changes nothing', async () => {
      const store = await fresh();
      const first = appointment({ id: createId() });
      const { file } = await store.save(first);
      const moved = { ...first, day: '2027-01-05', clientName: 'Outra Pessoa' };
      expect(await store.save(moved)).toEqual({ outcome: 'exists', file });
      expect(await store.find(first.id)).toEqual(first);
      expect(await store.list({ from: '2027-01-01', to: '2027-01-31' })).toEqual([]);
    });

    it('saved ten times at once under one id are there once', async () => {
      const store = await fresh();
      const id = createId();
      const times = Array.from({ length: 10 }, (_, i) => `${10 + i}:00`);
      const answers = await Promise.all(times.map((time) => store.save(appointment({ id, time }))));
      expect(answers.filter(({ outcome }) => outcome === 'saved')).toHaveLength(1);
      expect(await store.list({ from: '2026-11-30', to: '2026-11-30' })).toHaveLength(1);
    });

    it('are listed by day, time and id, with the first and the last day included', async () => {
      const store = await fresh();
      const day = fc
        .integer({ min: 1, max: 28 })
        .map((n) => `2026-12-${String(n).padStart(2, '0')}`);
      const time = fc.integer({ min: 0, max: 23 }).map((n) => `${String(n).padStart(2, '0')}:30`);
      const moments = fc.sample(fc.record({ day, time }), 40);
      const all = moments.map((moment) => appointment({ ...moment, id: createId() }));
      for (const one of all) await store.save(one);
      const key = (one: { day: string; time: string; id: string }) =>
        `${one.day}${one.time}${one.id}`;
      const expected = all
        .filter((one) => one.day >= '2026-12-05' && one.day <= '2026-12-20')
        .map(key)
        .sort();
      const listed = await store.list({ from: '2026-12-05', to: '2026-12-20' });
      expect(listed.map(key)).toEqual(expected);
    });

    it('are refused whole when they are not appointments', async () => {
      const store = await fresh();
      const broken = appointment({ id: createId(), day: '2026-02-30' });
      await expect(store.save(broken)).rejects.toMatchObject({ code: 'STORE_WRITE_FAILED' });
      expect(await store.find(broken.id)).toBeUndefined();
      expect(await store.list({ from: '2026-01-01', to: '2026-12-31' })).toEqual([]);
    });

    it('cannot be changed from outside once they are handed over or handed out', async () => {
      const store = await fresh();
      const saved = appointment({ id: createId(), notes: 'original' });
      await store.save(saved);
      saved.notes = 'mudado';
      const read = await store.find(saved.id);
      if (read) read.notes = 'mudado também';
      expect((await store.find(saved.id))?.notes).toBe('original');
    });

    describe('changed', () => {
      const booked = (kept: Appointment): Appointment => ({ ...kept, status: 'booked' });

      it('are kept as changed, in the same place', async () => {
        const store = await fresh();
        const saved = appointment({ id: createId() });
        const { file } = await store.save(saved);
        const expected = booked(saved);
        expect(await store.update(saved.id, booked)).toEqual({
          outcome: 'updated',
          appointment: expected,
          file,
        });
        expect(await store.find(saved.id)).toEqual(expected);
        expect(await store.list({ from: saved.day, to: saved.day })).toEqual([expected]);
        expect(await store.save(saved)).toEqual({ outcome: 'exists', file });
        expect(await store.find(saved.id)).toEqual(expected);
      });

      it('under an id that nobody has come to nothing, and nobody is asked for the change', async () => {
        const store = await fresh();
        const change = (): Appointment => {
          throw new Error('asked');
        };
        expect(await store.update(createId(), change)).toEqual({ outcome: 'not-found' });
        expect(await store.update('../../etc/passwd', change)).toEqual({ outcome: 'not-found' });
      });

      it('ten times at once lose no change', async () => {
        const store = await fresh();
        const saved = appointment({ id: createId(), notes: '0' });
        await store.save(saved);
        const add = (kept: Appointment) => ({ ...kept, notes: String(Number(kept.notes) + 1) });
        const answers = await Promise.all(
          Array.from({ length: 10 }, () => store.update(saved.id, add)),
        );
        const notes = answers.map((one) => one.outcome === 'updated' && one.appointment.notes);
        expect(notes.toSorted()).toEqual(
          Array.from({ length: 10 }, (_, i) => `${i + 1}`).toSorted(),
        );
        expect((await store.find(saved.id))?.notes).toBe('10');
      });

      it.each<[string, (kept: Appointment) => unknown]>([
        ['no appointment', (kept) => ({ ...kept, status: 'confirmed' })],
        ['a field too much', (kept) => ({ ...kept, extra: 1 })],
        ['another day', (kept) => ({ ...kept, day: '2027-03-01' })],
        ['another time', (kept) => ({ ...kept, time: '07:00' })],
        ['another id', (kept) => ({ ...kept, id: createId() })],
        ['nothing', () => undefined],
      ])('into %s stay as they were', async (_, change) => {
        const store = await fresh();
        const saved = appointment({ id: createId() });
        await store.save(saved);
        const changing = store.update(saved.id, change as (kept: Appointment) => Appointment);
        await expect(changing).rejects.toMatchObject({ code: 'STORE_WRITE_FAILED' });
        expect(await store.find(saved.id)).toEqual(saved);
        expect(await store.list({ from: '2026-01-01', to: '2028-01-01' })).toEqual([saved]);
        expect((await store.update(saved.id, booked)).outcome).toBe('updated');
      });

      it('by something that breaks stay as they were, and the next change goes on', async () => {
        const store = await fresh();
        const saved = appointment({ id: createId() });
        await store.save(saved);
        const breaking = store.update(saved.id, (kept) => {
          kept.notes = 'pela metade';
          throw new Error('broken');
        });
        const [broken, fine] = await Promise.allSettled([breaking, store.update(saved.id, booked)]);
        expect(broken).toMatchObject({ status: 'rejected', reason: { message: 'broken' } });
        expect(fine.status).toBe('fulfilled');
        expect(await store.find(saved.id)).toEqual(booked(saved));
      });

      it('cannot be changed again from outside', async () => {
        const store = await fresh();
        const saved = appointment({ id: createId(), notes: 'original' });
        await store.save(saved);
        const answer = await store.update(saved.id, booked);
        if (answer.outcome === 'updated') answer.appointment.notes = 'mudado';
        expect((await store.find(saved.id))?.notes).toBe('original');
      });
    });

    describe('that are open', () => {
      const birthDate = '1980-05-12';
      const patientNamed = (name: string, born: string | null = birthDate) => ({
        ...appointment().patient,
        name,
        birthDate: born,
      });
      const query = { clinic: 'aurora', from: '2026-11-26' };
      const patient = (name: string, born = birthDate) => ({ patient: patientKey(name, born) });
      const idsOf = (found: Appointment[]) => found.map(({ id }) => id);
      async function keep(store: AppointmentStore, more: Partial<Appointment>): Promise<string> {
        const id = createId();
        await store.save(appointment({ id, ...more }));
        return id;
      }

      it('are found by patient, however the name is written', async () => {
        const store = await fresh();
        const id = await keep(store, { patient: patientNamed('José  d’Ávila') });
        for (const name of ['José d’Ávila', 'JOSE D AVILA', ' jose d’avila ']) {
          expect(idsOf(await store.findOpen({ ...query, by: patient(name) })), name).toEqual([id]);
        }
        for (const by of [patient('José d’Ávila', '1980-05-13'), patient('José Ávila')]) {
          expect(await store.findOpen({ ...query, by })).toEqual([]);
        }
      });

      it('are not found by a patient whose birth date was never said', async () => {
        const store = await fresh();
        await keep(store, { patient: patientNamed('Maria', null) });
        for (const born of ['', 'null', 'undefined', birthDate]) {
          const by = patient('Maria', born);
          expect(await store.findOpen({ ...query, by })).toEqual([]);
        }
      });

      it('are found by the contact number and by the number they were booked from', async () => {
        const store = await fresh();
        const [contact, from, other] = ['+5588911111111', '+5588922222222', '+5588933333333'];
        const one = await keep(store, { phone: contact, bookedFrom: null, time: '08:00' });
        const two = await keep(store, { phone: null, bookedFrom: from, time: '09:00' });
        const both = await keep(store, { phone: contact, bookedFrom: from, time: '10:00' });
        const byPhone = async (phone: string) =>
          idsOf(await store.findOpen({ ...query, by: { phone } }));
        expect(await byPhone(contact)).toEqual([one, both]);
        expect(await byPhone(from)).toEqual([two, both]);
        expect(await byPhone(other)).toEqual([]);
        expect(await byPhone('')).toEqual([]);
      });

      it('are the pending and booked ones of one clinic from a day on, in order', async () => {
        const store = await fresh();
        const by = patient('Maria de Souza');
        const ids: string[] = [];
        for (const status of ['pending', 'booked'] as const) {
          for (const day of ['2027-01-10', '2026-11-26']) {
            ids.push(
              await keep(store, { status, day, time: status === 'booked' ? '09:00' : '10:00' }),
            );
          }
        }
        for (const status of ['arrived', 'fulfilled', 'cancelled', 'noshow'] as const) {
          await keep(store, { status });
        }
        await keep(store, { clinic: 'litoral' });
        await keep(store, { day: '2026-11-25' });
        const [pendingLate, pendingSoon, bookedLate, bookedSoon] = ids;
        expect(idsOf(await store.findOpen({ ...query, by }))).toEqual([
          bookedSoon,
          pendingSoon,
          bookedLate,
          pendingLate,
        ]);
      });

      it('are also those that are over, when these are asked for', async () => {
        const store = await fresh();
        const phone = '+5588955555555';
        const ids: string[] = [];
        for (const [at, status] of (['cancelled', 'booked', 'noshow'] as const).entries())
          ids.push(await keep(store, { status, phone, day: '2026-01-10', time: `0${at + 7}:00` }));
        const asked = { ...query, from: '2026-01-01', by: { phone } };
        expect(idsOf(await store.findOpen(asked))).toEqual([ids[1]]);
        expect(idsOf(await store.findOpen({ ...asked, withClosed: true }))).toEqual(ids);
      });

      it('follow every change: of status, of patient, of number', async () => {
        const store = await fresh();
        const id = await keep(store, {});
        const [before, after] = [patient('Maria de Souza'), patient('Maria Lima')];
        const phone = '+5588944444444';
        await store.update(id, (kept) => ({ ...kept, patient: patientNamed('Maria Lima'), phone }));
        expect(await store.findOpen({ ...query, by: before })).toEqual([]);
        expect(idsOf(await store.findOpen({ ...query, by: after }))).toEqual([id]);
        expect(idsOf(await store.findOpen({ ...query, by: { phone } }))).toEqual([id]);
        await store.update(id, (kept) => ({ ...kept, status: 'cancelled' }));
        expect(await store.findOpen({ ...query, by: after })).toEqual([]);
        await store.update(id, (kept) => ({ ...kept, status: 'booked' }));
        expect(idsOf(await store.findOpen({ ...query, by: after }))).toEqual([id]);
      });

      it('cannot be changed from outside', async () => {
        const store = await fresh();
        await keep(store, { notes: 'original' });
        const by = patient('Maria de Souza');
        const [found] = await store.findOpen({ ...query, by });
        if (found) found.notes = 'mudado';
        expect((await store.findOpen({ ...query, by }))[0]?.notes).toBe('original');
      });
    });
  });
}
