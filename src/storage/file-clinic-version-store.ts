import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ZodType } from 'zod';
import {
  type ClinicDraft,
  type ClinicVersion,
  clinicDraftSchema,
  clinicVersionSchema,
} from '../agent/clinic-version-record.ts';
import type { ClinicVersionStore } from '../agent/clinic-version-store.ts';
import { hasCode } from '../platform/errors.ts';
import { createKeyedQueue } from '../platform/work-queue.ts';
import { replaceFile } from './file-commit.ts';
import { damaged } from './journal-recovery.ts';
import { followsDraft, refuseGap } from './memory-clinic-version-store.ts';

const draftName = 'draft.json';
const versionName = /^\d{6}\.json$/;
/** Ids are slugs, so nobody's name leads out of the directory. */
const clinicId = /^[a-z0-9][a-z0-9-]{1,40}$/;

export interface FileClinicVersionStoreOptions {
  /** Of its own; must exist. `<clinic>/000001.json` is the first version, `<clinic>/draft.json` the draft. */
  directory: string;
  replaceFile?: (path: string, data: string) => Promise<unknown>;
}

/** One JSON file a version, written once. Nothing is kept in memory: they are read when somebody looks. */
export function openFileClinicVersionStore(
  options: FileClinicVersionStoreOptions,
): ClinicVersionStore {
  const { directory, replaceFile: replace = replaceFile } = options;
  const inTurn = createKeyedQueue();

  const folderOf = (clinic: string) => {
    if (!clinicId.test(clinic)) throw new Error('not the id of a clinic');
    return join(directory, clinic);
  };

  async function versions(clinic: string): Promise<ClinicVersion[]> {
    const folder = folderOf(clinic);
    const names = (await namesIn(folder)).filter((name) => versionName.test(name)).sort();
    return Promise.all(
      names.map(async (name) => {
        const path = join(folder, name);
        return parsed(clinicVersionSchema, await readFile(path, 'utf8'), path);
      }),
    );
  }

  async function draftIn(clinic: string): Promise<ClinicDraft | undefined> {
    const path = join(folderOf(clinic), draftName);
    const text = await readFile(path, 'utf8').catch((error: unknown) => {
      if (hasCode(error, 'ENOENT')) return undefined;
      throw error;
    });
    return text === undefined ? undefined : parsed(clinicDraftSchema, text, path);
  }

  async function put(clinic: string, name: string, value: ClinicVersion | ClinicDraft) {
    const folder = folderOf(clinic);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await replace(join(folder, name), `${JSON.stringify(value)}\n`);
  }

  return {
    async clinics() {
      const ids = (await namesIn(directory)).filter((name) => clinicId.test(name)).sort();
      const names = await Promise.all(ids.map((id) => namesIn(folderOf(id))));
      return ids.filter((_, at) => names[at]?.some((name) => versionName.test(name)));
    },
    versions,
    count: async (clinic) =>
      (await namesIn(folderOf(clinic))).filter((name) => versionName.test(name)).length,
    append: (version) =>
      inTurn(version.clinic, async () => {
        refuseGap(version, (await versions(version.clinic)).length);
        await put(version.clinic, `${String(version.number).padStart(6, '0')}.json`, version);
      }),
    draft: draftIn,
    putDraft: (clinic, draft) =>
      inTurn(clinic, async () => {
        if (draft && !followsDraft(draft, await draftIn(clinic))) return 'stale';
        if (draft) await put(clinic, draftName, draft);
        else await rm(join(folderOf(clinic), draftName), { force: true });
        return 'kept';
      }),
  };
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: unknown) => {
    // A file that lies about is no clinic.
    if (hasCode(error, 'ENOENT') || hasCode(error, 'ENOTDIR')) return [];
    throw error;
  });
}

function parsed<T>(schema: ZodType<T>, text: string, path: string): T {
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    throw damaged(path, 'is no clinic version or draft');
  }
}
