import { rm } from 'node:fs/promises';
import { join } from 'node:path';

/** How often a directory that took no write is tried again, ms. Until then nobody writes there: callers are kept away. */
const tryEveryMs = 5_000;
const trialName = '.write-trial';

/** Whether the files of a directory can be written, as the last write tells. */
export interface WriteHealth {
  isWritable(): boolean;
  worked(): void;
  failed(): void;
  /** Tries nothing any more. */
  close(): void;
}

/**
 * After a write that failed, a file of no meaning is written until it works: otherwise only the next booking would tell, and
 * none comes to a server that says it is not ready.
 * @param write durable, atomic write of a whole file
 */
export function createWriteHealth(
  directory: string,
  write: (path: string, data: string) => Promise<unknown>,
): WriteHealth {
  const trial = join(directory, trialName);
  let isBroken = false;
  let timer: NodeJS.Timeout | undefined;

  function heal(): void {
    isBroken = false;
    clearTimeout(timer);
    timer = undefined;
  }
  async function tryAgain(): Promise<void> {
    try {
      await write(trial, '');
    } catch {
      if (timer !== undefined) wait();
      return;
    }
    heal();
    await rm(trial, { force: true }).catch(() => undefined);
  }
  function wait(): void {
    timer = setTimeout(() => void tryAgain(), tryEveryMs);
    timer.unref();
  }

  return {
    isWritable: () => !isBroken,
    worked: heal,
    failed() {
      isBroken = true;
      if (timer === undefined) wait();
    },
    close() {
      clearTimeout(timer);
      timer = undefined;
    },
  };
}
