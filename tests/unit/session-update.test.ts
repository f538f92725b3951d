import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type RealtimeSettings, sessionUpdate } from '../../src/openai/session-update.ts';
import { schemaAvailable, validateClientEvent } from '../support/realtime-schema.ts';

const settings: RealtimeSettings = {
  instructions: 'Você atende a clínica.',
  voice: 'marin',
  speed: 1,
  noiseReduction: 'near_field',
  maxOutputTokens: 4096,
  turnDetection: {
    type: 'server_vad',
    threshold: 0.6,
    prefixPaddingMs: 300,
    silenceDurationMs: 500,
  },
  transcription: { model: 'gpt-transcribe', language: 'pt' },
  tools: [
    {
      type: 'function',
      name: 'find_slots',
      description: 'Finds free times.',
      parameters: { type: 'object', properties: { day: { type: 'string' } }, required: ['day'] },
    },
  ],
};

describe('the settings of a session', () => {
  it('a clinic with voice detection by loudness is written whole', () => {
    expect(sessionUpdate(settings)).toEqual({
      type: 'session.update',
      session: {
        type: 'realtime',
        output_modalities: ['audio'],
        instructions: 'Você atende a clínica.',
        audio: {
          input: {
            format: { type: 'audio/pcmu' },
            noise_reduction: { type: 'near_field' },
            transcription: { model: 'gpt-transcribe', language: 'pt' },
            turn_detection: {
              type: 'server_vad',
              threshold: 0.6,
              prefix_padding_ms: 300,
              silence_duration_ms: 500,
              create_response: true,
              interrupt_response: true,
            },
          },
          output: { format: { type: 'audio/pcmu' }, voice: 'marin', speed: 1 },
        },
        tools: settings.tools,
        tool_choice: 'auto',
        max_output_tokens: 4096,
        truncation: { type: 'retention_ratio', retention_ratio: 0.8 },
      },
    });
  });

  it('a clinic with voice detection by meaning sends its eagerness and no threshold', () => {
    const turnDetection = { type: 'semantic_vad', eagerness: 'high' } as const;
    const { session } = sessionUpdate({ ...settings, turnDetection });
    expect(session.audio?.input?.turn_detection).toEqual({
      ...turnDetection,
      create_response: true,
      interrupt_response: true,
    });
  });

  it('a clinic without noise reduction, and a model that does not reason, send neither key', () => {
    const written = JSON.stringify(sessionUpdate({ ...settings, noiseReduction: 'none' }));
    expect(written).not.toContain('noise_reduction');
    expect(written).not.toContain('reasoning');
    expect(written).not.toContain('tracing');
  });

  it('a tool is sent with its four keys, whatever else the caller keeps beside them', () => {
    const tool = { ...settings.tools[0], run: () => 1, secret: 'x' } as never;
    const { session } = sessionUpdate({ ...settings, tools: [tool] });
    expect((session as { tools: object[] }).tools.map(Object.keys)).toEqual([
      ['type', 'name', 'description', 'parameters'],
    ]);
  });

  const anySettings: fc.Arbitrary<RealtimeSettings> = fc.record({
    instructions: fc.string(),
    voice: fc.constantFrom('marin', 'cedar', 'alloy'),
    speed: fc.double({ min: 0.25, max: 1.5, noNaN: true }),
    noiseReduction: fc.constantFrom('near_field', 'far_field', 'none'),
    reasoningEffort: fc.constantFrom(undefined, 'minimal', 'low', 'medium', 'high'),
    maxOutputTokens: fc.oneof(fc.integer({ min: 1, max: 4096 }), fc.constant('inf' as const)),
    turnDetection: fc.oneof(
      fc.record({
        type: fc.constant('server_vad' as const),
        threshold: fc.double({ min: 0, max: 1, noNaN: true }),
        prefixPaddingMs: fc.integer({ min: 0, max: 2_000 }),
        silenceDurationMs: fc.integer({ min: 100, max: 3_000 }),
      }),
      fc.record({
        type: fc.constant('semantic_vad' as const),
        eagerness: fc.constantFrom('auto', 'low', 'medium', 'high'),
      }),
    ),
    transcription: fc.record({ model: fc.string(), language: fc.constant('pt') }),
    tools: fc.constantFrom([], settings.tools),
  });

  it.skipIf(!schemaAvailable)('any clinic is written as the official schema says', () => {
    fc.assert(
      fc.property(anySettings, (any) => {
        expect(validateClientEvent(sessionUpdate(any))).toEqual([]);
      }),
    );
  });

  it('any clinic speaks telephone audio, answers and can be interrupted', () => {
    fc.assert(
      fc.property(anySettings, (any) => {
        const { audio } = sessionUpdate(any).session as unknown as {
          audio: { input: Record<string, unknown>; output: Record<string, unknown> };
        };
        expect(audio.input.format).toEqual({ type: 'audio/pcmu' });
        expect(audio.output.format).toEqual({ type: 'audio/pcmu' });
        expect(audio.input.turn_detection).toMatchObject({
          create_response: true,
          interrupt_response: true,
        });
      }),
    );
  });

  it.skipIf(!schemaAvailable)('the schema used here refuses a key that it does not know', () => {
    const event = sessionUpdate(settings);
    const beta = { ...event, session: { ...event.session, input_audio_format: 'g711_ulaw' } };
    expect(validateClientEvent(beta)).not.toEqual([]);
    const deep = structuredClone(event) as { session: { audio: { output: object } } };
    Object.assign(deep.session.audio.output, { sample_rate: 8_000 });
    expect(validateClientEvent(deep)).not.toEqual([]);
  });
});
