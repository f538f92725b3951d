import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ModelHealth } from '../../src/call/model-health.ts';
import { ModelLink } from '../../src/call/model-link.ts';
import type { VoiceModel, VoiceModelListener } from '../../src/call/voice-model.ts';
import { clockAt, thursdayMorning } from '../support/agent-fixtures.ts';

const frame = Buffer.alloc(160, 0x2a).toString('base64');

/** One session as the link sees it: what it was told, and the way to tell the link. */
class Session implements VoiceModel {
  readonly said: string[] = [];
  readonly listener: VoiceModelListener;
  closed = false;

  constructor(listener: VoiceModelListener) {
    this.listener = listener;
  }
  appendAudio(payload: string): void {
    this.said.push(`audio ${payload}`);
  }
  addText(_role: string, text: string): void {
    this.said.push(`text ${text}`);
  }
  close(): void {
    this.closed = true;
  }
  requestReply(): void {}
  cancelReply(): void {}
  truncate(): void {}
  addToolOutput(): void {}
  deleteItem(): void {}

  get audio(): string[] {
    return this.said.flatMap((one) => (one.startsWith('audio ') ? one.slice(6) : []));
  }
  fails(code: string, fatal = false): void {
    this.listener.onClosed({ fatal, code });
  }
}

function stage() {
  const sessions: Session[] = [];
  const told: string[] = [];
  const clock = clockAt(thursdayMorning);
  const health = new ModelHealth();
  const tell = (name: string) => () => void told.push(name);
  const events = {
    onReady: tell('ready!'),
    onAudio: tell('audio'),
    onClosed: tell('closed!'),
    onSpeechStarted: tell('speech'),
  } as unknown as VoiceModelListener;
  const link = new ModelLink({
    open: (listener) => {
      const session = new Session(listener);
      sessions.push(session);
      return session;
    },
    events,
    listener: {
      renewing: (model) => model.addText('system', 'o que foi dito'),
      ready: (renewed) => told.push(renewed ? 'ready again' : 'ready'),
      lost: () => told.push('lost'),
      gaveUp: (fatal, code) => told.push(`gave up: ${code}${fatal ? ' (fatal)' : ''}`),
    },
    health,
    clock,
  });
  const wait = (ms: number) => {
    clock.advance(ms);
    vi.advanceTimersByTime(ms);
  };
  const newest = () => {
    const session = sessions.at(-1);
    if (!session) throw new Error('no session was opened');
    return session;
  };
  return { link, sessions, told, health, clock, wait, newest };
}

const audioEvent = { responseId: 'r', itemId: 'i', contentIndex: 0, payload: frame };

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('reaching the model', () => {
  it('a session that becomes ready is told once, and its events are passed on', () => {
    const { link, told, newest } = stage();
    link.connect();
    newest().listener.onReady();
    newest().listener.onAudio(audioEvent);
    expect(told).toEqual(['ready', 'audio']);
    expect(link.model).toBe(newest());
  });

  it('failures that take no time: three tries, each after a wait, then given up', () => {
    const { link, sessions, told, newest, wait, health, clock } = stage();
    link.connect();
    for (let tries = 1; tries <= 3; tries++) {
      expect(sessions).toHaveLength(tries);
      newest().fails('http-500');
      expect(sessions).toHaveLength(tries);
      wait(199);
      expect(sessions).toHaveLength(tries);
      wait(700);
    }
    expect(told).toEqual(['gave up: http-500']);
    expect(sessions).toHaveLength(3);
    expect(link.model).toBeUndefined();
    expect(health.unavailable(clock.monotonicMs())).toContain('http-500');
  });

  it('failures that take 2 s each: no try is begun that could end after 6 s', () => {
    const { link, sessions, told, newest, wait } = stage();
    link.connect();
    wait(2_000);
    newest().fails('connect-timeout');
    wait(800);
    wait(2_000);
    newest().fails('connect-timeout');
    expect(told).toEqual(['gave up: connect-timeout']);
    wait(5_000);
    expect(sessions).toHaveLength(2);
  });

  it('a refusal is never tried again', () => {
    const { link, sessions, told, newest, wait } = stage();
    link.connect();
    newest().fails('http-401', true);
    wait(10_000);
    expect(sessions).toHaveLength(1);
    expect(told).toEqual(['gave up: http-401 (fatal)']);
  });

  it('a second try that works makes the model healthy again', () => {
    const { link, told, newest, wait, health, clock } = stage();
    link.connect();
    newest().fails('http-500');
    wait(1_000);
    newest().listener.onReady();
    expect(told).toEqual(['ready']);
    expect(health.unavailable(clock.monotonicMs())).toBeUndefined();
  });
});

describe('a session that is lost', () => {
  it('is replaced at once, and the new one is told the conversation before anything else', () => {
    const { link, sessions, told, newest } = stage();
    link.connect();
    newest().listener.onReady();
    const generation = link.generation;
    newest().fails('closed-1001');
    expect(sessions).toHaveLength(2);
    expect(newest().said).toEqual(['text o que foi dito']);
    newest().listener.onReady();
    expect(told).toEqual(['ready', 'lost', 'ready again']);
    expect(link.generation).toBeGreaterThan(generation);
  });

  it('is not heard any more, whatever it still says', () => {
    const { link, sessions, told, newest } = stage();
    link.connect();
    newest().listener.onReady();
    newest().fails('closed-1001');
    const [dead] = sessions;
    told.length = 0;
    dead?.listener.onAudio(audioEvent);
    dead?.listener.onSpeechStarted({ audioStartMs: 0, itemId: 'i' });
    dead?.listener.onReady();
    dead?.listener.onClosed({ fatal: false, code: 'again' });
    expect(told).toEqual([]);
    expect(sessions).toHaveLength(2);
  });

  it('is renewed twice in a call; the third time the way out is shown', () => {
    const { link, sessions, told, newest } = stage();
    link.connect();
    for (let times = 0; times < 3; times++) {
      newest().listener.onReady();
      newest().fails('closed-1011');
    }
    expect(sessions).toHaveLength(3);
    expect(told.slice(-2)).toEqual(['lost', 'gave up: closed-1011']);
  });

  it('for want of money is not replaced', () => {
    const { link, sessions, told, newest, health, clock } = stage();
    link.connect();
    newest().listener.onReady();
    newest().fails('insufficient_quota', true);
    expect(sessions).toHaveLength(1);
    expect(told).toEqual(['ready', 'lost', 'gave up: insufficient_quota (fatal)']);
    expect(health.unavailable(clock.monotonicMs())).toContain('insufficient_quota');
  });

  it('each replacement has tries of its own, and each is told the conversation', () => {
    const { link, sessions, newest, wait } = stage();
    link.connect();
    newest().listener.onReady();
    newest().fails('closed-1001');
    newest().fails('http-503');
    wait(1_000);
    newest().fails('http-503');
    wait(1_000);
    newest().listener.onReady();
    expect(sessions).toHaveLength(4);
    expect(sessions.slice(1).map(({ said }) => said)).toEqual(
      Array.from({ length: 3 }, () => ['text o que foi dito']),
    );
  });
});

describe('what the caller says while there is no session', () => {
  const frames = (from: number, count: number) =>
    Array.from({ length: count }, (_, i) => Buffer.alloc(160, from + i).toString('base64'));

  it('is given to every session that is tried, after the conversation, until one is ready', () => {
    const { link, newest, wait } = stage();
    link.connect();
    newest().listener.onReady();
    newest().fails('lost');
    const [first = '', second = '', third = ''] = frames(1, 3);
    link.appendAudio(first);
    newest().fails('http-500');
    link.appendAudio(second);
    wait(1_000);
    link.appendAudio(third);
    expect(newest().said[0]).toBe('text o que foi dito');
    expect(newest().audio).toEqual([first, second, third]);
  });

  it('is given once: a session that was ready has heard it', () => {
    const { link, newest } = stage();
    link.connect();
    link.appendAudio(frame);
    newest().listener.onReady();
    newest().fails('lost');
    expect(newest().audio).toEqual([]);
  });

  it('is kept up to 3 s, the beginning of it, without a hole', () => {
    const { link, newest, wait } = stage();
    link.connect();
    newest().fails('http-500');
    const all = frames(0, 200);
    for (const one of all) link.appendAudio(one);
    wait(1_000);
    expect(newest().audio).toEqual(all.slice(0, newest().audio.length));
    expect(newest().audio.length * 20).toBeGreaterThan(2_900);
    expect(newest().audio.length * 20).toBeLessThanOrEqual(3_000);
  });
});

describe('a link that is closed', () => {
  it('closes its session and hears nothing more', () => {
    const { link, sessions, told, newest } = stage();
    link.connect();
    newest().listener.onReady();
    link.close();
    newest().listener.onAudio(audioEvent);
    newest().fails('closed-by-us');
    expect(newest().closed).toBe(true);
    expect(sessions).toHaveLength(1);
    expect(told).toEqual(['ready']);
  });

  it('between two tries makes no other, and leaves no timer behind', () => {
    const { link, sessions, newest, wait } = stage();
    link.connect();
    newest().fails('http-500');
    link.close();
    wait(5_000);
    expect(sessions).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });
});
