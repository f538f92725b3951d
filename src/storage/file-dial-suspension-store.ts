import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { DialSuspensionStore } from '../call/dial-suspension-store.ts';
import { hasCode } from '../platform/errors.ts';
import { createWorkQueue } from '../platform/work-queue.ts';
import { replaceFile } from './file-commit.ts';
import { damaged } from './journal-recovery.ts';

const fileSchema = z.strictObject({
  schemaVersion: z.literal(1),
  untilMs: z.record(z.string(), z.number()),
});

/** Forgets everything at exit. @param keep for a driver that keeps more */
export function createMemoryDialSuspensionStore(
  keep: (all: ReadonlyMap<string, number>) => Promise<void> = async () => undefined,
  kept: Iterable<[string, number]> = [],
): DialSuspensionStore {
  const until = new Map(kept);
  const inTurn = createWorkQueue();
  return {
    untilMs: (keyId) => until.get(keyId),
    suspend(keyId, untilMs) {
      until.set(keyId, untilMs);
      return inTurn(() => keep(until));
    },
  };
}

/** One small file in a directory that exists and is ours. Rejects with STORE_DAMAGED rather than let a key go. */
export async function openFileDialSuspensionStore(directory: string): Promise<DialSuspensionStore> {
  const path = join(directory, 'suspended-keys.json');
  const kept = await readKept(path);
  return createMemoryDialSuspensionStore(async (all) => {
    const untilMs = Object.fromEntries(all);
    await replaceFile(path, `${JSON.stringify({ schemaVersion: 1, untilMs })}\n`);
  }, kept);
}

async function readKept(path: string): Promise<[string, number][]> {
  try {
    const { untilMs } = fileSchema.parse(JSON.parse(await readFile(path, 'utf8')));
    return Object.entries(untilMs);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw damaged(path, 'it does not say which keys are suspended');
  }
}
