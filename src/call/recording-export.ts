import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';

/** wavefile holds a recording in memory several times over: 64 MiB, 69 minutes, needs about 700 MB for a moment. */
export const longestExportBytes = 64 * 1024 * 1024;
/** Ten minutes of a call take about a second; what takes longer than this hangs. */
const exportDeadlineMs = 60_000;

/**
 * A recording as 16-bit PCM WAV, for players that do not know μ-law. The conversion is synchronous and needs memory, so
 * it runs in a thread of its own, which ends with it. The caller checks the size (`longestExportBytes`) and how many run.
 * Rejects when the file cannot be read or converted.
 */
export function exportPcm16(wavPath: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(workerUrl, { workerData: wavPath, execArgv: loaderArguments() });
    const timer = setTimeout(() => void worker.terminate(), exportDeadlineMs);
    worker.once('message', (wav: Uint8Array) => {
      resolve(Buffer.from(wav.buffer, wav.byteOffset, wav.byteLength));
    });
    worker.once('error', reject);
    worker.once('exit', () => {
      clearTimeout(timer);
      reject(new Error('the export of a recording ended without a result'));
    });
  });
}

/** `.ts` when run from source, `.js` when compiled. */
const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
const workerUrl = new URL(`./recording-export-worker${extension}`, import.meta.url);

/** A thread does not inherit the loader that its process was given by other means than the command line. */
function loaderArguments(): string[] {
  if (extension === '.js') return [];
  return ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href];
}
