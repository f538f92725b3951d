import { z } from 'zod';

const milliseconds = (least: number, most: number) => z.number().int().min(least).max(most);

/** How the agent listens and speaks on the telephone: everything that differs between clinics. */
export const voiceSchema = z.strictObject({
  /** Overrides OPENAI_REALTIME_MODEL. */
  model: z.string().optional(),
  voice: z
    .enum(['alloy', 'ash', 'ballad', 'coral', 'echo', 'sage', 'shimmer', 'verse', 'marin', 'cedar'])
    .default('marin'),
  speed: z.number().min(0.25).max(1.5).default(1),
  noiseReduction: z.enum(['near_field', 'far_field', 'none']).default('near_field'),
  /** Only for models that reason; leave out for gpt-realtime-1.5 and older. */
  reasoningEffort: z.enum(['minimal', 'low', 'medium', 'high']).optional(),
  maxOutputTokens: z.union([z.number().int().min(1).max(4096), z.literal('inf')]).default(4096),
  turnDetection: z
    .discriminatedUnion('type', [
      z.strictObject({
        type: z.literal('server_vad'),
        threshold: z.number().min(0).max(1).default(0.6),
        prefixPaddingMs: milliseconds(0, 2_000).default(300),
        silenceDurationMs: milliseconds(100, 3_000).default(500),
      }),
      z.strictObject({
        type: z.literal('semantic_vad'),
        eagerness: z.enum(['auto', 'low', 'medium', 'high']).default('auto'),
      }),
    ])
    .prefault({ type: 'server_vad' }),
  /** What happens when the caller makes a sound over the agent that turns out not to be speech. */
  interruption: z
    .strictObject({
      /** `resume`: go on from where it was heard. `drop`: the sentence is lost, as if the caller had spoken. */
      onFalse: z.enum(['resume', 'drop']).default('resume'),
      /** A sound shorter than this, with no words recognised, is not speech. */
      minSpeechMs: milliseconds(0, 2_000).default(400),
      /** Words that mean “I am listening”, not “stop”. */
      backchannels: z
        .array(z.string().min(1))
        .default(['aham', 'ahã', 'uhum', 'hum', 'hmm', 'mhm', 'hã', 'ah', 'tá', 'é', 'sei', 'ok']),
    })
    .prefault({}),
  /** Silence of the caller, in ms after the agent was last heard: first question, second question, goodbye. */
  silenceLadderMs: z
    .tuple([milliseconds(2_000, 60_000), milliseconds(2_000, 60_000), milliseconds(2_000, 60_000)])
    .default([8_000, 8_000, 8_000]),
  limits: z
    .strictObject({
      /** A call is ended, with a goodbye, after this long. OpenAI ends a session at 60 minutes. */
      maxCallMs: milliseconds(10_000, 3_300_000).default(1_800_000),
      /** One reply never speaks longer than this. */
      maxReplyMs: milliseconds(5_000, 300_000).default(60_000),
    })
    .prefault({}),
  keypad: z
    .strictObject({
      endKey: z.enum(['#', '*']).default('#'),
      /** An entry without end key is complete after this pause. */
      pauseMs: milliseconds(500, 15_000).default(4_000),
      maxDigits: z.number().int().min(1).max(40).default(20),
    })
    .prefault({}),
});

export type VoiceProfile = z.output<typeof voiceSchema>;
