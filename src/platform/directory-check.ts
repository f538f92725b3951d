import { mkdir, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Finding, fail, ok, warn } from './finding.ts';
import { createId } from './id.ts';

/** Below this nothing can be relied on: about 50 minutes of a stereo recording at 16 kB/s. */
const leastFreeBytes = 50 * 2 ** 20;
/** Below this somebody should look: about 18 hours of it. */
const lowFreeBytes = 2 ** 30;

/** Files can be made there, and some are likely to fit. @param setting name of the setting that holds the directory. */
export async function checkDirectory(setting: string, directory: string): Promise<Finding[]> {
  const about = 'directory';
  const trial = join(directory, `.doctor-${createId()}`);
  try {
    await mkdir(directory, { recursive: true });
    await writeFile(trial, 'x', { flag: 'wx' });
    const { bavail, bsize } = await statfs(directory);
    return [spaceFinding(setting, directory, bavail * bsize)];
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
    return [fail(about, `${setting} ${directory} cannot be written (${code}).`)];
  } finally {
    await rm(trial, { force: true }).catch(() => undefined);
  }
}

export function spaceFinding(setting: string, directory: string, freeBytes: number): Finding {
  const free = `${Math.floor(freeBytes / 2 ** 20)} MiB free`;
  if (freeBytes < leastFreeBytes)
    return fail('directory', `${setting} ${directory}: ${free}, too little.`);
  if (freeBytes < lowFreeBytes) return warn('directory', `${setting} ${directory}: only ${free}.`);
  return ok('directory', `${setting} ${directory}: writable, ${free}`);
}
