import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { longestBufferBytes, Playout } from '../../src/sandbox/playout.ts';

const audio = (ms: number, byte = 1) => Buffer.alloc(ms * 8, byte);

describe('the play-out buffer', () => {
  it('plays at 8 bytes a millisecond from the moment audio reaches an empty queue', () => {
    const playout = new Playout();
    playout.enqueueAudio(audio(100), 50);
    expect(playout.advance(90)).toEqual({ spans: [{ atMs: 50, ulaw: audio(40) }], marks: [] });
    expect(playout.playedBytes).toBe(320);
    expect(playout.bufferedBytes).toBe(480);
  });

  it('audio that comes in time is played without a seam, audio that comes late leaves a hole', () => {
    const playout = new Playout();
    playout.enqueueAudio(audio(20, 1), 0);
    playout.enqueueAudio(audio(20, 2), 10);
    playout.enqueueAudio(audio(20, 3), 70);
    const { spans } = playout.advance(200);
    expect(spans.map((span) => [span.atMs, span.ulaw[0]])).toEqual([
      [0, 1],
      [20, 2],
      [70, 3],
    ]);
  });

  it('a mark is reached when the audio before it was played, and not a byte earlier', () => {
    const playout = new Playout();
    playout.enqueueAudio(audio(100), 0);
    playout.enqueueMark('a', 0);
    expect(playout.nextMarkMs()).toBe(100);
    expect(playout.advance(99.9).marks).toEqual([]);
    expect(playout.advance(100).marks).toEqual([{ name: 'a', atMs: 100 }]);
    expect(playout.nextMarkMs()).toBeUndefined();
  });

  it('a mark with nothing before it is reached at once', () => {
    const playout = new Playout();
    playout.enqueueMark('a', 30);
    expect(playout.advance(30).marks).toEqual([{ name: 'a', atMs: 30 }]);
  });

  it('a clear drops what is queued and returns every outstanding mark', () => {
    const playout = new Playout();
    playout.enqueueAudio(audio(100), 0);
    playout.enqueueMark('heard', 0);
    playout.enqueueAudio(audio(100), 0);
    playout.enqueueMark('b', 0);
    playout.enqueueMark('c', 0);
    expect(playout.advance(150).marks.map((mark) => mark.name)).toEqual(['heard']);
    expect(playout.clear()).toEqual(['b', 'c']);
    expect(playout.advance(500)).toEqual({ spans: [], marks: [] });
    expect(playout.playedBytes).toBe(150 * 8);
    playout.enqueueAudio(audio(10), 600);
    expect(playout.advance(700).spans.map((span) => span.atMs)).toEqual([600]);
  });

  it('audio beyond ten minutes is dropped, what waits is kept', () => {
    const playout = new Playout();
    expect(playout.enqueueAudio(Buffer.alloc(longestBufferBytes), 0)).toBe('queued');
    expect(playout.enqueueAudio(audio(1), 0)).toBe('overflow');
    playout.advance(1);
    expect(playout.enqueueAudio(audio(1), 1)).toBe('queued');
    expect(playout.bufferedBytes).toBe(longestBufferBytes);
  });

  it('a stall moves everything behind it', () => {
    const playout = new Playout();
    playout.enqueueAudio(audio(100), 0);
    playout.enqueueMark('a', 0);
    playout.advance(40);
    playout.stall(40, 300);
    expect(playout.advance(339).spans).toEqual([]);
    expect(playout.advance(1_000).marks).toEqual([{ name: 'a', atMs: 400 }]);
  });

  const deed = fc.oneof(
    fc.record({ do: fc.constant('audio' as const), bytes: fc.integer({ min: 1, max: 4_000 }) }),
    fc.record({ do: fc.constant('mark' as const) }),
    fc.record({ do: fc.constant('clear' as const) }),
    fc.record({
      do: fc.constant('wait' as const),
      ms: fc.double({ min: 0, max: 400, noNaN: true }),
    }),
  );

  it('whatever happens: every byte is played once, in order and in real time, or cleared; every mark returns once', () => {
    fc.assert(
      fc.property(fc.array(deed, { maxLength: 60 }), (deeds) => {
        const playout = new Playout();
        const returned: string[] = [];
        let now = 0;
        let sent = 0;
        let cleared = 0;
        let marks = 0;
        let playedEndMs = 0;
        let position = 0;
        const expected = new Map<string, number>();
        const advance = () => {
          for (const item of merged(playout.advance(now))) {
            if ('name' in item) {
              returned.push(item.name);
              expect(position).toBeGreaterThanOrEqual(expected.get(item.name) ?? Number.NaN);
              expect(item.atMs).toBeGreaterThanOrEqual(playedEndMs - 1e-6);
            } else {
              expect(item.atMs).toBeGreaterThanOrEqual(playedEndMs - 1e-6);
              expect(item.atMs + item.ulaw.length / 8).toBeLessThanOrEqual(now + 1e-6);
              expect(item.ulaw.equals(toAudio(position, item.ulaw.length))).toBe(true);
              position += item.ulaw.length;
              playedEndMs = item.atMs + item.ulaw.length / 8;
            }
          }
        };
        for (const step of deeds) {
          advance();
          if (step.do === 'wait') now += step.ms;
          if (step.do === 'audio') {
            playout.enqueueAudio(toAudio(sent, step.bytes), now);
            sent += step.bytes;
          }
          if (step.do === 'mark') {
            const name = `m${marks++}`;
            expected.set(name, sent);
            playout.enqueueMark(name, now);
          }
          if (step.do === 'clear') {
            cleared += playout.bufferedBytes;
            returned.push(...playout.clear());
            position = sent;
          }
        }
        now += 1_000_000;
        advance();
        expect(returned).toEqual(Array.from({ length: marks }, (_, i) => `m${i}`));
        expect(playout.playedBytes + cleared).toBe(sent);
        expect(playout.bufferedBytes).toBe(0);
      }),
    );
  });
});

/** Every position has its own sound, so that lost or repeated bytes show. */
const toAudio = (position: number, bytes: number) =>
  Buffer.from(Array.from({ length: bytes }, (_, i) => ((position + i) * 31) & 0xff));

/** Spans and marks in the order in which they happened. A mark at the end of a span comes after it. */
function merged({ spans, marks }: ReturnType<Playout['advance']>) {
  const all = [...spans, ...marks].map((item) => ({
    item,
    at: 'name' in item ? item.atMs : item.atMs + item.ulaw.length / 8,
    order: 'name' in item ? 1 : 0,
  }));
  // Two marks, or a mark before the audio that starts where it stood, keep their order by `at`, then by kind.
  return all.sort((a, b) => a.at - b.at || a.order - b.order).map(({ item }) => item);
}
