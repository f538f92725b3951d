import { bytesPerMs } from '../audio/g711.ts';
import type { TurnDetection } from './session-settings.ts';
import {
  createVoiceActivity,
  type VoiceActivitySettings,
  type VoiceDetector,
  type VoiceEvent,
} from './voice-activity.ts';

/** The input audio buffer of one session: what was appended and not yet committed, and the voice in it. */
export interface CallerEar {
  /** μ-law at 8 kHz, any length. Without turn detection there are no events. */
  hear(ulaw: Buffer): VoiceEvent[];
  configure(turnDetection: TurnDetection | null): void;
  /** Takes the turn's audio out of the buffer. */
  take(): Buffer;
  readonly bufferedMs: number;
  readonly speaking: boolean;
  close(): void;
}

/** Longest turn that is kept, its end rather than its beginning: a minute without a pause is not a question. */
const longestTurnMs = 60_000;
/** Kept of what came before a voice, beyond the prefix: speech is noticed a little after it began. */
const onsetMs = 300;
/** How long each eagerness waits for the end of a turn; the sandbox hears pauses, not meaning. */
const eagernessSilenceMs = { low: 1_200, auto: 600, medium: 600, high: 300 } as const;

export function createCallerEar(
  turnDetection: TurnDetection | null,
  detector: VoiceDetector | undefined,
): CallerEar {
  let listening = turnDetection !== null;
  let settings = toVoiceSettings(turnDetection);
  const activity = createVoiceActivity(settings, detector);
  let chunks: Buffer[] = [];
  let bytes = 0;

  function trim(limitMs: number): void {
    while (bytes - (chunks[0]?.length ?? 0) >= limitMs * bytesPerMs) {
      bytes -= chunks.shift()?.length ?? 0;
    }
  }

  return {
    hear(ulaw) {
      chunks.push(ulaw);
      bytes += ulaw.length;
      const events = activity.hear(ulaw);
      const waiting = listening && !activity.speaking && !events.some((e) => e.type === 'stop');
      trim(waiting ? settings.prefixMs + onsetMs : longestTurnMs);
      return listening ? events : [];
    },
    configure(next) {
      listening = next !== null;
      settings = toVoiceSettings(next);
      activity.configure(settings);
    },
    take() {
      const audio = Buffer.concat(chunks);
      chunks = [];
      bytes = 0;
      return audio;
    },
    get bufferedMs() {
      return Math.floor(bytes / bytesPerMs);
    },
    get speaking() {
      return listening && activity.speaking;
    },
    close: () => activity.close(),
  };
}

function toVoiceSettings(turnDetection: TurnDetection | null): VoiceActivitySettings {
  if (turnDetection?.type === 'server_vad')
    return {
      threshold: turnDetection.threshold,
      silenceMs: turnDetection.silence_duration_ms,
      prefixMs: turnDetection.prefix_padding_ms,
    };
  const silenceMs = eagernessSilenceMs[turnDetection?.eagerness ?? 'auto'];
  return { threshold: 0.5, silenceMs, prefixMs: 300 };
}
