import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { openFileClinicVersionStore } from '../../src/storage/file-clinic-version-store.ts';
import { createMemoryClinicVersionStore } from '../../src/storage/memory-clinic-version-store.ts';
import { createPostgresClinicVersionStore } from '../../src/storage/postgres-clinic-version-store.ts';
import { databaseForSuite, databaseUrl } from '../support/postgres.ts';
import { clinicVersion, clinicVersionStoreContract } from './clinic-version-store.ts';

const made: string[] = [];
afterEach(async () => {
  for (const directory of made.splice(0)) await rm(directory, { recursive: true });
});

async function emptyDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'clinic-versions-'));
  made.push(directory);
  return directory;
}

describe('versions of clinics in memory', () => {
  clinicVersionStoreContract(async () => ({ store: createMemoryClinicVersionStore() }));
});

describe.skipIf(databaseUrl === '')('versions of clinics in PostgreSQL', () => {
  const emptied = databaseForSuite();
  clinicVersionStoreContract(async () => {
    const database = await emptied();
    const reopen = () => createPostgresClinicVersionStore({ database });
    return { store: reopen(), reopen };
  });
});

describe('versions of clinics in files', () => {
  clinicVersionStoreContract(async () => {
    const directory = await emptyDirectory();
    const reopen = () => openFileClinicVersionStore({ directory });
    return { store: reopen(), reopen };
  });

  it('a damaged version is not guessed at', async () => {
    const directory = await emptyDirectory();
    const store = openFileClinicVersionStore({ directory });
    await store.append(clinicVersion(1));
    await writeFile(join(directory, 'aurora', '000001.json'), '{"clinic":"aurora"');
    await expect(store.versions('aurora')).rejects.toMatchObject({ code: 'STORE_DAMAGED' });
  });

  it('a file that lies about among the clinics is none of them', async () => {
    const directory = await emptyDirectory();
    const store = openFileClinicVersionStore({ directory });
    await store.append(clinicVersion(1));
    await writeFile(join(directory, 'notas'), 'x');
    expect(await store.clinics()).toEqual(['aurora']);
  });

  it('a disk that takes nothing leaves no version behind', async () => {
    const directory = await emptyDirectory();
    const full = openFileClinicVersionStore({
      directory,
      replaceFile: () => Promise.reject(new Error('ENOSPC')),
    });
    await expect(full.append(clinicVersion(1))).rejects.toThrow('ENOSPC');
    expect(await openFileClinicVersionStore({ directory }).versions('aurora')).toEqual([]);
  });

  it.each(['../secrets', 'a/b', '', '.', 'A'])('no name leads out: %s', async (clinic) => {
    const directory = await emptyDirectory();
    const store = openFileClinicVersionStore({ directory });
    await expect(store.append(clinicVersion(1, clinic))).rejects.toThrow();
    expect(await readdir(directory)).toEqual([]);
  });
});
