import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RealtimeOutbox } from '../../src/openai/realtime-outbox.ts';

const audioIn = (messages: string[]) =>
  Buffer.concat(messages.map((text) => Buffer.from(JSON.parse(text).audio, 'base64')));

describe('what is said before the model is ready', () => {
  it('is the beginning of what was said, without a hole, up to 3 seconds, whatever the frames', () => {
    const frames = fc.array(fc.uint8Array({ minLength: 1, maxLength: 4_000 }), { maxLength: 30 });
    fc.assert(
      fc.property(frames, (parts) => {
        const outbox = new RealtimeOutbox();
        for (const part of parts) outbox.addAudio(Buffer.from(part).toString('base64'));
        const said = Buffer.concat(parts);
        const kept = audioIn(outbox.take());
        expect(kept.length).toBeLessThanOrEqual(24_000);
        expect(kept.equals(said.subarray(0, kept.length))).toBe(true);
        expect(outbox.droppedAudioBytes).toBe(said.length - kept.length);
        if (said.length <= 24_000) expect(kept.length).toBe(said.length);
      }),
    );
  });

  it('does not squeeze in a short sound after one that was dropped', () => {
    const outbox = new RealtimeOutbox();
    for (const bytes of [23_900, 200, 50]) {
      outbox.addAudio(Buffer.alloc(bytes, 0x55).toString('base64'));
    }
    expect(audioIn(outbox.take()).length).toBe(23_900);
    expect(outbox.droppedAudioBytes).toBe(250);
  });

  it('holds 256 commands, and is empty once it was taken', () => {
    const outbox = new RealtimeOutbox();
    const kept = Array.from({ length: 300 }, (_, i) => outbox.addCommand(`${i}`));
    expect(kept.filter(Boolean).length).toBe(256);
    expect(outbox.take().length).toBe(256);
    expect(outbox.take()).toEqual([]);
  });
});
