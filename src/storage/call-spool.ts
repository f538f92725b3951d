import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { CallRecord } from '../call/call-record.ts';
import { CodedError } from '../platform/errors.ts';
import type { Log } from '../platform/log.ts';
import { callRecordIn } from './call-shape.ts';
import { removeStaleTemporaries, replaceFile, swapFile } from './file-commit.ts';

/** Days of calls of a busy clinic, 20 KB each. */
const mostSpooled = 20_000;
const fileName = /^([a-z2-7]{26})\.json$/;

/** Records that wait on this machine until the database takes them: one JSON file a call, the newest alone. */
export interface CallSpool {
  ids(): string[];
  find(id: string): Promise<CallRecord | undefined>;
  /** Survives the death of the process and, unless the call goes on, that of the machine. Rejects with STORE_WRITE_FAILED. */
  put(record: CallRecord): Promise<void>;
  remove(id: string): Promise<void>;
}

/** @param options.directory ours alone; made when it is not there */
export async function openCallSpool(options: { directory: string; log: Log }): Promise<CallSpool> {
  const { directory, log } = options;
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await removeStaleTemporaries(directory);
  const names = await readdir(directory);
  const waiting = new Set(names.flatMap((name) => fileName.exec(name)?.[1] ?? []));
  const pathOf = (id: string) => join(directory, `${id}.json`);
  return {
    ids: () => [...waiting],
    async find(id) {
      if (!waiting.has(id)) return undefined;
      try {
        return callRecordIn(JSON.parse(await readFile(pathOf(id), 'utf8')));
      } catch {
        // Taken out of the way of those that can be read; the file stays.
        waiting.delete(id);
        log.error({ callId: id, code: 'STORE_DAMAGED' }, 'a call that waits could not be read');
        return undefined;
      }
    },
    async put(record) {
      if (!waiting.has(record.id) && waiting.size >= mostSpooled)
        throw new CodedError('STORE_WRITE_FAILED', 'too many calls wait for the database');
      const write = record.state === 'live' ? swapFile : replaceFile;
      await write(pathOf(record.id), `${JSON.stringify(record)}\n`);
      waiting.add(record.id);
    },
    async remove(id) {
      if (!waiting.delete(id)) return;
      await rm(pathOf(id), { force: true });
    },
  };
}
