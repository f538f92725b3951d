import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { CallEvent, CallWatcher } from '../../src/call/call-event.ts';
import { CallTap } from '../../src/call/call-tap.ts';
import { PersonVoice } from '../../src/call/person-voice.ts';
import { createHeardFrames } from '../../src/console/heard-frames.ts';
import { LiveFeed } from '../../src/console/live-feed.ts';
import { maskedNumber } from '../../src/console/masked-number.ts';
import { SoundAllowance, toSoundFrame } from '../../src/console/sound-frame.ts';
import { openEventStream } from '../../src/platform/event-stream.ts';
import { markedAudio } from '../support/marked-audio.ts';

const voice = (ms: number) => markedAudio(7, ms);
const quiet = (ms: number) => Buffer.alloc(ms * 8, 0xff);

describe('the voice of a person', () => {
  const play = (pieces: Buffer[]) => {
    const said: { stretch: number; bytes: number }[] = [];
    const ended: number[] = [];
    const person = new PersonVoice({
      say: (stretch, ulaw) => said.push({ stretch, bytes: ulaw.length }),
      paused: (stretch) => ended.push(stretch),
    });
    for (const piece of pieces)
      for (let at = 0; at < piece.length; at += 160) person.hear(piece.subarray(at, at + 160));
    return { person, said, ended };
  };

  it('is sent while they speak, and the silence of their room is not', () => {
    const { said, ended } = play([quiet(2_000), voice(1_000), quiet(5_000), voice(500)]);
    const bytes = said.reduce((sum, one) => sum + one.bytes, 0);
    expect(bytes).toBeGreaterThanOrEqual(1_500 * 8);
    expect(bytes).toBeLessThan(2_300 * 8);
    expect(new Set(said.map(({ stretch }) => stretch))).toEqual(new Set([1, 2]));
    expect(ended).toEqual([1]);
  });

  it('begins with a cushion, so that what comes late leaves no hole', () => {
    const { said } = play([voice(200)]);
    expect(said[0]?.bytes).toBe(60 * 8);
    expect(said[1]?.bytes).toBe(20 * 8);
  });

  it('ends its stretch when the microphone is gone', () => {
    const { person, ended } = play([voice(300)]);
    person.pause();
    person.pause();
    expect(ended).toEqual([1]);
  });
});

describe('what the person at a softphone hears', () => {
  it('comes in frames of 20 ms with silence filled in, a fifth of a second later', () => {
    const frames: { frame: Buffer; atMs: number }[] = [];
    const tap = createHeardFrames((frame, atMs) => frames.push({ frame, atMs }));
    const agent = voice(100);
    for (let ms = 0; ms < 1_000; ms += 20) {
      if (ms === 200) tap('agent', agent, 110 * 8);
      tap('caller', quiet(20), ms * 8);
    }
    expect(frames.map(({ atMs }) => atMs)).toEqual(
      Array.from({ length: 40 }, (_, index) => index * 20),
    );
    const track = Buffer.concat(frames.map(({ frame }) => frame));
    expect(track.subarray(110 * 8, 210 * 8).equals(agent)).toBe(true);
    expect(track.subarray(0, 110 * 8).every((byte) => byte === 0xff)).toBe(true);
    expect(track.subarray(210 * 8).every((byte) => byte === 0xff)).toBe(true);
  });
});

describe('a number on the page', () => {
  it.each([
    ['+5588999991234', '+55 88 •••••-1234'],
    ['+558835430000', '+55 88 ••••-0000'],
    ['+14155550123', '+14 ••••0123'],
    ['unknown', null],
    ['', null],
  ])('%s is shown as %s', (number, shown) => {
    expect(maskedNumber(number)).toBe(shown);
  });
});

describe('sound on a socket', () => {
  it('carries side, moment and bytes', () => {
    const frame = toSoundFrame('agent', Buffer.from([1, 2, 3]), 8_000);
    expect([...frame]).toEqual([1, 0, 0, 0, 3, 232, 1, 2, 3]);
  });

  it('of a microphone is admitted in real time with a second in hand, and not faster', () => {
    const allowance = new SoundAllowance(0);
    let admitted = 0;
    for (let ms = 0; ms < 10_000; ms += 10) if (allowance.take(800, ms)) admitted += 100;
    expect(admitted).toBeGreaterThan(12_000);
    expect(admitted).toBeLessThan(14_000);
  });

  it('goes to parties always, to listeners only while it may be recorded, and past one who fails', () => {
    const tap = new CallTap();
    const heard: string[] = [];
    tap.join('party', () => {
      throw new Error('broken');
    });
    tap.join('party', (side) => heard.push(`party ${side}`));
    const stop = tap.join('listener', (side) => heard.push(`listener ${side}`));
    tap.pass('caller', voice(20), 0, false);
    tap.pass('agent', voice(20), 0, true);
    stop();
    tap.pass('caller', voice(20), 0, true);
    expect(heard).toEqual(['party caller', 'party agent', 'listener agent', 'party caller']);
  });
});

describe('a stream of events', () => {
  it('whose reader does not read is cut within its bound', async () => {
    let closed = 0;
    const stream = openEventStream(() => {
      closed += 1;
    });
    const text = 'x'.repeat(10_000);
    let sent = 0;
    while (stream.send('change', text) && sent < 1_000) sent += 1;
    expect(sent).toBeLessThan(60);
    await setImmediate();
    expect(closed).toBe(1);
    expect(stream.send('change', 'late')).toBe(false);
  });
});

describe('the feed', () => {
  const feedOf = (keepsWords: boolean) => {
    let tell: CallWatcher = () => {};
    const feed = new LiveFeed({
      events: {
        watch: (watcher) => {
          tell = watcher;
          return () => {};
        },
      },
      cost: () => ({ usd: 1, brl: 5 }),
      keepsWords: () => keepsWords,
      wallMs: () => Date.parse('2026-11-19T13:00:00Z'),
    });
    const give = (fact: Partial<CallEvent>) =>
      tell({ callId: 'a', clinicId: 'aurora', atMs: 10, ...fact } as CallEvent);
    give({ type: 'call-started', direction: 'inbound', caller: '+5588999991234', model: 'm' });
    return { feed, give };
  };
  const line = (text: string): Partial<CallEvent> => ({
    type: 'line-spoken',
    line: { speaker: 'caller', text, startMs: 5, source: 'speech', itemId: text },
  });
  const texts = (feed: LiveFeed) =>
    feed
      .snapshot(() => true)
      .calls.flatMap(({ entries }) =>
        entries.map((entry) => (entry.kind === 'line' ? entry.text : entry.note)),
      );

  it('shows no words of an unrecorded call where the clinic keeps none', () => {
    const { feed, give } = feedOf(false);
    give(line('um'));
    give({ type: 'recording', isAllowed: true });
    give(line('dois'));
    give({ type: 'recording', isAllowed: false });
    give(line('três'));
    expect(texts(feed)).toEqual([null, 'recording-on', 'dois', 'recording-off', null]);
  });

  it('shows a line once, as it was told last', () => {
    const { feed, give } = feedOf(true);
    give(line('um'));
    give({
      type: 'line-spoken',
      line: { speaker: 'caller', text: 'um e dois', startMs: 5, source: 'speech', itemId: 'um' },
    });
    expect(texts(feed)).toEqual(['um e dois']);
  });

  it('keeps a bounded number of entries, and forgets calls that are over', () => {
    const { feed, give } = feedOf(true);
    for (let count = 0; count < 1_000; count++) give(line(`linha ${count}`));
    expect(texts(feed)).toHaveLength(400);
    expect(texts(feed).at(-1)).toBe('linha 999');
    give({ type: 'call-ended', record: { ending: 'caller-hung-up', durationMs: 5 } as never });
    expect(feed.snapshot(() => true).calls).toEqual([]);
  });

  it('tells only who may see the clinic', () => {
    const { feed } = feedOf(true);
    expect(feed.snapshot((clinic) => clinic === 'outra').calls).toEqual([]);
    expect(feed.snapshot((clinic) => clinic === 'aurora').calls).toHaveLength(1);
  });

  it('says who of the clinic has the call, and what it cost', () => {
    const { feed, give } = feedOf(true);
    const deed = { atMs: 1, byId: 'u', by: 'Ana' };
    give({ type: 'staff-acted', deed: { ...deed, did: 'took' } });
    give({ type: 'tokens-used', usage: {} as never });
    expect(feed.find('a')).toMatchObject({ state: 'person', holder: { name: 'Ana' }, costBrl: 5 });
    give({ type: 'staff-acted', deed: { ...deed, did: 'lost' } });
    expect(feed.find('a')).toMatchObject({ state: 'agent', holder: null });
  });
});
