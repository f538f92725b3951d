/** The session object of the scripted model: what a new one holds, and how `session.update` changes it. */

export interface AudioFormat {
  type: string;
  rate?: number;
}

export interface ModelSession {
  type: string;
  id: string;
  object: 'realtime.session';
  model: string;
  instructions?: string;
  tools: { name: string }[];
  audio: {
    input: {
      format: AudioFormat;
      transcription?: { model: string; language?: string };
      turn_detection?: {
        type: string;
        threshold?: number;
        silence_duration_ms?: number;
        prefix_padding_ms?: number;
        create_response?: boolean;
        interrupt_response?: boolean;
      } | null;
    };
    output: { format: AudioFormat; voice: string; speed: number };
  };
  [key: string]: unknown;
}

export const pcm: AudioFormat = { type: 'audio/pcm', rate: 24_000 };
export const telephone: AudioFormat = { type: 'audio/pcmu' };

/** What a client gets when it configures nothing: 24 kHz audio, which is noise on a telephone. */
export function defaultSession(id: string, model: string): ModelSession {
  return {
    type: 'realtime',
    id,
    object: 'realtime.session',
    model,
    expires_at: Math.floor(Date.now() / 1000) + 3_600,
    output_modalities: ['audio'],
    instructions: 'You are a helpful assistant.',
    tools: [],
    tool_choice: 'auto',
    max_output_tokens: 'inf',
    truncation: 'auto',
    audio: {
      input: {
        format: pcm,
        turn_detection: {
          type: 'server_vad',
          threshold: 0.5,
          prefix_padding_ms: 300,
          silence_duration_ms: 500,
          create_response: true,
          interrupt_response: true,
        },
      },
      output: { format: pcm, voice: 'alloy', speed: 1 },
    },
  };
}

/** Keys of the retired beta shape: refused by the real server, and then nothing of the update is applied. */
const betaKeys = [
  'modalities',
  'input_audio_format',
  'output_audio_format',
  'voice',
  'turn_detection',
  'input_audio_transcription',
  'input_audio_noise_reduction',
  'max_response_output_tokens',
  'temperature',
];

export interface SessionRefusal {
  code: string;
  param: string;
}

export function applySession(
  session: ModelSession,
  update: unknown,
  hasSpoken: boolean,
): { session: ModelSession; refusal?: undefined } | { refusal: SessionRefusal } {
  if (typeof update !== 'object' || update === null) {
    return refuse('missing_required_parameter', 'session');
  }
  const changes = update as Record<string, unknown>;
  if (changes.type !== 'realtime') {
    return refuse('missing_required_parameter', 'session.type');
  }
  const beta = betaKeys.find((key) => key in changes);
  if (beta) return refuse('unknown_parameter', `session.${beta}`);
  if ('model' in changes && changes.model !== session.model) {
    return refuse('invalid_value', 'session.model');
  }
  const { audio } = changes as { audio?: { output?: object } };
  if (hasSpoken && 'voice' in (audio?.output ?? {})) {
    return refuse('cannot_update_voice', 'session.audio.output.voice');
  }
  return { session: merge(session, changes) as ModelSession };
}

function refuse(code: string, param: string): { refusal: SessionRefusal } {
  return { refusal: { code, param } };
}

/** Formats and turn detection are replaced as a whole: a half-merged one would be neither. */
const wholes = new Set(['format', 'turn_detection', 'tools', 'truncation']);

function merge(old: unknown, changes: unknown, key = ''): unknown {
  if (!isObject(old) || !isObject(changes) || wholes.has(key)) return changes;
  const merged: Record<string, unknown> = { ...old };
  for (const [name, value] of Object.entries(changes)) {
    merged[name] = merge(merged[name], value, name);
  }
  return merged;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
