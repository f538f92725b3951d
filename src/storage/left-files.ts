import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '../platform/log.ts';
import { replaceFile } from './file-commit.ts';

/** Says that what is in the files is in the database as well. */
const doneFile = 'files-imported';
/** Below the data directory: what would be shared if it were in the database. */
const shared = [
  'users',
  'opt-outs',
  'clinics',
  'calendar-feeds',
  'scripts',
  'schedule',
  'requests',
] as const;

interface Places {
  recordingsDirectory: string;
  appointmentsDirectory: string;
  dataDirectory: string;
  log: Log;
}

/** With a database: what this machine kept before it had one is not seen any more. Said at every start until it is imported. */
export async function tellLeftFiles(places: Places): Promise<void> {
  const { recordingsDirectory, appointmentsDirectory, dataDirectory, log } = places;
  if ((await namesIn(dataDirectory)).includes(doneFile)) return;
  const left: string[] = [];
  for (const name of shared)
    if ((await namesIn(join(dataDirectory, name))).length > 0) left.push(name);
  const isRecord = (name: string) => name.endsWith('.json');
  if ((await namesIn(appointmentsDirectory)).some(isRecord)) left.push('appointments');
  if ((await namesIn(recordingsDirectory)).some(isRecord)) left.push('calls');
  if (left.length > 0)
    log.warn({ left }, 'files of this machine are not in the database: npm run import-files');
}

export function noteImported(dataDirectory: string): Promise<void> {
  return replaceFile(join(dataDirectory, doneFile), '');
}

/** Locks and what is being written begin with a dot. */
async function namesIn(directory: string): Promise<string[]> {
  const names = await readdir(directory).catch(() => []);
  return names.filter((name) => !name.startsWith('.'));
}
