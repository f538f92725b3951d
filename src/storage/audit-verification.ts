import { join } from 'node:path';
import type { ChainCheck, ChainFault } from '../console/audit-chain.ts';
import type { AuditHead } from '../console/audit-record.ts';
import { linesOf, readHeads, trailFiles } from './audit-files.ts';

export interface TrailVerdict {
  /** The newest row that is good; its number is how many there are. */
  head: AuditHead;
  files: number;
  /** The first line that is not good. */
  fault?: ChainFault;
  /** What is missing behind the last line, in Portuguese. */
  missing?: string;
  /** The last line is not whole: being written, or left by a process that was killed. It was never acknowledged. */
  isUnfinished: boolean;
}

/**
 * Reads a whole trail, a piece at a time, also while a server goes on writing it.
 * @param checkOf walks it, given the heads that were written down beside it
 */
export async function verifyTrail(
  directory: string,
  checkOf: (heads: readonly AuditHead[]) => ChainCheck,
): Promise<TrailVerdict> {
  // Heads first: a row that comes meanwhile may have no head yet, but no head may have no row.
  const check = checkOf(await readHeads(directory));
  const names = await trailFiles(directory);
  const verdict = (rest: Partial<TrailVerdict>): TrailVerdict => ({
    head: check.head(),
    files: names.length,
    isUnfinished: false,
    ...rest,
  });
  let isUnfinished = false;
  for (const name of names) {
    let line = 0;
    for await (const lines of linesOf(join(directory, name))) {
      for (const { text, isWhole } of lines) {
        line += 1;
        if (!isWhole && name === names.at(-1)) {
          isUnfinished = true;
          continue;
        }
        const fault = check.take(text, { file: name, line });
        if (fault) return verdict({ fault });
      }
    }
  }
  const missing = check.end();
  return verdict({ isUnfinished, ...(missing === undefined ? {} : { missing }) });
}
