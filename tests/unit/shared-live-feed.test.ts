import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Call } from '../../src/call/call.ts';
import type { CallEvent, CallWatcher } from '../../src/call/call-event.ts';
import { CallTap, type TapListener } from '../../src/call/call-tap.ts';
import { LiveFeed } from '../../src/console/live-feed.ts';
import { createLiveHands } from '../../src/console/live-hands.ts';
import { createLiveLines } from '../../src/console/live-lines.ts';
import type { LiveCall, LiveChange } from '../../src/console/live-view.ts';
import { SharedLiveFeed, silentMs } from '../../src/console/shared-live-feed.ts';
import type { ServerBus } from '../../src/platform/server-bus.ts';
import { createBusHub } from '../support/memory-bus.ts';

const startedMs = Date.parse('2026-11-19T13:00:00Z');
/** Everything that was told has arrived, and was answered. */
const settled = async () => {
  for (let n = 0; n < 10; n += 1) await setImmediate();
};

/** A server whose calls are told by hand. @param through what its words to others go through */
function serverOn(bus: ServerBus, through: (bus: ServerBus) => ServerBus = (one) => one) {
  let give: CallWatcher = () => {};
  const time = { ms: 0 };
  const own = new LiveFeed({
    events: {
      watch: (watcher) => {
        give = watcher;
        return () => {};
      },
    },
    cost: () => undefined,
    keepsWords: () => true,
    wallMs: () => startedMs + time.ms,
  });
  const feed = new SharedLiveFeed({
    own,
    bus: through(bus),
    wallMs: () => startedMs + time.ms,
    monotonicMs: () => time.ms,
  });
  const changes: LiveChange[] = [];
  feed.listen((change) => changes.push(change));
  const tell = (callId: string, fact: Partial<CallEvent>, clinicId = 'aurora') =>
    give({ callId, clinicId, atMs: 10, ...fact } as CallEvent);
  const begin = (callId: string, clinicId?: string) =>
    tell(
      callId,
      { type: 'call-started', direction: 'inbound', caller: '+5588999991234', model: 'm' },
      clinicId,
    );
  const say = (callId: string, text: string) =>
    tell(callId, {
      type: 'line-spoken',
      line: { speaker: 'caller', text, startMs: 5, source: 'speech', itemId: text },
    });
  const end = (callId: string) =>
    tell(callId, {
      type: 'call-ended',
      record: { ending: 'caller-hung-up', durationMs: 9 } as never,
    });
  const shown = () =>
    feed
      .snapshot((clinic) => clinic === 'aurora')
      .calls.map(({ id, entries }) => [
        id,
        ...entries.map((one) => (one.kind === 'line' ? one.text : one.note)),
      ]);
  return { bus, own, feed, time, changes, tell, begin, say, end, shown };
}

describe('the calls of another server', () => {
  it('are seen from their first word to their end, of one’s own clinic only', async () => {
    const hub = createBusHub();
    const [a, b] = [serverOn(hub.join()), serverOn(hub.join())];
    a.begin('one');
    a.say('one', 'Bom dia.');
    a.begin('other', 'estrategia');
    await settled();
    expect(b.shown()).toEqual([['one', 'Bom dia.']]);
    expect(b.feed.find('one')).toMatchObject({ clinic: 'aurora', caller: '+55 88 •••••-1234' });
    expect(b.feed.serverOf('one')).toBe(a.bus.server);
    a.end('one');
    await settled();
    expect(b.shown()).toEqual([]);
    expect(b.changes.at(-1)?.call).toMatchObject({ id: 'one', ending: 'caller-hung-up' });
    // Once for each: who has a call does not hear of it a second time.
    expect(a.changes).toHaveLength(b.changes.length);
  });

  it('that began before are there with all that was said, for a server that starts later', async () => {
    const hub = createBusHub();
    const a = serverOn(hub.join());
    a.begin('one');
    for (const text of ['um', 'dois', 'três']) a.say('one', text);
    await settled();
    const late = serverOn(hub.join());
    await settled();
    expect(late.shown()).toEqual([['one', 'um', 'dois', 'três']]);
  });

  it('are whole again after messages were lost, in 200 random losses', async () => {
    for (let round = 0; round < 200; round += 1) {
      const hub = createBusHub();
      let isLossy = true;
      const lossy = (bus: ServerBus): ServerBus => ({
        ...bus,
        tell: (topic, message) => {
          if (!isLossy || Math.random() > 0.4) bus.tell(topic, message);
        },
      });
      const [a, b] = [serverOn(hub.join(), lossy), serverOn(hub.join(), lossy)];
      for (let n = 0; n < 12; n += 1) {
        const id = `c${n % 3}`;
        const dice = Math.random();
        if (!a.own.find(id)) a.begin(id);
        else if (dice < 0.2) a.end(id);
        else a.say(id, `linha ${n}`);
        if (dice > 0.7) await settled();
      }
      isLossy = false;
      a.feed.beat();
      await settled();
      a.feed.beat();
      await settled();
      expect(b.shown().sort()).toEqual(a.shown().sort());
    }
  });

  it('vanish when their server was killed, and at once when it said goodbye', async () => {
    const hub = createBusHub();
    const [a, b, c] = [serverOn(hub.join()), serverOn(hub.join()), serverOn(hub.join())];
    a.begin('one');
    c.begin('two');
    await settled();
    hub.kill(a.bus);
    b.time.ms = silentMs - 1;
    c.feed.beat();
    await settled();
    b.feed.look();
    expect(b.shown()).toHaveLength(2);
    b.time.ms = silentMs + 1;
    b.feed.look();
    expect(b.shown()).toEqual([['two']]);
    expect(b.changes.at(-1)).toMatchObject({
      call: { id: 'one', state: 'ended', ending: 'stream-lost', mayListen: false },
      entry: { note: 'over' },
    });
    c.feed.stop();
    await settled();
    expect(b.shown()).toEqual([]);
  });

  it('told in words that are not understood are not there', async () => {
    const hub = createBusHub();
    const stranger = hub.join();
    const b = serverOn(hub.join());
    for (const topic of ['live-change', 'live-beat', 'live-hello', 'live-bye'])
      for (const message of [null, 'x', { seq: 'a' }, { seq: 1, change: { call: { id: 7 } } }])
        stranger.tell(topic, message);
    await settled();
    expect(b.shown()).toEqual([]);
  });
});

/** A call whose staff and sound are looked at. */
function fakeCall(id: string) {
  const deeds: unknown[] = [];
  const spoken: Buffer[] = [];
  const tap = new CallTap();
  let isOver: () => void = () => {};
  const ended = new Promise<void>((resolve) => {
    isOver = resolve;
  });
  const done = { outcome: 'done' } as const;
  const staff = {
    hint: (by: { name: string }, text: string) => {
      deeds.push(['hint', by.name, text]);
      return done;
    },
    take: () => ({ outcome: 'held', by: 'Paula' }) as const,
    talk: (by: { id: string }, hear: TapListener) =>
      by.id === 'u1'
        ? { speak: (ulaw: Buffer) => void spoken.push(ulaw), close: tap.join('party', hear) }
        : undefined,
  };
  const call = { id, tap, staff, ended } as unknown as Call;
  return { call, deeds, spoken, tap, isOver: () => isOver() };
}

function twoDesks() {
  const hub = createBusHub();
  const [a, b] = [serverOn(hub.join()), serverOn(hub.join())];
  const fake = fakeCall('one');
  const deskOf = (server: typeof a, calls: Call[]) => {
    const parts = {
      calls: { find: (id: string) => calls.find((one) => one.id === id) },
      own: server.own,
      others: { bus: server.bus, serverOf: (id: string) => server.feed.serverOf(id) },
    };
    return { hands: createLiveHands(parts), lines: createLiveLines(parts) };
  };
  const [deskA, deskB] = [deskOf(a, [fake.call]), deskOf(b, [])];
  return { hub, a, b, deskA, deskB, fake };
}

const ana = { id: 'u1', name: 'Ana' };

describe('somebody at another server', () => {
  it('gives hints to a call, and is told who holds it', async () => {
    const { a, b, deskB, fake } = twoDesks();
    a.begin('one');
    await settled();
    const call = b.feed.find('one') as LiveCall;
    const hint = { do: 'hint', text: 'Ofereça as quinze horas.' } as const;
    expect(await deskB.hands.do(call, ana, hint)).toEqual({ outcome: 'done' });
    expect(fake.deeds).toEqual([['hint', 'Ana', 'Ofereça as quinze horas.']]);
    expect(await deskB.hands.do(call, ana, { do: 'take' })).toEqual({
      outcome: 'held',
      by: 'Paula',
    });
  });

  it('cannot step into a call by the name of another clinic, nor into one that is over', async () => {
    const { a, b, deskB, fake } = twoDesks();
    a.begin('one');
    await settled();
    const call = b.feed.find('one') as LiveCall;
    const hint = { do: 'hint', text: 'x' } as const;
    const foreign = { ...call, clinic: 'estrategia' };
    expect(await deskB.hands.do(foreign, ana, hint)).toEqual({ outcome: 'gone' });
    expect(await deskB.hands.do({ ...call, id: 'two' }, ana, hint)).toEqual({ outcome: 'gone' });
    expect(fake.deeds).toEqual([]);
  });

  it('is told when the server of the call does not answer', async () => {
    const { a, b, deskB, hub } = twoDesks();
    a.begin('one');
    await settled();
    hub.kill(a.bus);
    const call = b.feed.find('one') as LiveCall;
    expect(await deskB.hands.do(call, ana, { do: 'take' })).toEqual({ outcome: 'unreachable' });
  });

  it('hears a call that may be recorded, until it is over', async () => {
    const { a, b, deskB, fake } = twoDesks();
    a.begin('one');
    await settled();
    const heard: [string, string, number][] = [];
    let isOver = false;
    const listen = () =>
      deskB.lines.open(
        'listen',
        b.feed.find('one') as LiveCall,
        ana,
        (side, ulaw, at) => heard.push([side, ulaw.toString(), at]),
        () => {
          isOver = true;
        },
      );
    expect(await listen()).toBeUndefined();
    a.tell('one', { type: 'recording', isAllowed: true });
    await settled();
    const line = await listen();
    fake.tap.pass('caller', Buffer.from('alô'), 160, true);
    fake.tap.pass('agent', Buffer.from('não pode'), 320, false);
    await settled();
    expect(heard).toEqual([['caller', 'alô', 160]]);
    fake.isOver();
    await settled();
    expect(isOver).toBe(true);
    fake.tap.pass('caller', Buffer.from('depois'), 480, true);
    await settled();
    expect(heard).toHaveLength(1);
    line?.close();
  });

  it('speaks with the caller after having taken the call, and nobody else does', async () => {
    const { a, b, deskB, fake } = twoDesks();
    a.begin('one');
    await settled();
    const call = b.feed.find('one') as LiveCall;
    const heard: string[] = [];
    const open = (by: typeof ana) =>
      deskB.lines.open(
        'talk',
        call,
        by,
        (side, ulaw) => heard.push(`${side} ${ulaw.toString()}`),
        () => undefined,
      );
    expect(await open({ id: 'u2', name: 'Outra' })).toBeUndefined();
    const line = await open(ana);
    line?.speak(Buffer.from('bom dia'));
    fake.tap.pass('caller', Buffer.from('oi'), 0, false);
    fake.tap.pass('agent', Buffer.from('eu mesma'), 0, false);
    await settled();
    expect(fake.spoken.map(String)).toEqual(['bom dia']);
    expect(heard).toEqual(['caller oi']);
    line?.close();
    await settled();
    fake.tap.pass('caller', Buffer.from('ainda?'), 0, false);
    await settled();
    expect(heard).toHaveLength(1);
  });
});
