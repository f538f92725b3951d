import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { csvText } from '../../src/platform/csv.ts';
import { callRecord } from '../support/call-record.ts';
import { openRecordingsDesk, type RecordingsDesk } from '../support/console-recordings.ts';

describe('the numbers of the calls', () => {
  let desk: RecordingsDesk;
  beforeEach(async () => {
    desk = await openRecordingsDesk();
  });
  afterEach(() => desk.close());

  it('are sums of each day where the clinic is, days without calls among them', async () => {
    const at = (startedAt: string) => ({ startedAt, appointments: [] });
    const { usage } = callRecord();
    await desk.calls.save(
      callRecord({
        ...at('2026-11-22T02:30:00.000Z'),
        appointments: ['a', 'b'],
        latencies: { firstAudioMs: 700, replyMs: [], bargeInMs: [] },
        bargeIns: { cut: 2, resumed: 1 },
        usage: { ...usage, outputTokens: 10_000, outputAudioTokens: 10_000 },
      }),
    );
    await desk.calls.save(
      callRecord({
        ...at('2026-11-21T15:00:00.000Z'),
        outcome: 'abandoned',
        latencies: { firstAudioMs: 900, replyMs: [], bargeInMs: [] },
        tools: (['ok', 'refused', 'failed', 'timeout'] as const).map((outcome) => ({
          name: 'x',
          atMs: 0,
          durationMs: 1,
          outcome,
          arguments: {},
          output: '',
        })),
        transfer: { destination: 'recepcao', outcome: 'answered', atMs: 0 },
      }),
    );
    await desk.calls.save(callRecord({ ...at('2026-11-23T15:00:00.000Z'), model: 'unknown' }));
    await desk.calls.save(callRecord(at('2026-11-24T03:00:00.000Z')));
    const answer = (await desk.ask('/numbers?from=2026-11-21&to=2026-11-23')).json();
    const nothing = { booked: 0, abandoned: 0, transferred: 0, toolErrors: 0, tokens: 0, brl: 0 };
    expect(answer.days).toEqual([
      {
        day: '2026-11-21',
        calls: 2,
        booked: 1,
        abandoned: 1,
        transferred: 1,
        firstWordMs: { p50: 700, p95: 900 },
        interruptions: 3,
        toolErrors: 2,
        tokens: 10_000,
        brl: 3.2,
        unpriced: 0,
      },
      { ...nothing, day: '2026-11-22', calls: 0, interruptions: 0, unpriced: 0 },
      { ...nothing, day: '2026-11-23', calls: 1, interruptions: 0, unpriced: 1 },
    ]);
    expect(answer.total).toMatchObject({ calls: 3, brl: 3.2, firstWordMs: { p50: 700, p95: 900 } });
    expect(desk.access.entries).toEqual([]);
  });

  it('refuse ranges that make no sense', async () => {
    const wrong = ['', 'from=2026-11-21', 'from=2026-11-22&to=2026-11-21', 'from=x&to=y'];
    for (const query of [...wrong, 'from=2024-01-01&to=2026-01-01'])
      expect((await desk.ask(`/numbers?${query}`)).statusCode, query).toBe(400);
  });

  it('are exported for a spreadsheet, and that is written down first', async () => {
    const answer = await desk.ask('/numbers.csv?from=2026-11-21&to=2026-11-22');
    expect(answer.headers['content-disposition']).toBe(
      'attachment; filename="numeros-2026-11-21-2026-11-22.csv"',
    );
    const lines = answer.body.split('\r\n');
    expect(lines[0]).toContain('dia;ligações');
    expect(lines[1]).toBe('2026-11-21;0;0;0;0;;;0;0;0;0;0');
    expect(desk.access.entries).toEqual([
      { action: 'numbers.export', detail: { from: '2026-11-21', to: '2026-11-22' } },
    ]);
    desk.access.isTrailBroken = true;
    const unwritten = await desk.ask('/numbers.csv?from=2026-11-21&to=2026-11-22');
    expect(unwritten.statusCode).toBe(503);
    expect(unwritten.body).not.toContain('dia;');
  });
});

describe('a file for a spreadsheet', () => {
  it('holds no formula, whoever wrote the text', () => {
    for (const text of ['=1+1', '+55', '-2', '@SUM(A1)', '\t=1', '\r=1', ' =1'])
      expect(csvText([[text]])).toBe(`"'${text}"\r\n`);
  });

  it('keeps separators, quotes and line ends inside their cell, and numbers numbers', () => {
    expect(csvText([['a;b', 'um "x"', 'duas\nlinhas', -1.5]])).toBe(
      '"a;b";"um ""x""";"duas\nlinhas";-1,5\r\n',
    );
  });
});
