import { z } from 'zod';

/** The settings of a GA realtime session, strict: a key the API does not know is refused, as beta keys are. */

const formatSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('audio/pcmu') }),
  z.strictObject({ type: z.literal('audio/pcm'), rate: z.literal(24_000) }),
]);

const turnDetectionSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('server_vad'),
    threshold: z.number().min(0).max(1).default(0.5),
    prefix_padding_ms: z.int().min(0).default(300),
    silence_duration_ms: z.int().min(0).default(500),
    create_response: z.boolean().default(true),
    interrupt_response: z.boolean().default(true),
    /** Accepted and echoed; the sandbox never fires it. */
    idle_timeout_ms: z.int().min(5_000).max(30_000).nullable().optional(),
  }),
  z.strictObject({
    type: z.literal('semantic_vad'),
    eagerness: z.enum(['auto', 'low', 'medium', 'high']).default('auto'),
    create_response: z.boolean().default(true),
    interrupt_response: z.boolean().default(true),
  }),
]);

export type TurnDetection = z.output<typeof turnDetectionSchema>;

const inputSchema = z.strictObject({
  format: formatSchema.optional(),
  noise_reduction: z
    .strictObject({
      type: z.enum(['near_field', 'far_field']),
      strength: z.number().optional(),
    })
    .nullable()
    .optional(),
  transcription: z
    .strictObject({
      model: z.string().min(1),
      language: z.string().optional(),
      prompt: z.string().optional(),
      keywords: z.array(z.string()).optional(),
      languages: z.array(z.string()).optional(),
    })
    .nullable()
    .optional(),
  turn_detection: turnDetectionSchema.nullable().optional(),
});

const outputSchema = z.strictObject({
  format: formatSchema.optional(),
  voice: z.union([z.string().min(1), z.strictObject({ id: z.string().min(1) })]).optional(),
  speed: z.number().min(0.25).max(1.5).optional(),
});

export const toolSchema = z.strictObject({
  type: z.literal('function'),
  name: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/),
  description: z.string().optional(),
  parameters: z.record(z.string(), z.unknown()).optional(),
});
export const toolChoiceSchema = z.union([
  z.enum(['auto', 'none', 'required']),
  z.strictObject({ type: z.literal('function'), name: z.string() }),
]);
export const modalitiesSchema = z.array(z.literal('audio')).length(1);
export const maxTokensSchema = z.union([z.int().min(1).max(4_096), z.literal('inf')]);
export const reasoningSchema = z.strictObject({
  effort: z.enum(['minimal', 'low', 'medium', 'high', 'xhigh']).optional(),
});

export const sessionUpdateSchema = z.strictObject({
  type: z.literal('realtime'),
  model: z.string().optional(),
  output_modalities: modalitiesSchema.optional(),
  instructions: z.string().optional(),
  audio: z
    .strictObject({ input: inputSchema.optional(), output: outputSchema.optional() })
    .optional(),
  tools: z.array(toolSchema).optional(),
  tool_choice: toolChoiceSchema.optional(),
  max_output_tokens: maxTokensSchema.optional(),
  truncation: z
    .union([
      z.enum(['auto', 'disabled']),
      z.strictObject({
        type: z.literal('retention_ratio'),
        retention_ratio: z.number().min(0).max(1),
        token_limits: z.strictObject({ post_instructions: z.int().optional() }).optional(),
      }),
    ])
    .optional(),
  tracing: z
    .union([z.literal('auto'), z.record(z.string(), z.unknown())])
    .nullable()
    .optional(),
  include: z.array(z.literal('item.input_audio_transcription.logprobs')).nullable().optional(),
  reasoning: reasoningSchema.optional(),
  parallel_tool_calls: z.boolean().optional(),
});

export type SessionUpdate = z.output<typeof sessionUpdateSchema>;
type AudioUpdate = NonNullable<SessionUpdate['audio']>;
type Settled<T, K extends keyof T> = T & { [P in K]-?: Exclude<T[P], undefined> };

/** Everything in force, as `session.created` and `session.updated` echo it. */
export interface SessionSettings
  extends Settled<
    Omit<SessionUpdate, 'audio'>,
    'instructions' | 'tools' | 'tool_choice' | 'max_output_tokens' | 'output_modalities'
  > {
  audio: {
    input: Settled<NonNullable<AudioUpdate['input']>, 'format' | 'turn_detection'>;
    output: Settled<NonNullable<AudioUpdate['output']>, 'format' | 'voice'>;
  };
}

/** What a new session does until it is told otherwise: 24 kHz samples, no tools, somebody else's instructions. */
export const defaultSettings: SessionSettings = {
  type: 'realtime',
  output_modalities: ['audio'],
  instructions: 'You are a helpful, witty, and friendly AI.',
  tools: [],
  tool_choice: 'auto',
  max_output_tokens: 'inf',
  truncation: 'auto',
  tracing: null,
  include: null,
  audio: {
    input: {
      format: { type: 'audio/pcm', rate: 24_000 },
      noise_reduction: null,
      transcription: null,
      turn_detection: turnDetectionSchema.parse({ type: 'server_vad' }),
    },
    output: { format: { type: 'audio/pcm', rate: 24_000 }, voice: 'alloy', speed: 1 },
  },
};

/** Keys that are absent keep their value; those present replace it whole, except that `audio` merges key by key. */
export function mergeSettings(settings: SessionSettings, update: SessionUpdate): SessionSettings {
  const { audio, ...rest } = dropUndefined(update);
  return {
    ...settings,
    ...rest,
    audio: {
      input: { ...settings.audio.input, ...dropUndefined(audio?.input ?? {}) },
      output: { ...settings.audio.output, ...dropUndefined(audio?.output ?? {}) },
    },
  } as SessionSettings;
}

function dropUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined)) as T;
}
