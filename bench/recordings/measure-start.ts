import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { callFileStem } from '../../src/call/call-record.ts';
import { createLog } from '../../src/platform/log.ts';
import { openStorage } from '../../src/storage/storage-profile.ts';
import { nowUs } from '../calls/tally.ts';
import { loadNow } from './load-now.ts';
import { callsOfClinic, manyCalls } from './many-calls.ts';

/*
 * How long a server with many calls takes to start, and until their words can be searched. Prints one JSON line.
 * `node --import tsx bench/recordings/measure-start.ts`
 */

/** Asking costs a little of what is measured. */
const askEveryMs = 200;
/** Files written at once while the directory is filled. */
const atOnce = 64;

async function measure() {
  const directory = await mkdtemp(join(tmpdir(), 'alo-bench-start-'));
  try {
    const recordings = join(directory, 'recordings');
    await mkdir(recordings);
    await fill(recordings);
    const first = await start(directory);
    const again = await start(directory);
    return { bench: 'recordings-start', calls: manyCalls, first, again, load: loadNow() };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function fill(directory: string): Promise<void> {
  let writing: Promise<void>[] = [];
  for (const call of callsOfClinic()) {
    const name = `${callFileStem(call.startedAt, call.callSid)}.json`;
    writing.push(writeFile(join(directory, name), `${JSON.stringify(call, null, 2)}\n`));
    if (writing.length < atOnce) continue;
    await Promise.all(writing);
    writing = [];
  }
  await Promise.all(writing);
}

async function start(directory: string) {
  const began = nowUs();
  const storage = await openStorage({
    kind: 'files',
    recordingsDirectory: join(directory, 'recordings'),
    appointmentsDirectory: join(directory, 'appointments'),
    dataDirectory: join(directory, 'data'),
    databaseUrl: undefined,
    log: createLog('silent'),
  });
  const openMs = msSince(began);
  for (;;) {
    const { unread } = await storage.callIndex.search({ clinics: [] }, { limit: 1 });
    if (unread === 0) break;
    await new Promise((resolve) => setTimeout(resolve, askEveryMs));
  }
  const searchableMs = msSince(began);
  await storage.close();
  return { openMs, searchableMs };
}

function msSince(beganUs: number): number {
  return Math.round((nowUs() - beganUs) / 1_000);
}

console.log(JSON.stringify(await measure()));
