import { describe, expect, it } from 'vitest';
import type { StaffRequest, StaffRequestStore } from '../../src/agent/staff-request.ts';
import { createId } from '../../src/platform/id.ts';
import { staffRequest } from '../support/agent-fixtures.ts';
import { closedAfterEach } from '../support/closed-after-each.ts';

/** What every driver must do. `open` gives an empty store; `close` removes what it left. */
export function describeStaffRequestStore(
  driver: string,
  open: () => Promise<{ store: StaffRequestStore; close(): Promise<void> }>,
): void {
  describe(`requests for staff kept in ${driver}`, () => {
    const opened = closedAfterEach(open);
    const fresh = async () => (await opened()).store;
    const idsOf = (found: StaffRequest[]) => found.map(({ id }) => id);
    async function keep(store: StaffRequestStore, more: Partial<StaffRequest>): Promise<string> {
      const id = createId();
      await store.save(staffRequest({ id, ...more }));
      return id;
    }

    it('are found again as they were saved, whatever they say', async () => {
      const store = await fresh();
      const all = [
        staffRequest({ id: createId(), text: 'ó “aspas”\n😀' }),
        staffRequest({ id: createId(), kind: 'exam-results', cpf: '52998224725', phone: null }),
        staffRequest({
          id: createId(),
          kind: 'waiting-list',
          text: null,
          recordingMs: null,
          wish: {
            service: 'Consulta de Reumatologia',
            serviceId: 'reumatologia/consulta',
            professional: null,
            professionalId: null,
            when: 'qualquer quinta',
          },
        }),
      ];
      for (const one of all) expect(await store.save(one)).toEqual({ outcome: 'saved' });
      for (const one of all) expect(await store.find(one.id)).toEqual(one);
    });

    it('are not found under an id that nobody has', async () => {
      const store = await fresh();
      await keep(store, {});
      expect(await store.find(createId())).toBeUndefined();
      expect(await store.find('../../etc/passwd')).toBeUndefined();
    });

    it('are created once: a second save of the id changes nothing', async () => {
      const store = await fresh();
      const first = staffRequest({ id: createId() });
      await store.save(first);
      const again = { ...first, timestamp: '2027-01-01T00:00:00.000Z', name: 'Outra Pessoa' };
      expect(await store.save(again)).toEqual({ outcome: 'exists' });
      expect(await store.find(first.id)).toEqual(first);
      expect(await store.list({ limit: 10 })).toEqual([first]);
    });

    it('saved ten times at once under one id are there once', async () => {
      const store = await fresh();
      const one = staffRequest({ id: createId() });
      const answers = await Promise.all(
        Array.from({ length: 10 }, (_, i) =>
          store.save({ ...one, timestamp: `2026-11-26T13:00:1${i}.000Z` }),
        ),
      );
      expect(answers.filter(({ outcome }) => outcome === 'saved')).toHaveLength(1);
      expect(await store.list({ limit: 20 })).toHaveLength(1);
    });

    it('are listed newest first, however precisely the instant was written, and no more than asked for', async () => {
      const store = await fresh();
      const instants = [
        '2026-11-26T13:00:00Z',
        '2026-11-26T13:00:00.500Z',
        '2026-11-26T12:59:59.999Z',
        '2027-01-01T00:00:00.000Z',
        ...Array.from(
          { length: 40 },
          (_, i) => `2026-10-${String(1 + (i % 28)).padStart(2, '0')}T0${i % 10}:00:00.000Z`,
        ),
      ];
      for (const timestamp of instants) await keep(store, { timestamp });
      const listed = await store.list({ limit: 100 });
      const times = listed.map(({ timestamp }) => Date.parse(timestamp));
      expect(times).toEqual(instants.map((one) => Date.parse(one)).sort((a, b) => b - a));
      for (const limit of [1, 3, 17, 44]) {
        expect(await store.list({ limit })).toEqual(listed.slice(0, limit));
      }
    });

    it('are listed by clinic and by status', async () => {
      const store = await fresh();
      const at = (minute: number) => `2026-11-26T13:0${minute}:00.000Z`;
      const open1 = await keep(store, { timestamp: at(1) });
      const done2 = await keep(store, { timestamp: at(2), status: 'done' });
      const other3 = await keep(store, { timestamp: at(3), clinic: 'litoral' });
      const open4 = await keep(store, { timestamp: at(4) });
      const list = async (query: { clinic?: string; status?: StaffRequest['status'] }) =>
        idsOf(await store.list({ ...query, limit: 10 }));
      expect(await list({})).toEqual([open4, other3, done2, open1]);
      expect(await list({ clinic: 'aurora' })).toEqual([open4, done2, open1]);
      expect(await list({ status: 'open' })).toEqual([open4, other3, open1]);
      expect(await list({ clinic: 'aurora', status: 'open' })).toEqual([open4, open1]);
      expect(await list({ clinic: 'nenhuma' })).toEqual([]);
      expect(idsOf(await store.list({ status: 'done', limit: 1 }))).toEqual([done2]);
    });

    it('are done, and open again, when staff say so', async () => {
      const store = await fresh();
      const one = staffRequest({ id: createId() });
      await store.save(one);
      const done = { ...one, status: 'done' as const };
      expect(await store.setStatus(one.id, 'done')).toEqual(done);
      expect(await store.setStatus(one.id, 'done')).toEqual(done);
      expect(await store.find(one.id)).toEqual(done);
      expect(await store.list({ status: 'open', limit: 10 })).toEqual([]);
      expect(await store.list({ status: 'done', limit: 10 })).toEqual([done]);
      expect(await store.setStatus(one.id, 'open')).toEqual(one);
      expect(await store.list({ status: 'open', limit: 10 })).toEqual([one]);
      expect(await store.setStatus(createId(), 'done')).toBeUndefined();
    });

    it('are taken by somebody of the staff, each change seen by the next', async () => {
      const store = await fresh();
      const one = staffRequest({ id: createId() });
      await store.save(one);
      const taken = { by: 'u1', name: 'Rita', at: '2026-11-26T14:00:00.000Z' };
      await Promise.all([
        store.change(one.id, (kept) => ({ ...kept, taken })),
        store.change(one.id, (kept) => ({ ...kept, text: `${kept.text} (2)` })),
      ]);
      const both = { ...one, taken, text: `${one.text} (2)` };
      expect(await store.find(one.id)).toEqual(both);
      const wrong = store.change(one.id, (kept) => ({ ...kept, id: createId() }));
      await expect(wrong).rejects.toMatchObject({ code: 'STORE_WRITE_FAILED' });
      expect(await store.find(one.id)).toEqual(both);
      expect(await store.change(createId(), (kept) => kept)).toBeUndefined();
    });

    it('are refused whole when they are not requests', async () => {
      const store = await fresh();
      const broken = [
        staffRequest({ id: '../../../../tmp/evil' }),
        staffRequest({ id: createId(), timestamp: '../x' }),
        staffRequest({ id: createId(), phone: '88 9999' }),
        staffRequest({ id: createId(), name: '' }),
      ];
      for (const one of broken) {
        await expect(store.save(one)).rejects.toMatchObject({ code: 'STORE_WRITE_FAILED' });
      }
      expect(await store.list({ limit: 10 })).toEqual([]);
    });

    it('cannot be changed from outside once they are handed over or handed out', async () => {
      const store = await fresh();
      const saved = staffRequest({ id: createId(), text: 'original' });
      await store.save(saved);
      saved.text = 'mudado';
      const read = await store.find(saved.id);
      if (read) read.text = 'mudado';
      const changed = await store.setStatus(saved.id, 'done');
      if (changed) changed.text = 'mudado';
      const [listed] = await store.list({ limit: 1 });
      if (listed) listed.text = 'mudado';
      expect((await store.find(saved.id))?.text).toBe('original');
    });
  });
}
