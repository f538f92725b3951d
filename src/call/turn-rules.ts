import type { VoiceProfile } from '../agent/clinic-profile.ts';
import type { TurnRules } from './turn.ts';

/** Silence after which a semantic turn detector usually decides; it has no fixed setting. */
const semanticEndpointingMs = 500;

export function turnRules(voice: VoiceProfile): TurnRules {
  return {
    silenceLadderMs: voice.silenceLadderMs,
    maxCallMs: voice.limits.maxCallMs,
    maxReplyMs: voice.limits.maxReplyMs,
    onFalseInterruption: voice.interruption.onFalse,
    minSpeechMs: voice.interruption.minSpeechMs,
    backchannels: voice.interruption.backchannels,
    endpointingMs: endpointingMs(voice),
  };
}

/**
 * How long the caller really spoke. The model's start includes its padding and its end includes the silence it waited for
 * (developers.openai.com, realtime server events); the time between the two events bounds both from the other side.
 */
export function speechLengthMs(audioMs: number, elapsedMs: number, voice: VoiceProfile): number {
  const paddingMs =
    voice.turnDetection.type === 'server_vad' ? voice.turnDetection.prefixPaddingMs : 0;
  const silenceMs = endpointingMs(voice);
  const byEvents = elapsedMs < silenceMs ? elapsedMs : elapsedMs - silenceMs;
  return Math.max(0, byEvents, audioMs - paddingMs - silenceMs);
}

function endpointingMs(voice: VoiceProfile): number {
  return voice.turnDetection.type === 'server_vad'
    ? voice.turnDetection.silenceDurationMs
    : semanticEndpointingMs;
}
