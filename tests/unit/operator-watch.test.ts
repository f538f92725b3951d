import { afterEach, describe, expect, it } from 'vitest';
import type { CallEvent, CallWatcher } from '../../src/call/call-event.ts';
import {
  judgeLook,
  type OperatorWatch,
  startOperatorWatch,
} from '../../src/call/operator-watch.ts';
import { createLog } from '../../src/platform/log.ts';
import { createMetrics } from '../../src/platform/metrics.ts';
import { callRecord } from '../support/call-record.ts';

const quiet = { freeShare: 0.5, stallMs: 3 };
const where = { callId: 'c', clinicId: 'k', atMs: 0 };
const broken: CallEvent = { ...where, type: 'promise-broken', claim: 'booked' };
const running: OperatorWatch[] = [];

afterEach(() => {
  for (const one of running.splice(0)) one.stop();
});

/** Disks whose free share a test says, a model that may be in trouble, and calls that tell. */
function watchOver() {
  let nowMs = 0;
  const world = { free: 0.5 as number | undefined, model: undefined as string | undefined };
  const watchers = new Set<CallWatcher>();
  const lines: string[] = [];
  const watch = startOperatorWatch({
    watch: (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    modelTrouble: () => world.model,
    agendaTrouble: () => undefined,
    descriptors: { look: () => undefined, trouble: () => undefined },
    directories: ['recordings', 'data'],
    freeShare: async (directory) => (directory === 'data' ? world.free : 0.9),
    clock: { monotonicMs: () => nowMs, wallMs: () => nowMs },
    log: createLog('info', { write: (line: string) => void lines.push(line) }),
    metrics: createMetrics(),
  });
  running.push(watch);
  const standing = () => watch.alarms.standing().map(({ name }) => name);
  const tell = (event: CallEvent) => {
    for (const watcher of watchers) watcher(event);
  };
  const lookAt = async (ms: number) => {
    nowMs = ms;
    watch.look();
    await new Promise(setImmediate);
    watch.look();
  };
  return { world, watch, watchers, standing, tell, lookAt, lines };
}

describe('one look at the process', () => {
  it('at which nothing is wrong ends what may be over', () => {
    expect(judgeLook(quiet)).toEqual({
      raise: [],
      clear: ['model-unavailable', 'agenda-unusable', 'descriptors-exhausted', 'disk-nearly-full'],
    });
  });

  it.each([
    [
      'a model that is away',
      { ...quiet, modelTrouble: 'model unreachable: http-500' },
      'model-unavailable',
    ],
    [
      'an agenda that cannot be written',
      { ...quiet, agendaTrouble: 'agenda-not-writable' },
      'agenda-unusable',
    ],
    [
      'no descriptor left',
      { ...quiet, descriptorTrouble: 'out-of-descriptors' },
      'descriptors-exhausted',
    ],
    ['a disk with 4.9 % left', { ...quiet, freeShare: 0.049 }, 'disk-nearly-full'],
    ['half a second of standstill', { ...quiet, stallMs: 500 }, 'event-loop-slow'],
  ])('%s is one alarm', (_name, look, alarm) => {
    expect(judgeLook(look).raise).toEqual([alarm]);
  });

  it('a disk that does not say how full it is neither begins nor ends an alarm', () => {
    const { raise, clear } = judgeLook({ stallMs: 0 });
    expect([...raise, ...clear]).not.toContain('disk-nearly-full');
  });
});

describe('the watch for the operator', () => {
  it('asks others for their trouble, too, and tells its end', async () => {
    const { watch, standing, lookAt } = watchOver();
    let trouble: string | undefined;
    watch.alsoAsk('texts-unusable', () => trouble);
    await lookAt(0);
    expect(standing()).toEqual([]);
    trouble = 'redis-unreachable';
    await lookAt(1_000);
    expect(standing()).toEqual(['texts-unusable']);
    trouble = undefined;
    await lookAt(2_000);
    expect(standing()).toEqual([]);
  });

  it('stops new recordings while the disk is nearly full, and no longer', async () => {
    const { world, watch, standing, lookAt } = watchOver();
    await lookAt(0);
    expect(watch.mayRecord()).toBe(true);
    world.free = 0.04;
    await lookAt(40_000);
    expect([watch.mayRecord(), standing()]).toEqual([false, ['disk-nearly-full']]);
    world.free = 0.06;
    await lookAt(80_000);
    expect([watch.mayRecord(), standing()]).toEqual([true, []]);
  });

  it('goes on recording on a disk that does not say how full it is', async () => {
    const { world, watch, lookAt } = watchOver();
    world.free = undefined;
    await lookAt(40_000);
    expect(watch.mayRecord()).toBe(true);
  });

  it('tells of a model that is away once, and that it is back', async () => {
    const { world, standing, lookAt, lines } = watchOver();
    world.model = 'model refused: http-401';
    for (const ms of [1_000, 2_000, 3_000]) await lookAt(ms);
    expect(standing()).toEqual(['model-unavailable']);
    expect(lines).toHaveLength(1);
    world.model = undefined;
    await lookAt(4_000);
    expect(standing()).toEqual([]);
  });

  it('tells of lies only when there are more than three an hour', async () => {
    const { standing, tell, lookAt } = watchOver();
    for (let i = 0; i < 3; i += 1) tell(broken);
    expect(standing()).toEqual([]);
    await lookAt(3_600_001);
    tell(broken);
    expect(standing()).toEqual([]);
    for (let i = 0; i < 3; i += 1) tell(broken);
    expect(standing()).toEqual(['agent-broke-promises']);
  });

  it('takes a whole recording as the end of the trouble with recordings', () => {
    const { watch, standing, tell } = watchOver();
    watch.alarms.raise('recording-failed', { cause: 'ENOSPC' });
    expect(standing()).toEqual(['recording-failed']);
    const recording = { file: 'a.wav', durationMs: 1_000, complete: true };
    tell({ ...where, type: 'call-ended', record: callRecord({ recording }) });
    expect(standing()).toEqual([]);
  });

  it('tells of a tool that breaks until every tool that broke has worked again', () => {
    const { standing, tell } = watchOver();
    const used = (name: string, outcome: 'ok' | 'refused' | 'failed' | 'timeout') => {
      const use = { name, outcome, atMs: 0, durationMs: 1, arguments: {}, output: {} };
      tell({ ...where, type: 'tool-used', use });
    };
    used('find_slots', 'refused');
    expect(standing()).toEqual([]);
    used('confirm_appointment', 'failed');
    used('hold_slots', 'timeout');
    expect(standing()).toEqual(['tool-broken']);
    used('find_slots', 'ok');
    used('hold_slots', 'ok');
    used('confirm_appointment', 'refused');
    expect(standing()).toEqual(['tool-broken']);
    used('confirm_appointment', 'ok');
    expect(standing()).toEqual([]);
  });

  it('tells of every emergency that is a minute after the last, without its kind', async () => {
    const { tell, lookAt, lines } = watchOver();
    for (const ms of [0, 30_000, 61_000]) {
      await lookAt(ms);
      tell({ ...where, type: 'emergency', kind: 'stroke' });
    }
    const told = lines.filter((line) => line.includes('"level":"error"'));
    expect(told).toHaveLength(2);
    expect(lines.join()).not.toContain('stroke');
  });

  it('that is stopped hears of calls no more', () => {
    const { watch, watchers } = watchOver();
    watch.stop();
    expect(watchers.size).toBe(0);
  });
});
