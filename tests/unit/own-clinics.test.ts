import { expect, it } from 'vitest';
import { createClinicDirectory } from '../../src/agent/clinic-directory.ts';
import { loadClinicTexts } from '../../src/agent/clinic-loader.ts';
import { createLog } from '../../src/platform/log.ts';
import { createMemoryClinicVersionStore } from '../../src/storage/memory-clinic-version-store.ts';
import { clinicsDirectory } from '../support/agent-fixtures.ts';

const shippedTexts = await loadClinicTexts(clinicsDirectory);
const wish = { by: 'Ana', note: '', at: '2026-11-21T17:00:00.000Z' };
const fileOf = (number: string, id = 'nova') =>
  `id: ${id}\nname: Clínica ${id}\ntimeZone: America/Recife\nnumbers: ["${number}"]\n`;

/** A server over the same versions. */
async function open(versions = createMemoryClinicVersionStore(), shipped = shippedTexts) {
  const lines: string[] = [];
  const log = createLog('debug', { write: (line: string) => void lines.push(line) });
  const parts = { directory: clinicsDirectory, shipped, versions, log };
  const directory = await createClinicDirectory(parts);
  const served = () => directory.all.map(({ id }) => id);
  return { directory, versions, served, lines };
}

it('a clinic that began in the console is there after a restart, published again, and for other servers', async () => {
  const first = await open();
  const other = await open(first.versions);
  await first.directory.add({ text: fileOf('+558130000001'), ...wish });
  expect(first.served()).toEqual(['aurora', 'estrategia', 'nova']);
  expect(other.served()).toEqual(['aurora', 'estrategia']);
  await other.directory.refresh();
  expect(other.directory.published('nova')?.version).toBe(1);
  const text = fileOf('+558130000002');
  await other.directory.publish('nova', { text, base: 1, ...wish });
  await first.directory.refresh();
  expect(first.directory.published('nova')).toMatchObject({ version: 2, text });
  const again = await open(first.versions);
  expect(again.directory.published('nova')).toMatchObject({ version: 2, text });
  expect(again.directory.isOwn('nova')).toBe(true);
  expect(again.directory.isOwn('aurora')).toBe(false);
});

it('what another server took out of service is out of service here, and back when it is back', async () => {
  const first = await open();
  await first.directory.add({ text: fileOf('+558130000001'), ...wish });
  const other = await open(first.versions);
  expect(await other.directory.retire('nova', wish)).toBe('retired');
  await first.directory.refresh();
  expect(first.served()).toEqual(['aurora', 'estrategia']);
  expect(first.directory.retired()).toMatchObject([{ clinic: { id: 'nova' }, version: 2 }]);
  const text = fileOf('+558130000001');
  await first.directory.publish('nova', { text, base: 2, ...wish });
  await other.directory.refresh();
  expect(other.served()).toContain('nova');
  expect(other.directory.retired()).toEqual([]);
});

it('of two servers that add the same id at once one clinic comes to be', async () => {
  const first = await open();
  const other = await open(first.versions);
  const done = await Promise.all([
    first.directory.add({ text: fileOf('+558130000001'), ...wish }),
    other.directory.add({ text: fileOf('+558130000002'), ...wish }),
  ]);
  expect(done.map(({ outcome }) => outcome).filter((one) => one === 'published')).toHaveLength(1);
  expect(await first.versions.count('nova')).toBe(1);
});

it('a clinic of a file is not brought back by its versions when its file is taken away', async () => {
  const first = await open();
  const text = shippedTexts.find(({ clinic }) => clinic.id === 'estrategia')?.text ?? '';
  await first.directory.publish('estrategia', { text, base: 0, ...wish });
  const rest = shippedTexts.filter(({ clinic }) => clinic.id !== 'estrategia');
  const again = await open(first.versions, rest);
  expect(again.served()).toEqual(['aurora']);
  expect(again.directory.retired()).toEqual([]);
});

it('one whose number a file has taken meanwhile is not served, loudly; its id stays its own', async () => {
  const first = await open();
  await first.directory.add({ text: fileOf('+558130000001'), ...wish });
  const [aurora] = shippedTexts;
  if (!aurora) throw new Error('nothing is shipped');
  const clinic = { ...aurora.clinic, numbers: ['+558130000001'] };
  const again = await open(first.versions, [{ ...aurora, clinic }]);
  expect(again.served()).toEqual(['aurora']);
  expect(again.lines.join('')).toContain('já é de Clínica Aurora');
  const taken = await again.directory.add({ text: fileOf('+558130000003'), ...wish });
  expect(taken).toMatchObject({ outcome: 'invalid', problems: [{ line: 1 }] });
});
