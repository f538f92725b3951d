import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errorSummary } from '../platform/errors.ts';
import type { Log } from '../platform/log.ts';

/** A file that is put into the folder counts within two of these, ms: it must be the same twice, so that half of it is never read. */
const lookEveryMs = 2_000;

export interface ClinicFolderParts {
  directory: string;
  /** Rejects with what is wrong with the files; nothing has changed then. */
  readAgain(): Promise<unknown>;
  log: Log;
}

/**
 * Looks at the names, sizes and times of the clinics' files, by asking: notices of the file system do not cross the
 * borders of containers and network folders. Files that cannot be read are told once, until they are changed.
 */
export function createClinicFolderLook(parts: ClinicFolderParts): () => Promise<void> {
  let read: string | undefined;
  let seen: string | undefined;
  return async () => {
    const now = await signatureOf(parts.directory);
    const isSettled = now === seen;
    seen = now;
    read ??= now;
    if (!isSettled || now === read) return;
    read = now;
    try {
      await parts.readAgain();
    } catch (error) {
      const { message } = errorSummary(error);
      parts.log.error({ reason: message }, 'clinic files were changed and cannot be used yet');
    }
  };
}

/** @returns what ends it */
export function watchClinicFolder(parts: ClinicFolderParts): () => void {
  const look = createClinicFolderLook(parts);
  let isLooking = false;
  const lookOnce = async () => {
    if (isLooking) return;
    isLooking = true;
    try {
      await look();
    } catch (error) {
      parts.log.error({ error: errorSummary(error) }, 'the folder of clinics could not be read');
    } finally {
      isLooking = false;
    }
  };
  void lookOnce();
  const timer = setInterval(() => void lookOnce(), lookEveryMs);
  timer.unref();
  return () => clearInterval(timer);
}

async function signatureOf(directory: string): Promise<string> {
  const names = (await readdir(directory)).filter((name) => /\.ya?ml$/.test(name)).sort();
  const facts = names.map(async (name) => {
    // Between the list and here it may be gone: that is a change too.
    const file = await stat(join(directory, name)).catch(() => undefined);
    return `${name} ${file?.size} ${file?.mtimeMs}`;
  });
  return (await Promise.all(facts)).join('\n');
}
