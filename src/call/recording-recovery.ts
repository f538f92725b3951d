import { open, readdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { bytesPerMs } from '../audio/g711.ts';
import { readStereoMuLawHeader, stereoMuLawHeader, stereoMuLawHeaderBytes } from '../audio/wav.ts';
import type { Clock } from '../platform/clock.ts';
import { errorSummary, hasCode } from '../platform/errors.ts';
import type { Log } from '../platform/log.ts';
import type { Metrics } from '../platform/metrics.ts';
import { type CallRecord, type CallStore, callFileStem } from './call-record.ts';
import { interruptedRecord } from './interrupted-record.ts';

interface RecoveryOptions {
  /** Where recordings are; a missing one holds nothing to repair. */
  directory: string;
  store: CallStore;
  clock: Clock;
  log: Log;
  metrics: Metrics;
}

export interface Recovery {
  /** Recordings that can be played again. */
  repaired: number;
  /** Files kept aside as `.damaged`. */
  setAside: number;
  /** Call records closed as `interrupted`. */
  calls: number;
}

/**
 * Mends what a process that died left behind: `.part` files become playable recordings, `live` records become
 * `interrupted`. Before the first call of a process, never during one. Nothing it meets stops a start; what it could not
 * mend is as it was and is tried again at the next start.
 */
export async function repairRecordings(options: RecoveryOptions): Promise<Recovery> {
  const startedAt = options.clock.monotonicMs();
  const recovery: Recovery = { repaired: 0, setAside: 0, calls: 0 };
  for (const file of await partsIn(options.directory)) {
    await attempt(options.log, file, async () => {
      const isRepaired = await repair(options, file);
      recovery[isRepaired ? 'repaired' : 'setAside'] += 1;
    });
  }
  await syncDirectory(options);
  for (const record of await options.store.unfinished()) {
    await attempt(options.log, stemOf(record), async () => {
      await options.store.save(await closedRecord(options.directory, record));
      recovery.calls += 1;
      options.metrics.count('recovered_calls_total');
    });
  }
  const tookMs = Math.round(options.clock.monotonicMs() - startedAt);
  if (recovery.repaired + recovery.setAside + recovery.calls > 0) {
    options.log.warn({ ...recovery, tookMs }, 'calls of a process that died were repaired');
  }
  return recovery;
}

async function attempt(log: Log, file: string, step: () => Promise<void>): Promise<void> {
  try {
    await step();
  } catch (error) {
    const { code } = errorSummary(error);
    log.error({ file, code }, 'a call could not be repaired and is tried again at the next start');
  }
}

async function partsIn(directory: string): Promise<string[]> {
  try {
    return (await readdir(directory)).filter((name) => name.endsWith('.part'));
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  }
}

/** @returns false when the file holds no audio of ours, or would take the place of a finished recording */
async function repair({ directory, log }: RecoveryOptions, file: string): Promise<boolean> {
  const part = join(directory, file);
  const stem = part.slice(0, -'.part'.length);
  const isAudio = await mendHeader(part);
  if (isAudio && !(await exists(`${stem}.wav`))) {
    await rename(part, `${stem}.wav`);
    return true;
  }
  await rename(part, `${stem}.damaged`);
  const reason = isAudio ? 'a finished recording has its name' : 'it holds no audio';
  log.error({ file, reason }, 'an unfinished recording was kept aside');
  return false;
}

async function mendHeader(path: string): Promise<boolean> {
  const file = await open(path, 'r+');
  try {
    const dataBytes = evenDataBytes((await file.stat()).size);
    const header = Buffer.alloc(stereoMuLawHeaderBytes);
    await file.read(header, 0, header.length, 0);
    if (dataBytes === 0 || !readStereoMuLawHeader(header)) return false;
    await file.truncate(stereoMuLawHeaderBytes + dataBytes);
    await file.write(stereoMuLawHeader(dataBytes), 0, stereoMuLawHeaderBytes, 0);
    await file.datasync();
    return true;
  } finally {
    await file.close();
  }
}

/** A sample of which only one side was written does not count. */
function evenDataBytes(fileBytes: number): number {
  const bytes = Math.max(0, fileBytes - stereoMuLawHeaderBytes);
  return bytes - (bytes % 2);
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false;
    throw error;
  }
}

async function syncDirectory({ directory, log }: RecoveryOptions): Promise<void> {
  try {
    const handle = await open(directory, 'r');
    await handle.sync().finally(() => handle.close());
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return;
    log.error(
      { code: errorSummary(error).code },
      'repaired recordings may not survive a power cut',
    );
  }
}

async function closedRecord(directory: string, record: CallRecord): Promise<CallRecord> {
  const file = `${stemOf(record)}.wav`;
  const durationMs = await durationOf(join(directory, file));
  return interruptedRecord(record, durationMs === undefined ? undefined : { file, durationMs });
}

function stemOf(record: CallRecord): string {
  return callFileStem(record.startedAt, record.callSid);
}

async function durationOf(wav: string): Promise<number | undefined> {
  try {
    const { size } = await stat(wav);
    return Math.round(evenDataBytes(size) / 2 / bytesPerMs);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}
