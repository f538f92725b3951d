import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { bytesPerMs, muLawToPcm16 } from '../audio/g711.ts';
import type { RecordingReader } from './recording-reader.ts';

/** Enough for one a pixel on a wide screen, however long the call. */
const mostPeaks = 4_000;
/** A peak covers no less: 20 ms, one frame of the telephone. */
const leastSamples = 20 * bytesPerMs;
const loudest = 32_124;
const version = 1;

/** How loud each side is along a call; for a waveform. */
export interface RecordingPeaks {
  durationMs: number;
  /** Loudest sample of each stretch, 0 … 100, as the ear would draw it. */
  caller: number[];
  agent: number[];
}

/** Reads the whole recording in pieces: memory is that of the result. Another sample format of a file is not ours. */
export async function peaksOf(recording: RecordingReader): Promise<RecordingPeaks> {
  const { samples, durationMs } = recording;
  const stretch = Math.max(leastSamples, Math.ceil(samples / mostPeaks));
  const sides = [0, 1].map(() => new Uint16Array(Math.ceil(samples / stretch)));
  const [caller = new Uint16Array(), agent = new Uint16Array()] = sides;
  let at = 0;
  for await (const piece of recording.pieces()) {
    const pcm = muLawToPcm16(piece);
    for (let i = 0; i < pcm.length; i += 1, at += 1) {
      const side = at & 1 ? agent : caller;
      const peak = Math.floor((at >> 1) / stretch);
      const level = Math.abs(pcm[i] ?? 0);
      if (level > (side[peak] ?? 0)) side[peak] = level;
    }
  }
  const shown = (side: Uint16Array) =>
    Array.from(side, (level) => Math.round((100 * level) / loudest));
  return { durationMs, caller: shown(caller), agent: shown(agent) };
}

interface Kept extends RecordingPeaks {
  version: number;
  samples: number;
}

/**
 * The same, kept beside the recording as `<stem>.peaks` (at most 40 KB) and made again when the recording has another length.
 * A cache that cannot be read or written costs time only.
 * @param replace atomic write of a whole file
 */
export async function keptPeaks(
  directory: string,
  recordingFile: string,
  recording: RecordingReader,
  replace: (path: string, text: string) => Promise<void>,
): Promise<RecordingPeaks> {
  const path = join(directory, `${basename(recordingFile, '.wav')}.peaks`);
  const kept = await readKept(path);
  if (kept?.version === version && kept.samples === recording.samples) {
    const { durationMs, caller, agent } = kept;
    return { durationMs, caller, agent };
  }
  const peaks = await peaksOf(recording);
  const text = JSON.stringify({ version, samples: recording.samples, ...peaks } satisfies Kept);
  await replace(path, text).catch(() => undefined);
  return peaks;
}

async function readKept(path: string): Promise<Kept | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Kept;
  } catch {
    return undefined;
  }
}
