import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CallJournal } from '../../src/call/call-journal.ts';
import {
  type CallRecord,
  type CallStore,
  type EndReason,
  emptyUsage,
  type TranscriptLine,
} from '../../src/call/call-record.ts';
import { createLog } from '../../src/platform/log.ts';
import { createMemoryCallStore } from '../../src/storage/memory-call-store.ts';
import { clockAt } from '../support/agent-fixtures.ts';

const identity = {
  id: 'call-1',
  callSid: 'CA1',
  streamSid: 'MZ1',
  clinic: 'aurora',
  direction: 'inbound' as const,
  from: '+5588999990001',
  to: '+558835430000',
};

function journalWith(store: CallStore, lines: () => TranscriptLine[] = () => []) {
  const logged: string[] = [];
  const clock = clockAt('2026-11-21T10:15:30Z');
  const log = createLog('debug', { write: (row: string) => void logged.push(row) });
  return { journal: new CallJournal(identity, { store, clock, log, lines }), clock, logged };
}

/** Remembers every record that was to be saved. */
function watchedStore(save: (record: CallRecord) => Promise<void> = async () => {}) {
  const saved: CallRecord[] = [];
  const store: CallStore = {
    ...createMemoryCallStore(),
    save: (record) => {
      saved.push(record);
      return save(record);
    },
  };
  return { store, saved };
}

describe('the record of a call', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('is saved as live when the call begins, so that a dead process leaves a trace', async () => {
    const { store, saved } = watchedStore();
    journalWith(store);
    await vi.advanceTimersByTimeAsync(0);
    expect(saved).toHaveLength(1);
    expect(saved[0]).toMatchObject({
      ...identity,
      state: 'live',
      startedAt: '2026-11-21T10:15:30.000Z',
    });
  });

  it('many changes within a second are saved once, with the transcript as it is then', async () => {
    const { store, saved } = watchedStore();
    const lines: TranscriptLine[] = [];
    const { journal } = journalWith(store, () => lines);
    await vi.advanceTimersByTimeAsync(0);
    for (let i = 0; i < 50; i++) {
      journal.noteSoon((record) => record.latencies.replyMs.push(i));
      await vi.advanceTimersByTimeAsync(10);
    }
    lines.push({ speaker: 'caller', text: 'Oi', startMs: 0, source: 'speech' });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(saved).toHaveLength(2);
    expect(saved[1]?.transcript).toHaveLength(1);
    expect(saved[1]?.latencies.replyMs).toHaveLength(50);
  });

  it('what was handed to the store does not change under it', async () => {
    const { store, saved } = watchedStore();
    const { journal } = journalWith(store);
    await vi.advanceTimersByTimeAsync(0);
    journal.noteSoon((record) => record.appointments.push('a1'));
    expect(saved[0]?.appointments).toEqual([]);
    await journal.finish('caller-hung-up', 1, undefined, {});
  });

  it('a slow store gets the records one after the other, the final one last', async () => {
    let running = 0;
    const { store, saved } = watchedStore(async () => {
      running += 1;
      expect(running).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 3_000));
      running -= 1;
    });
    const { journal } = journalWith(store);
    journal.noteSoon((record) => record.appointments.push('a1'));
    await vi.advanceTimersByTimeAsync(1_500);
    const finished = journal.finish('agent-goodbye', 4_999.6, undefined, {});
    await vi.advanceTimersByTimeAsync(10_000);
    await finished;
    expect(saved.map(({ state }) => state)).toEqual(['live', 'live', 'ended']);
    expect(saved.at(-1)?.durationMs).toBe(5_000);
  });

  it('a store that fails is logged, without a word of the call, and the next save is tried', async () => {
    const { store, saved } = watchedStore(() => Promise.reject(new Error('disk full')));
    const { journal, logged } = journalWith(store, () => [
      { speaker: 'caller', text: 'segredo', startMs: 0, source: 'speech' },
    ]);
    const finished = journal.finish('caller-hung-up', 1_000, undefined, {});
    await vi.advanceTimersByTimeAsync(0);
    expect((await finished).ending).toBe('caller-hung-up');
    expect(saved).toHaveLength(2);
    expect(logged).toHaveLength(2);
    expect(logged.join()).toContain('call record not saved');
    expect(logged.join()).not.toMatch(/segredo|99999/);
  });

  it('sums the tokens of all replies, tools in order, and no timer is left behind', async () => {
    const { store } = watchedStore();
    const { journal } = journalWith(store);
    const usage = { ...emptyUsage(), inputTokens: 10, cachedTextTokens: 4, outputAudioTokens: 7 };
    journal.addUsage(usage);
    journal.addUsage(usage);
    for (const name of ['one', 'two']) {
      journal.toolUsed({ name, atMs: 1, durationMs: 1, outcome: 'ok', arguments: {}, output: '' });
    }
    const record = await journal.finish(
      'caller-hung-up',
      1,
      {
        file: 'f',
        durationMs: 1,
        complete: true,
      },
      { protocol: '12345678', summary: 'Marcou uma consulta.' },
    );
    expect(record.usage).toEqual({
      ...emptyUsage(),
      inputTokens: 20,
      cachedTextTokens: 8,
      outputAudioTokens: 14,
    });
    expect(record.tools.map(({ name }) => name)).toEqual(['one', 'two']);
    expect(record.recording).toEqual({ file: 'f', durationMs: 1, complete: true });
    expect(vi.getTimerCount()).toBe(0);
  });

  const outcomes: [EndReason, string][] = [
    ['caller-hung-up', 'abandoned'],
    ['caller-silent', 'abandoned'],
    ['agent-goodbye', 'no-appointment'],
    ['time-limit', 'no-appointment'],
    ['stream-lost', 'failed'],
    ['stream-error', 'failed'],
    ['model-unreachable', 'failed'],
    ['model-refused', 'failed'],
  ];
  for (const [ending, outcome] of outcomes) {
    it(`a call that ended by ${ending} is ${outcome}, unless an appointment was made`, async () => {
      const { store } = watchedStore();
      const without = journalWith(store).journal;
      expect((await without.finish(ending, 1, undefined, {})).outcome).toBe(outcome);
      const withOne = journalWith(store).journal;
      withOne.noteSoon((record) => record.appointments.push('a1'));
      expect((await withOne.finish(ending, 1, undefined, {})).outcome).toBe('appointment');
    });
  }
});
