import { readFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import wavefile from 'wavefile';

/** The thread behind `exportPcm16`: one path in, one PCM WAV out. */
const wav = new wavefile.WaveFile(readFileSync(workerData as string));
wav.fromMuLaw('16');
const pcm = wav.toBuffer();
// Moved, not copied; wavefile gives bytes in a buffer of their own.
parentPort?.postMessage(pcm, [pcm.buffer as ArrayBuffer]);
