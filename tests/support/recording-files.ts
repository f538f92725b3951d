import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** What calls have left in the recordings directory of a stage; the process's lock is not theirs. */
export async function recordingFiles(directory: string): Promise<string[]> {
  const names = await readdir(join(directory, 'recordings'), { recursive: true });
  return names.filter((name) => name !== '.lock');
}
