import { Worker } from 'node:worker_threads';

/** wavefile holds a recording in memory several times over: 64 MiB, 69 minutes, took 450 MB and 6 s here. */
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
    const worker = new Worker(workerModule(), { workerData: wavPath, execArgv: [] });
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

/** The compiled worker as it is; the source one through tsx, which a thread does not inherit from its process. */
function workerModule(): URL {
  if (!import.meta.url.endsWith('.ts')) {
    return new URL('./recording-export-worker.js', import.meta.url);
  }
  const source = new URL('./recording-export-worker.ts', import.meta.url).href;
  const tsx = import.meta.resolve('tsx/esm/api');
  const code = `import { register } from '${tsx}'; register(); await import('${source}');`;
  return new URL(`data:text/javascript,${encodeURIComponent(code)}`);
}
