import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode } from '../platform/errors.ts';
import { createId } from '../platform/id.ts';
import { replaceFile } from './file-commit.ts';
import { damaged } from './journal-recovery.ts';

const idShape = /^[a-z2-7]{26}$/;

/**
 * The name of this server among those that share a database: made once, and the same after a restart, so that it knows the
 * calls it held again. @param directory ours alone; copied to another machine without this file
 */
export async function openServerId(directory: string): Promise<string> {
  const path = join(directory, 'server-id');
  try {
    const id = (await readFile(path, 'utf8')).trim();
    if (idShape.test(id)) return id;
    throw damaged(path, 'it holds no id; remove it to be a new server');
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  }
  const id = createId();
  await replaceFile(path, `${id}\n`);
  return id;
}
