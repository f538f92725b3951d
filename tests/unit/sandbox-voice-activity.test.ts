import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pcm16ToMuLaw, ulawSilence } from '../../src/audio/g711.ts';
import {
  advanceVoice,
  createVoiceActivity,
  initialVoiceState,
  loadVoiceDetector,
  type VoiceEvent,
} from '../../src/sandbox/voice-activity.ts';

const settings = { threshold: 0.6, silenceMs: 500, prefixMs: 300 };
const silence = (ms: number) => Buffer.alloc(ms * 8, ulawSilence);

function noise(ms: number, amplitude: number): Buffer {
  let state = 1;
  return pcm16ToMuLaw(
    Int16Array.from({ length: ms * 8 }, () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return (state / 2 ** 31 - 1) * amplitude;
    }),
  );
}

/** `v` is a voiced frame of 20 ms, anything else is not. */
function follow(frames: string): VoiceEvent[] {
  let state = initialVoiceState;
  const events: VoiceEvent[] = [];
  for (const frame of frames) {
    const next = advanceVoice(state, frame === 'v', settings);
    state = next.state;
    if (next.event) events.push(next.event);
  }
  return events;
}

describe('a turn', () => {
  it('begins with 60 ms of voice, placed before it by the prefix, and ends after the pause', () => {
    expect(follow(`${'.'.repeat(50)}${'v'.repeat(50)}${'.'.repeat(50)}`)).toEqual([
      { type: 'start', atMs: 700 },
      { type: 'stop', atMs: 2_500 },
    ]);
  });

  it('does not begin with a click', () => {
    expect(follow('....vv......vv....')).toEqual([]);
  });

  it('does not end in a pause that is shorter than the setting', () => {
    const frames = `vvvv${'.'.repeat(24)}vvvv${'.'.repeat(24)}`;
    expect(follow(frames).map(({ type }) => type)).toEqual(['start']);
  });

  it('starts and stops alternate, never run back, whatever is heard', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('v', '.'), maxLength: 400 }), (frames) => {
        const events = follow(frames);
        events.forEach((event, at) => {
          expect(event.type).toBe(at % 2 === 0 ? 'start' : 'stop');
          const before = events[at - 1];
          if (event.type === 'stop' && before) expect(event.atMs).toBeGreaterThan(before.atMs);
        });
      }),
    );
  });
});

describe('what is heard', () => {
  it('is the same in frames of any length', async () => {
    const openDetector = await loadVoiceDetector();
    const audio = Buffer.concat([silence(400), noise(300, 8_000), silence(900)]);
    const whole = createVoiceActivity(settings, openDetector?.()).hear(audio);
    expect(whole).toHaveLength(2);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3_000 }), (bytes) => {
        const activity = createVoiceActivity(settings, openDetector?.());
        const events: VoiceEvent[] = [];
        for (let at = 0; at < audio.length; at += bytes)
          events.push(...activity.hear(audio.subarray(at, at + bytes)));
        activity.close();
        expect(events).toEqual(whole);
      }),
      { numRuns: 20 },
    );
  });

  it.each([
    ['with the detector', true],
    ['by energy alone', false],
  ])(
    'a burst of 300 ms of loud noise is a turn, silence and line noise are not, %s',
    async (_, detects) => {
      const detector = detects ? (await loadVoiceDetector())?.() : undefined;
      const activity = createVoiceActivity(settings, detector);
      expect(activity.hear(silence(5_000))).toEqual([]);
      expect(activity.hear(noise(3_000, 150))).toEqual([]);
      const events = activity.hear(Buffer.concat([noise(300, 8_000), silence(1_000)]));
      expect(events.map(({ type }) => type)).toEqual(['start', 'stop']);
      expect(activity.speaking).toBe(false);
      activity.close();
    },
  );

  it('a higher threshold asks for a louder voice', () => {
    const soft = noise(400, 900);
    const patient = createVoiceActivity({ ...settings, threshold: 0.2 });
    const strict = createVoiceActivity({ ...settings, threshold: 1 });
    expect(patient.hear(soft)).toHaveLength(1);
    expect(strict.hear(soft)).toHaveLength(0);
  });
});
