import { bytesPerMs, loudness, muLawToPcm16 } from '../audio/g711.ts';

/**
 * When somebody speaks: WebRTC's detector, an energy gate in front of it (the detector calls any loud noise a voice, and
 * line noise can be loud), and the pause that ends a turn. Positions are milliseconds of audio heard so far.
 */

export interface VoiceActivitySettings {
  /** 0–1, as in `turn_detection.threshold`: higher asks for a louder voice. */
  threshold: number;
  /** Pause that ends speech. */
  silenceMs: number;
  /** Taken off the position at which speech starts. */
  prefixMs: number;
}

export type VoiceEvent =
  /** `atMs` includes the prefix. */
  | { type: 'start'; atMs: number }
  /** `atMs` is where the audio stood, so it includes the pause. */
  | { type: 'stop'; atMs: number };

/** 10, 20 and 30 ms are what the detector takes; 20 ms is a telephone frame. */
export const voiceFrameMs = 20;
const frameBytes = voiceFrameMs * bytesPerMs;
/** Shorter sounds are clicks. */
const shortestVoiceMs = 60;
/** A gap this short inside the first syllable does not start the count again. */
const onsetGapMs = 40;

interface VoiceState {
  speaking: boolean;
  /** Milliseconds of audio seen. */
  positionMs: number;
  /** Voiced milliseconds towards a start. */
  voicedMs: number;
  /** Start of the sound being counted. */
  soundFromMs: number;
  /** End of the last voiced frame. */
  voicedUntilMs: number;
}

export const initialVoiceState: VoiceState = {
  speaking: false,
  positionMs: 0,
  voicedMs: 0,
  soundFromMs: 0,
  voicedUntilMs: 0,
};

/** One frame later: pure, and the same for every detector. */
export function advanceVoice(
  state: VoiceState,
  voiced: boolean,
  settings: VoiceActivitySettings,
): { state: VoiceState; event?: VoiceEvent } {
  const fromMs = state.positionMs;
  const positionMs = fromMs + voiceFrameMs;
  if (state.speaking) {
    const voicedUntilMs = voiced ? positionMs : state.voicedUntilMs;
    const ended = positionMs - voicedUntilMs >= settings.silenceMs;
    if (!ended) return { state: { ...state, positionMs, voicedUntilMs } };
    return {
      state: { ...state, speaking: false, positionMs, voicedMs: 0, voicedUntilMs },
      event: { type: 'stop', atMs: positionMs },
    };
  }
  if (!voiced) {
    const lapsed = positionMs - state.voicedUntilMs > onsetGapMs;
    return { state: { ...state, positionMs, voicedMs: lapsed ? 0 : state.voicedMs } };
  }
  const soundFromMs = state.voicedMs === 0 ? fromMs : state.soundFromMs;
  const voicedMs = state.voicedMs + voiceFrameMs;
  const next = { ...state, positionMs, soundFromMs, voicedMs, voicedUntilMs: positionMs };
  if (voicedMs < shortestVoiceMs) return { state: next };
  return {
    state: { ...next, speaking: true },
    event: { type: 'start', atMs: Math.max(0, soundFromMs - settings.prefixMs) },
  };
}

/** Says whether one frame of samples is a voice; `close` gives its memory back. */
export interface VoiceDetector {
  isVoice(samples: Int16Array): boolean;
  close(): void;
}

/** Follows one caller. Bytes of any length go in; whole frames are judged. */
export interface VoiceActivity {
  hear(ulaw: Uint8Array): VoiceEvent[];
  configure(settings: VoiceActivitySettings): void;
  readonly speaking: boolean;
  close(): void;
}

export function createVoiceActivity(
  initial: VoiceActivitySettings,
  detector?: VoiceDetector,
): VoiceActivity {
  let settings = initial;
  let state = initialVoiceState;
  let rest = Buffer.alloc(0);

  function judge(frame: Uint8Array): VoiceEvent | undefined {
    const loud = loudness(frame) >= quietestVoice(settings.threshold);
    const voiced = loud && (detector?.isVoice(muLawToPcm16(frame)) ?? true);
    const advanced = advanceVoice(state, voiced, settings);
    state = advanced.state;
    return advanced.event;
  }

  return {
    hear(ulaw) {
      const audio = rest.length > 0 ? Buffer.concat([rest, ulaw]) : ulaw;
      const events: VoiceEvent[] = [];
      let at = 0;
      for (; at + frameBytes <= audio.length; at += frameBytes) {
        const event = judge(audio.subarray(at, at + frameBytes));
        if (event) events.push(event);
      }
      rest = Buffer.from(audio.subarray(at));
      return events;
    },
    configure(next) {
      settings = next;
    },
    get speaking() {
      return state.speaking;
    },
    close: () => detector?.close(),
  };
}

/**
 * RMS below which a frame is not a voice: −50 dBFS at threshold 0, −38 at 0.5, −26 at 1. A telephone voice is about −20.
 */
export function quietestVoice(threshold: number): number {
  return 32_768 * 10 ** ((-50 + 24 * threshold) / 20);
}

/** 3 is the detector's strictest mode. */
const strictest = 3;
const sampleRate = 8_000;

/** @returns a factory of detectors, or nothing when the optional package is not installed: then energy alone decides. */
export async function loadVoiceDetector(): Promise<(() => VoiceDetector) | undefined> {
  try {
    const { default: load } = await import('@echogarden/fvad-wasm');
    const wasm = await load();
    return () => {
      const handle = wasm._fvad_new();
      const samples = wasm._malloc(voiceFrameMs * bytesPerMs * 2);
      wasm._fvad_set_mode(handle, strictest);
      wasm._fvad_set_sample_rate(handle, sampleRate);
      return {
        isVoice(frame) {
          // Read the view each time: it is replaced when the module's memory grows.
          wasm.HEAP16.set(frame, samples >> 1);
          return wasm._fvad_process(handle, samples, frame.length) === 1;
        },
        close() {
          wasm._fvad_free(handle);
          wasm._free(samples);
        },
      };
    };
  } catch {
    return undefined;
  }
}
