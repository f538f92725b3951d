import { expect, it } from 'vitest';
import type { ClinicVersion } from '../../src/agent/clinic-version-record.ts';
import type { ClinicVersionStore } from '../../src/agent/clinic-version-store.ts';

export function clinicVersion(number: number, clinic = 'aurora'): ClinicVersion {
  return {
    clinic,
    number,
    at: '2026-11-21T17:00:00.000Z',
    by: 'Ana Reis',
    note: 'preço novo',
    shipped: 'ab',
    text: `id: ${clinic}\n# version ${number}\n`,
  };
}

const draft = { revision: 1, base: 0, at: '2026-11-21T17:00:00.000Z', by: 'Ana', text: 'id: a\n' };

/** What every driver of ClinicVersionStore does. @param reopen a store over the same place, as after a restart; none forgets */
export function clinicVersionStoreContract(
  open: () => Promise<{ store: ClinicVersionStore; reopen?: () => ClinicVersionStore }>,
): void {
  it('has nothing of a clinic that was never published', async () => {
    const { store } = await open();
    expect(await store.versions('aurora')).toEqual([]);
    expect(await store.draft('aurora')).toBeUndefined();
    await store.putDraft('aurora', undefined);
  });

  it('keeps versions in order, and each clinic by itself', async () => {
    const { store, reopen = () => store } = await open();
    const [first, second, other] = [clinicVersion(1), clinicVersion(2), clinicVersion(1, 'outra')];
    await store.append(first);
    await store.append(other);
    await store.append(second);
    expect(await reopen().versions('aurora')).toEqual([first, second]);
    expect(await reopen().versions('outra')).toEqual([other]);
  });

  it('of two that publish the same number one is refused, and the other kept', async () => {
    const { store, reopen = () => store } = await open();
    const wishes = ['Ana', 'Bia'].map((by) => store.append({ ...clinicVersion(1), by }));
    const done = await Promise.allSettled(wishes);
    expect(done.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const winner = done[0]?.status === 'fulfilled' ? 'Ana' : 'Bia';
    expect((await reopen().versions('aurora')).map(({ by }) => by)).toEqual([winner]);
  });

  it('a number left out is refused', async () => {
    const { store } = await open();
    await expect(store.append(clinicVersion(2))).rejects.toThrow('does not follow');
  });

  it('counts the versions of each clinic', async () => {
    const { store } = await open();
    expect(await store.count('aurora')).toBe(0);
    await store.append(clinicVersion(1));
    await store.append(clinicVersion(2));
    expect(await store.count('aurora')).toBe(2);
    expect(await store.count('outra')).toBe(0);
  });

  it('tells of which clinics something was published; a draft is nothing published', async () => {
    const { store, reopen = () => store } = await open();
    expect(await store.clinics()).toEqual([]);
    await store.putDraft('rascunho', draft);
    for (const id of ['outra', 'aurora']) await store.append(clinicVersion(1, id));
    await store.append(clinicVersion(2));
    expect(await reopen().clinics()).toEqual(['aurora', 'outra']);
  });

  it('of two who save a draft after the same one the second is told', async () => {
    const { store } = await open();
    expect(await store.putDraft('aurora', { ...draft, revision: 2 })).toBe('stale');
    const saved = ['Ana', 'Bia'].map((by) => store.putDraft('aurora', { ...draft, by }));
    expect((await Promise.all(saved)).sort()).toEqual(['kept', 'stale']);
    const kept = await store.draft('aurora');
    expect(await store.putDraft('aurora', { ...draft, by: 'Caio' })).toBe('stale');
    expect(await store.draft('aurora')).toEqual(kept);
    expect(await store.putDraft('aurora', { ...draft, revision: 2 })).toBe('kept');
  });

  it('has one draft, replaced and thrown away', async () => {
    const { store, reopen = () => store } = await open();
    await store.putDraft('aurora', draft);
    await store.putDraft('aurora', { ...draft, revision: 2, text: 'id: b\n' });
    expect(await reopen().draft('aurora')).toEqual({ ...draft, revision: 2, text: 'id: b\n' });
    await store.putDraft('aurora', undefined);
    expect(await reopen().draft('aurora')).toBeUndefined();
    expect(await reopen().versions('aurora')).toEqual([]);
  });
}
