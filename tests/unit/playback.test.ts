import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AgentAudio, Playback } from '../../src/call/playback.ts';

const ms = (length: number, fill = 0) => Buffer.alloc(length * 8, fill);
const audio = (itemId: string, lengthMs: number, fill = 0): AgentAudio => ({
  responseId: `resp_${itemId}`,
  itemId,
  contentIndex: 0,
  ulaw: ms(lengthMs, fill),
});

describe('the playback ledger', () => {
  it('a caller who speaks over the agent cuts the item at the last moment they heard', () => {
    const playback = new Playback();
    for (let i = 0; i < 50; i++) playback.send(audio('a', 200), i * 20);
    playback.closeItem('a');
    const cut = playback.cut(3_000);
    expect(cut.items).toEqual([
      { itemId: 'a', contentIndex: 0, heardMs: 3_000, receivedMs: 10_000, unbound: false },
    ]);
    expect(cut.unheard.reduce((bytes, one) => bytes + one.ulaw.length, 0)).toBe(7_000 * 8);
  });

  it('an item queued behind the one being heard is cut at zero', () => {
    const playback = new Playback();
    playback.send(audio('a', 2_000), 0);
    playback.send(audio('b', 2_000), 10);
    const cut = playback.cut(500);
    expect(cut.items.map(({ itemId, heardMs }) => [itemId, heardMs])).toEqual([
      ['a', 500],
      ['b', 0],
    ]);
  });

  it('an item heard to its end is not cut, and the next one counts from its own beginning', () => {
    const playback = new Playback();
    playback.send(audio('a', 1_000), 0);
    playback.closeItem('a');
    playback.send(audio('b', 1_000), 5_000);
    expect(playback.cut(5_300).items).toEqual([
      { itemId: 'b', contentIndex: 0, heardMs: 300, receivedMs: 1_000, unbound: false },
    ]);
  });

  it('an item that is still being generated is cut even when all of it so far was heard', () => {
    const playback = new Playback();
    playback.send(audio('a', 400), 0);
    expect(playback.cut(900).items[0]).toMatchObject({ itemId: 'a', heardMs: 400 });
  });

  it('marks that the clear sends back change nothing', () => {
    const playback = new Playback();
    const mark = playback.send(audio('a', 5_000), 0);
    playback.cut(1_000);
    expect(playback.markReturned(mark, 1_010)).toBe(false);
    playback.send(audio('b', 1_000), 2_000);
    expect(playback.position(2_100) - playback.position(2_000)).toBeCloseTo(800, 5);
    expect(playback.cut(2_100).items[0]).toMatchObject({ itemId: 'b', heardMs: 100 });
  });

  it('a forged or repeated mark moves nothing', () => {
    const playback = new Playback();
    const mark = playback.send(audio('a', 1_000), 0);
    playback.send(audio('a', 1_000), 0);
    expect(playback.markReturned('g9m9', 100)).toBe(false);
    expect(playback.markReturned(mark, 1_010)).toBe(true);
    expect(playback.markReturned(mark, 1_020)).toBe(false);
    expect(playback.position(1_100)).toBeCloseTo(1_100 * 8, 5);
  });

  it('a carrier that plays half a second late is believed through its marks', () => {
    const playback = new Playback();
    const marks = Array.from({ length: 10 }, () => playback.send(audio('a', 200), 0));
    playback.markReturned(marks[0] ?? '', 210);
    playback.markReturned(marks[1] ?? '', 410);
    playback.markReturned(marks[2] ?? '', 1_110); // stalled 500 ms inside the third piece
    expect(playback.cut(1_200).items[0]?.heardMs).toBeGreaterThanOrEqual(680);
    expect(playback.cut(1_200).items).toEqual([]);
  });

  it('while a mark is overdue the position waits in front of it, and goes on by the clock when marks are lost', () => {
    const playback = new Playback();
    const marks = Array.from({ length: 40 }, () => playback.send(audio('a', 200), 0));
    playback.markReturned(marks[0] ?? '', 205);
    expect(playback.position(1_000)).toBeLessThanOrEqual(400 * 8);
    expect(playback.position(6_000)).toBeGreaterThanOrEqual(5_900 * 8);
  });

  it('marks that never come do not keep the audio from ending', () => {
    const playback = new Playback();
    playback.send(audio('a', 1_000), 0);
    expect(playback.isPlaying(999)).toBe(true);
    expect(playback.isPlaying(1_001)).toBe(false);
    expect(playback.isHeardOut(1_500, 1_000)).toBe(false);
    expect(playback.isHeardOut(2_001, 1_000)).toBe(true);
  });

  it('what was heard comes out once, in order, at the moment it was played', () => {
    const playback = new Playback();
    playback.send(audio('a', 300, 1), 100);
    playback.send(audio('b', 300, 2), 150);
    const spans = [150, 390, 410, 1_000].flatMap((now) => playback.takeHeard(now));
    expect(spans[0]?.atMs).toBeCloseTo(100, 5);
    expect(Buffer.concat(spans.map((span) => span.ulaw))).toEqual(
      Buffer.concat([ms(300, 1), ms(300, 2)]),
    );
    for (const [index, span] of spans.entries()) {
      const previous = spans[index - 1];
      if (previous) expect(span.atMs).toBeCloseTo(previous.atMs + previous.ulaw.length / 8, 5);
    }
  });

  it('whatever is sent, marked and cut, heard and unheard are exactly what was sent', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('send' as const), lengthMs: fc.integer({ min: 1, max: 900 }) }),
      fc.record({ kind: fc.constant('wait' as const), lengthMs: fc.integer({ min: 0, max: 700 }) }),
      fc.record({ kind: fc.constant('mark' as const), lengthMs: fc.integer({ min: 0, max: 20 }) }),
      fc.record({ kind: fc.constant('cut' as const), lengthMs: fc.constant(0) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const playback = new Playback();
        const marks: string[] = [];
        let now = 0;
        let sent = 0;
        let heard = 0;
        let dropped = 0;
        let lastEnd = 0;
        let item = 0;
        const take = () => {
          for (const span of playback.takeHeard(now)) {
            expect(span.atMs).toBeGreaterThanOrEqual(lastEnd - 1e-6);
            lastEnd = span.atMs + span.ulaw.length / 8;
            heard += span.ulaw.length;
          }
        };
        for (const { kind, lengthMs } of steps) {
          if (kind === 'wait') now += lengthMs;
          if (kind === 'send') {
            marks.push(playback.send(audio(`i${item++}`, lengthMs), now));
            sent += lengthMs * 8;
          }
          if (kind === 'mark') playback.markReturned(marks[lengthMs] ?? 'none', now);
          if (kind === 'cut') {
            const cut = playback.cut(now);
            dropped += cut.unheard.reduce((bytes, one) => bytes + one.ulaw.length, 0);
            for (const one of cut.items) expect(one.heardMs).toBeLessThanOrEqual(one.receivedMs);
          }
          expect(playback.position(now)).toBeLessThanOrEqual(sent - dropped + 1e-6);
          take();
        }
        now += 60_000;
        take();
        expect(heard + dropped).toBe(sent);
      }),
    );
  });
});
