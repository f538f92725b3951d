import { describe, expect, it } from 'vitest';
import type { CallIndex, CallQuery } from '../../src/call/call-index-store.ts';
import type { CallRecord, ToolUse } from '../../src/call/call-record.ts';
import { callRecord } from '../support/call-record.ts';
import { closedAfterEach } from '../support/closed-after-each.ts';

const spoken = (...texts: string[]): Pick<CallRecord, 'transcript'> => ({
  transcript: texts.map((text, at) => ({
    speaker: at % 2 ? 'caller' : 'agent',
    text,
    startMs: at * 1_000,
    source: 'speech',
  })),
});
const named = (patient_name: string): ToolUse => ({
  name: 'review_appointment',
  atMs: 0,
  durationMs: 1,
  outcome: 'ok',
  arguments: { patient_name },
  output: '{}',
});

/** What every driver must do. `open` gives an empty index. @param changes of one call, that a driver makes in a second */
export function describeCallIndex(
  driver: string,
  open: () => Promise<{ index: CallIndex; close(): Promise<void> }>,
  { changes = 3_000 } = {},
): void {
  describe(`the index of calls in ${driver}`, () => {
    const opened = closedAfterEach(open);
    const holding = async (...records: CallRecord[]) => {
      const { index } = await opened();
      for (const record of records) await index.put(record);
      return index;
    };
    const idsOf = async (index: CallIndex, query: Partial<CallQuery>) =>
      (await index.search({ clinics: 'all', ...query }, { limit: 50 })).calls.map(({ id }) => id);

    it('finds what was said, whatever the accents, capitals and the order of the words', async () => {
      const one = callRecord(
        spoken('Alô!', 'Quero marcar uma ULTRASSONOGRAFIA de tireoide amanhã'),
      );
      const index = await holding(one, callRecord(spoken('Alô!', 'Qual o endereço?')));
      for (const text of ['ultrassonografia', 'amanha tireóide', 'ultrasson marcar'])
        expect(await idsOf(index, { text }), text).toEqual([one.id]);
      expect(await idsOf(index, { text: 'ENDERECO' })).not.toContain(one.id);
    });

    it('asks for every word, and for whole short ones', async () => {
      const one = callRecord(spoken('pé direito inchado'));
      const index = await holding(one);
      expect(await idsOf(index, { text: 'inchado ontem' })).toEqual([]);
      expect(await idsOf(index, { text: 'pe' })).toEqual([one.id]);
      expect(await idsOf(index, { text: 'di' })).toEqual([]);
      expect(await idsOf(index, { text: 'dir' })).toEqual([one.id]);
    });

    it('finds nothing for what cannot be a word, and everything for nothing', async () => {
      const one = callRecord();
      const index = await holding(one);
      for (const text of ['«»', '-', 'a', '%_%', "' OR 1=1"])
        expect(await idsOf(index, { text }), text).toEqual([]);
      expect(await idsOf(index, { text: '  ' })).toEqual([one.id]);
    });

    it('finds a number by any four digits of it, however they are written', async () => {
      const one = callRecord({ from: '+5588999990001', ...spoken('oi') });
      const index = await holding(one, callRecord({ from: '+5511912345678', ...spoken('oi') }));
      for (const text of ['99999-0001', '(88) 99999 0001', '+5588999990001', '0001', '8899'])
        expect(await idsOf(index, { text }), text).toEqual([one.id]);
    });

    it('finds all calls with one number, who ever rang, with or without its ninth digit', async () => {
      const at = (n: number) => ({ startedAt: `2026-11-21T10:0${n}:00.000Z`, ...spoken('oi') });
      const number = '+5588999990001';
      const theirs = callRecord({ ...at(1), from: number });
      const ours = callRecord({
        ...at(2),
        direction: 'outbound',
        from: '+558835430000',
        to: number,
      });
      const short = callRecord({ ...at(3), from: '+558899990001', clinic: 'outra' });
      const index = await holding(theirs, ours, short, callRecord({ ...at(4), to: number }));
      for (const asked of [number, '+558899990001'])
        expect(await idsOf(index, { number: asked })).toEqual([short.id, ours.id, theirs.id]);
      expect(await idsOf(index, { number, clinics: ['outra'] })).toEqual([short.id]);
      expect(await idsOf(index, { number, text: 'oi', direction: 'outbound' })).toEqual([ours.id]);
      expect(await idsOf(index, { number: '99990001' })).toEqual([]);
      await index.put({ ...theirs, from: '+5588999990009' });
      await index.remove(ours.id);
      expect(await idsOf(index, { number })).toEqual([short.id]);
    });

    it('finds who was named to a tool, and the protocol', async () => {
      const one = callRecord({ tools: [named('Júlia D’Ávila')], protocol: '81726354' });
      const index = await holding(one, callRecord());
      expect(await idsOf(index, { text: 'julia avila' })).toEqual([one.id]);
      expect(await idsOf(index, { text: '81726354' })).toEqual([one.id]);
      const [found] = (await index.search({ clinics: 'all', text: 'julia' }, { limit: 1 })).calls;
      expect(found?.names).toEqual(['Júlia D’Ávila']);
    });

    it('tells calls apart by each of the filters', async () => {
      const one = callRecord({
        clinic: 'aurora',
        direction: 'outbound',
        outcome: 'transfer',
        durationMs: 5_000,
        startedAt: '2026-03-01T12:00:00.000Z',
        transfer: { destination: 'recepcao', outcome: 'answered', atMs: 1 },
        emergencies: [{ atMs: 1, kind: 'heart' }],
        recording: { file: 'a.wav', durationMs: 1, complete: true },
      });
      const other = callRecord({ appointments: ['a'] });
      const index = await holding(one, other);
      const filters: Partial<CallQuery>[] = [
        { clinics: ['aurora'] },
        { direction: 'outbound' },
        { outcome: 'transfer' },
        { booked: false },
        { transferred: true },
        { emergency: true },
        { recorded: true },
        { mostMs: 5_000 },
        { until: '2026-03-01T12:00:00.001Z' },
        { from: '2026-03-01T12:00:00.000Z', until: '2026-03-02T00:00:00.000Z' },
      ];
      for (const filter of filters)
        expect(await idsOf(index, filter), JSON.stringify(filter)).toEqual([one.id]);
      expect(await idsOf(index, { leastMs: 5_001 })).toEqual([other.id]);
      expect(await idsOf(index, { clinics: [] })).toEqual([]);
    });

    it('gives newest first, page by page, each once, and how many there are', async () => {
      const starts = [3, 1, 2, 2, 9, 4].map((s) => `2026-11-21T10:15:0${s}.000Z`);
      const index = await holding(...starts.map((startedAt) => callRecord({ startedAt })));
      const seen: string[] = [];
      let before: string | undefined;
      do {
        const page = await index.search(
          { clinics: 'all' },
          { limit: 2, ...(before && { before }) },
        );
        expect(page.total).toBe(starts.length);
        seen.push(...page.calls.map(({ startedAt }) => startedAt));
        before = page.nextBefore;
      } while (before);
      expect(seen).toEqual(starts.toSorted().reverse());
      const all = await index.all({ clinics: 'all' });
      expect(all.map(({ startedAt }) => startedAt)).toEqual(starts.toSorted());
    });

    it('knows a call from its beginning, and its words when it is over', async () => {
      const over = callRecord(spoken('girassol'));
      const index = await holding({ ...over, state: 'live' });
      expect(await idsOf(index, {})).toEqual([over.id]);
      expect(await idsOf(index, { text: 'girassol' })).toEqual([]);
      await index.put(over);
      expect(await idsOf(index, { text: 'girassol' })).toEqual([over.id]);
    });

    it('forgets what was said before a change, and a call that is removed', async () => {
      const one = callRecord(spoken('girassol'));
      const two = callRecord(spoken('girassol'));
      const index = await holding(one, two);
      await index.put({ ...one, ...spoken('margarida') });
      expect(await idsOf(index, { text: 'girassol' })).toEqual([two.id]);
      await index.remove(two.id);
      await index.remove('nobody');
      expect(await idsOf(index, {})).toEqual([one.id]);
      expect(await idsOf(index, { text: 'girassol' })).toEqual([]);
    });

    it('is right after very many changes', async () => {
      const kept = callRecord({ ...spoken('girassol'), startedAt: '2026-01-01T00:00:00.000Z' });
      const index = await holding(kept);
      const changing = callRecord();
      for (let at = 0; at < changes; at += 1)
        await index.put({ ...changing, ...spoken(`palavra${at}`) });
      expect(await idsOf(index, { text: `palavra${changes - 1}` })).toEqual([changing.id]);
      expect(await idsOf(index, { text: 'palavra17' })).toEqual([]);
      expect(await idsOf(index, { text: 'girassol' })).toEqual([kept.id]);
    });
  });
}
