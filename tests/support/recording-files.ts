import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { RawStream } from './raw-caller.ts';
import { until } from './stage.ts';

/** What calls have left in the recordings directory of a stage; the process's lock is not theirs. */
export async function recordingFiles(directory: string): Promise<string[]> {
  const names = await readdir(join(directory, 'recordings'), { recursive: true });
  return names.filter((name) => name !== '.lock');
}

/** Waits until a call is being recorded: its greeting, with the notice, was heard. */
export async function recordingBegins(
  directory: string,
  { callSid, stream }: { callSid: string; stream: RawStream },
): Promise<void> {
  await until(async () => {
    stream.returnMarks();
    const names = await recordingFiles(directory);
    return names.some((name) => name.endsWith(`${callSid}.part`));
  }, 'the call is recorded');
}
