import { createRequire } from 'node:module';
import { pcm16ToMuLaw } from '../audio/g711.ts';
import { levelSpeech } from './speech-level.ts';

/**
 * The synthesiser's own process. The speech engine is GPL-3 and optional: it is loaded here and nowhere else, so that it
 * shares neither a process nor an event loop with the server. One message in, one message out, in order.
 */

export type VoiceName = 'agent' | 'patient';
export interface SpeakRequest {
  id: number;
  text: string;
  voice: VoiceName;
}
export type SynthesiserMessage =
  | { type: 'ready' }
  | { type: 'unavailable'; missing: boolean }
  | { type: 'spoken'; id: number; ulaw: Uint8Array }
  | { type: 'failed'; id: number };

/** Two people who are easy to tell apart. Rate in words per minute, pitch and melody 0–99. */
const voices: Record<VoiceName, { rate: number; pitch: number; range: number }> = {
  agent: { rate: 190, pitch: 62, range: 60 },
  patient: { rate: 200, pitch: 38, range: 50 },
};
const telephoneRate = 8_000;
/** Speex quality 0–10: 7 is its own default and far above what 8 kHz shows. */
const resamplerQuality = 7;
/** Silent samples (30 ms) that push the last of the speech out of the resampler's filter. */
const flushSamples = 660;

type SpeexModule = typeof import('speex-resampler', { with: { 'resolution-mode': 'require' }});

async function loadVoice(): Promise<(request: SpeakRequest) => Buffer> {
  // Required, not imported: what an import of this package yields differs between node and tsx.
  const speex: SpeexModule = createRequire(import.meta.url)('speex-resampler');
  const { default: loadEngine } = await import('@echogarden/espeak-ng-emscripten');
  const [{ eSpeakNGWorker }] = await Promise.all([loadEngine(), speex.default.initPromise]);
  const engine = new eSpeakNGWorker();
  engine.set_voice('pt-BR');
  // One for all phrases: each instance keeps its memory for ever.
  const resampler = new speex.default(1, engine.get_samplerate(), telephoneRate, resamplerQuality);
  return ({ text, voice }) => {
    const { rate, pitch, range } = voices[voice];
    engine.set_rate(rate);
    engine.set_pitch(pitch);
    engine.set_range(range);
    const chunks: Int16Array[] = [];
    engine.synthesize(text, (samples) => {
      if (samples && samples.length > 0) chunks.push(samples);
      return false;
    });
    const narrow = toSamples(resampler.processChunk(toBytes(chunks)));
    return pcm16ToMuLaw(levelSpeech(narrow, telephoneRate));
  };
}

function toBytes(chunks: Int16Array[]): Buffer {
  const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  const bytes = Buffer.alloc((length + flushSamples) * 2);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength), at);
    at += chunk.byteLength;
  }
  return bytes;
}

/** Copies, because a Buffer may begin at an odd address. */
function toSamples(bytes: Buffer): Int16Array {
  return new Int16Array(new Uint8Array(bytes).buffer, 0, bytes.length >> 1);
}

function tell(message: SynthesiserMessage): void {
  process.send?.(message);
}

async function serve(): Promise<void> {
  // The parent is gone: nobody is left to speak to.
  process.on('disconnect', () => process.exit(0));
  const voice = loadVoice();
  process.on('message', (request: SpeakRequest) => {
    void voice.then((speak) => tell(respond(speak, request))).catch(() => undefined);
  });
  try {
    await voice;
    tell({ type: 'ready' });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    tell({
      type: 'unavailable',
      missing: code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND',
    });
  }
}

function respond(
  speak: (request: SpeakRequest) => Buffer,
  request: SpeakRequest,
): SynthesiserMessage {
  try {
    return { type: 'spoken', id: request.id, ulaw: speak(request) };
  } catch {
    return { type: 'failed', id: request.id };
  }
}

await serve();
