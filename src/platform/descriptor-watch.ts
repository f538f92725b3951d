import { open, readdir, readFile } from 'node:fs/promises';
import { hasCode } from './errors.ts';

/**
 * Descriptors that must be free before a call is taken: its two sockets, the webhook's and the probe's, recording, record,
 * journal and appointment with their directories, and as many again.
 */
const leastFree = 16;

/** What is known of the descriptors of this process. */
export interface DescriptorWatch {
  /** Looks again, without anybody waiting. */
  look(): void;
  /** Why nothing more can be opened, if so; nothing before the first look is over. */
  trouble(): 'out-of-descriptors' | undefined;
}

/**
 * A server without descriptors is told nothing of it: the kernel's connections are closed before anybody sees them. So they
 * are counted now and then, and a call is refused while there is still one to refuse it with.
 * @param countFree how many more can be opened; undefined where nobody says. Rejects as opening does when there is none
 */
export function createDescriptorWatch(
  countFree: () => Promise<number | undefined> = freeDescriptors,
): DescriptorWatch {
  let isShort = false;
  let isLooking = false;

  async function count(): Promise<void> {
    try {
      isShort = ((await countFree()) ?? leastFree) < leastFree;
    } catch (error) {
      isShort = isExhausted(error);
    }
  }

  return {
    look() {
      if (isLooking) return;
      isLooking = true;
      void count().finally(() => {
        isLooking = false;
      });
    },
    trouble: () => (isShort ? 'out-of-descriptors' : undefined),
  };
}

/** Of this process or of the whole machine. */
function isExhausted(error: unknown): boolean {
  return hasCode(error, 'EMFILE') || hasCode(error, 'ENFILE');
}

/** Linux counts them; elsewhere it is only known that one can be opened. */
async function freeDescriptors(): Promise<number | undefined> {
  await (await open('/dev/null', 'r')).close();
  const limits = await readFile('/proc/self/limits', 'utf8');
  const most = /^Max open files\s+(\d+)/m.exec(limits)?.[1];
  return most === undefined ? undefined : Number(most) - (await readdir('/proc/self/fd')).length;
}
