import type {
  RealtimeAudioConfigInput,
  RealtimeAudioInputTurnDetection,
  RealtimeSessionCreateRequest,
  SessionUpdateEvent,
} from 'openai/resources/realtime/realtime';

/** How the model listens, speaks and what it may call. Milliseconds where a name ends in `Ms`. */
export interface RealtimeSettings {
  instructions: string;
  voice: string;
  speed: number;
  noiseReduction: 'near_field' | 'far_field' | 'none';
  /** Models that reason only; older ones refuse the key. */
  reasoningEffort?: 'minimal' | 'low' | 'medium' | 'high' | undefined;
  maxOutputTokens: number | 'inf';
  turnDetection:
    | {
        type: 'server_vad';
        threshold: number;
        prefixPaddingMs: number;
        silenceDurationMs: number;
      }
    | { type: 'semantic_vad'; eagerness: 'auto' | 'low' | 'medium' | 'high' };
  transcription: { model: string; language: string };
  tools: readonly RealtimeTool[];
}

export interface RealtimeTool {
  type: 'function';
  name: string;
  description: string;
  /** JSON Schema. */
  parameters: Record<string, unknown>;
}

/** Telephone audio both ways: what Twilio carries, so that nothing is resampled. 8 bytes are 1 ms. */
export const telephoneFormat = 'audio/pcmu';

/** When the context is full, keep this much of it: dropping a lot at once keeps the cached prefix stable for longer. */
const retentionRatio = 0.8;

/**
 * The one `session.update` of a session. It is whole and sent once: `voice` may not be sent again after the first
 * audio (`cannot_update_voice`), and formats sent again have turned audio into noise.
 */
export function sessionUpdate(settings: RealtimeSettings): SessionUpdateEvent {
  const session: RealtimeSessionCreateRequest = {
    type: 'realtime',
    output_modalities: ['audio'],
    instructions: settings.instructions,
    audio: {
      input: audioInput(settings),
      output: {
        format: { type: telephoneFormat },
        voice: settings.voice,
        speed: settings.speed,
      },
    },
    tools: settings.tools.map(({ type, name, description, parameters }) => {
      return { type, name, description, parameters };
    }),
    tool_choice: 'auto',
    max_output_tokens: settings.maxOutputTokens,
    truncation: { type: 'retention_ratio', retention_ratio: retentionRatio },
    ...(settings.reasoningEffort ? { reasoning: { effort: settings.reasoningEffort } } : {}),
  };
  return { type: 'session.update', session };
}

/** No noise reduction is the API's default, and its schema has no word for it: the key is left out. */
function audioInput(settings: RealtimeSettings): RealtimeAudioConfigInput {
  const { noiseReduction, transcription } = settings;
  return {
    format: { type: telephoneFormat },
    ...(noiseReduction === 'none' ? {} : { noise_reduction: { type: noiseReduction } }),
    transcription: { model: transcription.model, language: transcription.language },
    turn_detection: turnDetection(settings.turnDetection),
  };
}

function turnDetection(
  settings: RealtimeSettings['turnDetection'],
): RealtimeAudioInputTurnDetection {
  const always = { create_response: true, interrupt_response: true };
  if (settings.type === 'semantic_vad') {
    return { type: 'semantic_vad', eagerness: settings.eagerness, ...always };
  }
  return {
    type: 'server_vad',
    threshold: settings.threshold,
    prefix_padding_ms: settings.prefixPaddingMs,
    silence_duration_ms: settings.silenceDurationMs,
    ...always,
  };
}
