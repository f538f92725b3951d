import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type VoiceProfile, voiceSchema } from '../../src/agent/clinic-profile.ts';
import { speechLengthMs, turnRules } from '../../src/call/turn-rules.ts';

const profile = (changes: object = {}): VoiceProfile => voiceSchema.parse(changes);

describe('the rules of taking turns', () => {
  it('come from the clinic’s profile', () => {
    const rules = turnRules(
      profile({
        silenceLadderMs: [3_000, 4_000, 5_000],
        limits: { maxCallMs: 60_000, maxReplyMs: 20_000 },
        interruption: { onFalse: 'drop', minSpeechMs: 250, backchannels: ['uai'] },
        turnDetection: { type: 'server_vad', silenceDurationMs: 700 },
      }),
    );
    expect(rules).toEqual({
      silenceLadderMs: [3_000, 4_000, 5_000],
      maxCallMs: 60_000,
      maxReplyMs: 20_000,
      onFalseInterruption: 'drop',
      minSpeechMs: 250,
      backchannels: ['uai'],
      endpointingMs: 700,
    });
  });

  it('a semantic detector has no fixed silence: half a second is assumed', () => {
    expect(turnRules(profile({ turnDetection: { type: 'semantic_vad' } })).endpointingMs).toBe(500);
  });
});

describe('how long the caller really spoke', () => {
  const voice = profile({
    turnDetection: { type: 'server_vad', prefixPaddingMs: 300, silenceDurationMs: 500 },
  });

  it('a cough of 300 ms: padding before and silence after are not speech', () => {
    expect(speechLengthMs(300 + 300 + 500, 300 + 500, voice)).toBe(300);
  });

  it('a long sentence is long by either clock', () => {
    expect(speechLengthMs(2_000 + 800, 2_000 + 500, voice)).toBe(2_000);
  });

  it('a model that tells the start late is believed for the audio, not for the moment', () => {
    expect(speechLengthMs(1_500 + 800, 600, voice)).toBe(1_500);
  });

  it('two events closer than the silence they imply still bound it', () => {
    expect(speechLengthMs(0, 300, voice)).toBe(300);
  });

  it('is never negative, and never shorter than the audio says', () => {
    fc.assert(
      fc.property(fc.integer({ min: -5_000, max: 60_000 }), fc.nat(60_000), (audioMs, elapsed) => {
        const length = speechLengthMs(audioMs, elapsed, voice);
        expect(length).toBeGreaterThanOrEqual(Math.max(0, audioMs - 800));
        expect(length).toBeLessThanOrEqual(Math.max(audioMs, elapsed, 0));
      }),
    );
  });
});
