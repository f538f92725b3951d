import { describe, expect, it } from 'vitest';
import { nextMove, resultOf } from '../../src/call/call-list-steps.ts';
import type { CallAnswer } from '../../src/call/dial-steps.ts';
import { createId } from '../../src/platform/id.ts';
import { callList, listRow } from '../support/call-list-fixtures.ts';
import { listTown, numberAt, wishOf } from '../support/call-list-town.ts';
import { dial } from '../support/dial-fixtures.ts';

const answering = (answer: (n: number) => CallAnswer) => {
  let n = 0;
  return {
    placeCall: async () => {
      n += 1;
      return answer(n);
    },
    findCalls: async () => ({ outcome: 'found' as const, calls: [] }),
    endCall: async () => undefined,
    leaveMessage: async () => undefined,
  };
};
const placed = (n: number): CallAnswer => ({ outcome: 'placed', callSid: `CA${n}` });
const refusedAs = (reason: 'config' | 'client'): CallAnswer => ({
  outcome: 'refused',
  code: 21_211,
  reason,
  message: 'Não dá.',
});

describe('a list that runs', () => {
  it('rings at its pace, one after another, and is done when all calls are over', async () => {
    const town = listTown();
    const id = await town.running(30, { perMinute: 20 });
    await town.pass(60);
    expect(town.rung.length).toBeGreaterThanOrEqual(20);
    expect(town.rung.length).toBeLessThanOrEqual(21);
    const gaps = town.rung.slice(1).map(({ atMs }, i) => atMs - (town.rung[i]?.atMs ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(3_000);
    await town.pass(40);
    expect(town.rung).toHaveLength(30);
    expect(town.lists.find(id)?.state).toBe('done');
    expect(new Set(town.rung.map(({ to }) => to)).size).toBe(30);
  });

  it('rings nobody while it is not started, is paused or was stopped', async () => {
    const town = listTown();
    const made = await town.importCsv(`telefone;mensagem\n${numberAt(1)};Oi\n${numberAt(2)};Oi\n`);
    if (made.outcome !== 'created') throw new Error('no list');
    const { id } = made.list;
    await town.pass(10);
    expect(town.rung).toEqual([]);
    expect(await town.lists.ask(id, 'pause')).toBe('not-possible');
    await town.lists.ask(id, 'resume');
    await town.pass(1);
    expect(await town.lists.ask(id, 'pause')).toMatchObject({ state: 'paused' });
    await town.pass(30);
    expect(town.rung).toHaveLength(1);
    expect(town.lists.find(id)?.rows[0]).toMatchObject({ state: 'ended', result: 'answered' });
    expect(await town.lists.ask(id, 'stop')).toMatchObject({ state: 'stopped' });
    expect(await town.lists.ask(id, 'resume')).toBe('not-possible');
    expect(await town.lists.ask(createId(), 'stop')).toBe('not-found');
    await town.pass(30);
    expect(town.rung).toHaveLength(1);
  });

  it('pauses itself after five calls in a row that could not be made, and goes on when told to', async () => {
    const carrier = answering((n) => (n <= 3 || n > 8 ? placed(n) : refusedAs('config')));
    const town = listTown({ carrier });
    const id = await town.running(20);
    await town.pass(60);
    expect(town.rung).toHaveLength(8);
    expect(town.lists.find(id)).toMatchObject({ state: 'paused', because: 'failures' });
    await town.lists.ask(id, 'resume');
    await town.pass(60);
    expect(town.rung).toHaveLength(20);
    expect(town.lists.find(id)?.state).toBe('done');
    expect(town.lists.find(id)?.because).toBeUndefined();
  });

  it('pauses itself at once when of five in a row nobody knows whether they rang', async () => {
    const town = listTown({ carrier: answering(() => ({ outcome: 'unknown' })) });
    const id = await town.running(20);
    await town.pass(60);
    expect(town.rung).toHaveLength(5);
    expect(town.lists.find(id)).toMatchObject({ state: 'paused', because: 'failures' });
  });

  it('pauses itself when hardly anybody answers', async () => {
    const town = listTown({ ending: () => 'no-answer' });
    const id = await town.running(40);
    await town.pass(90);
    expect(town.lists.find(id)).toMatchObject({ state: 'paused', because: 'few-answers' });
    expect(town.rung).toHaveLength(20);
  });

  it('at night waits for the morning, without counting against its key', async () => {
    let opensMs = 0;
    const town = listTown({
      permission: (_, nowMs) =>
        nowMs < opensMs
          ? { httpStatus: 422, code: 'quiet-hours', message: '', nextAllowedMs: opensMs }
          : undefined,
    });
    opensMs = town.clock.wallMs() + 3_600_000;
    const id = await town.running(80);
    await town.pass(30);
    expect(town.rung).toEqual([]);
    town.clock.advance(3_600_000);
    await town.pass(3);
    expect(town.rung.length).toBeGreaterThan(0);
    expect(town.lists.find(id)?.state).toBe('running');
  });

  it('rests as a whole when its key is at a limit', async () => {
    const town = listTown({ limits: { perKeyPerDay: 2 } });
    const id = await town.running(5);
    await town.pass(60);
    expect(town.rung).toHaveLength(2);
    const waiting = town.lists.find(id)?.rows.filter(({ state }) => state === 'waiting') ?? [];
    expect(waiting.map(({ dueAtMs }) => dueAtMs)).toEqual([undefined, undefined, undefined]);
    town.clock.advance(86_400_000);
    await town.pass(5);
    expect(town.rung).toHaveLength(4);
  });

  it('leaves out who asked not to be rung since, and goes on at once', async () => {
    const denied = new Set<unknown>();
    const town = listTown({
      permission: ({ to }) =>
        denied.has(to) ? { httpStatus: 422, code: 'opted-out', message: 'Não quer.' } : undefined,
    });
    const id = await town.running(3);
    denied.add(numberAt(0));
    await town.pass(1);
    expect(town.rung.map(({ to }) => to)).toEqual([numberAt(1)]);
    expect(town.lists.find(id)?.rows[0]).toMatchObject({
      state: 'skipped',
      reason: { code: 'opted-out', message: 'Não quer.' },
    });
  });

  it('a row that could not be written after its call is not rung again', async () => {
    const town = listTown();
    const id = await town.running(2);
    const { changeRow } = town.store;
    let isBroken = true;
    town.store.changeRow = async (...args) => {
      if (isBroken) throw new Error('disk full');
      return changeRow(...args);
    };
    await town.pass(3);
    isBroken = false;
    await town.pass(10);
    expect(town.rung.map(({ to }) => to)).toEqual([numberAt(0), numberAt(1)]);
    expect(town.lists.find(id)?.state).toBe('done');
  });

  it('older than six days rings nobody any more', async () => {
    const town = listTown();
    const id = await town.running(5);
    await town.lists.ask(id, 'pause');
    town.clock.advance(6 * 86_400_000 + 1);
    await town.lists.ask(id, 'resume');
    await town.pass(5);
    expect(town.lists.find(id)).toMatchObject({ state: 'stopped', because: 'expired' });
    expect(town.rung).toEqual([]);
  });

  it('goes on in another process where the first one died, and rings nobody twice', async () => {
    const first = listTown();
    await first.running(10);
    await first.pass(8);
    const { store, ledger, clock } = first;
    const second = listTown({ store, ledger, clock });
    await second.pass(60);
    const all = [...first.rung, ...second.rung].map(({ to }) => to);
    expect(first.rung.length).toBeGreaterThan(2);
    expect(all).toHaveLength(10);
    expect(new Set(all).size).toBe(10);
  });
});

describe('people of the agenda', () => {
  const day = '2026-11-27';
  const visit = (i: number, more: { phone?: string | null; clinicId?: string } = {}) => ({
    appointmentId: createId(),
    clinicId: 'aurora',
    phone: numberAt(i),
    name: 'Maria de Souza',
    day,
    time: `1${i}:00`,
    ...more,
  });

  it('are those of the day and the clinic with a telephone; the others are told', async () => {
    const visits = [visit(0), visit(1, { phone: null }), visit(2), visit(3, { clinicId: 'x' })];
    const town = listTown({
      visits,
      permission: ({ to }) =>
        to === numberAt(2) ? { httpStatus: 422, code: 'opted-out', message: 'Não.' } : undefined,
    });
    const made = await town.lists.createFromAgenda(wishOf(), day);
    if (made.outcome !== 'created') throw new Error('no list');
    expect(made.list.rows).toMatchObject([
      { line: 1, to: numberAt(0), visit: { day, time: '10:00' }, state: 'waiting' },
    ]);
    expect(made.list.problems).toEqual([
      { line: 2, reason: 'O agendamento das 11:00 não tem telefone.' },
      { line: 3, reason: 'Não.' },
    ]);
    expect(await town.lists.createFromAgenda(wishOf(), '2026-11-28')).toEqual({
      outcome: 'no-rows',
      problems: [],
    });
  });

  it('whose appointment was called off since are not rung', async () => {
    const visits = [visit(0), visit(1)];
    const town = listTown({ visits });
    const made = await town.lists.createFromAgenda(wishOf(), day);
    if (made.outcome !== 'created') throw new Error('no list');
    await town.lists.ask(made.list.id, 'resume');
    const later = listTown({ store: town.store, visits: visits.slice(1), clock: town.clock });
    await later.pass(10);
    expect(later.rung.map(({ to }) => to)).toEqual([numberAt(1)]);
    const [first] = later.lists.find(made.list.id)?.rows ?? [];
    expect(first?.reason?.code).toBe('not-booked');
  });

  it('in a file: found by their appointment, at its own number only', async () => {
    const [one, other] = [visit(0), visit(1, { clinicId: 'x' })];
    const town = listTown({ visits: [one, other] });
    const made = await town.importCsv(
      [
        'agendamento;telefone;nome',
        `${one.appointmentId};;`,
        `${one.appointmentId};${numberAt(5)};`,
        `${other.appointmentId};;`,
        `${createId()};;`,
      ].join('\n'),
    );
    if (made.outcome !== 'created') throw new Error('no list');
    expect(made.list.rows).toMatchObject([
      { line: 2, to: numberAt(0), appointmentId: one.appointmentId, name: 'Maria de Souza' },
    ]);
    expect(made.list.problems.map(({ line }) => line)).toEqual([3, 4, 5]);
  });
});

describe('lines of a file', () => {
  it('are people with a number as Brazilians write it, or a problem with its line', async () => {
    const town = listTown();
    const made = await town.importCsv(
      [
        'telefone;nome;mensagem',
        '(88) 99910-0001;Ana;Olá',
        '088 99910-0002;Bia;Olá',
        '5588999100003;Caio;Olá',
        '+55 88 99910-0004;Davi;Olá',
        ';Eva;Olá',
        'quinze;Fábio;Olá',
        '88 99910-0009;Gil;',
        '88999100001;Ana de novo;Olá',
        `88 99910-0010;Hugo;${'a'.repeat(301)}`,
      ].join('\n'),
    );
    if (made.outcome !== 'created') throw new Error('no list');
    expect(made.list.rows.map(({ to }) => to)).toEqual([
      '+5588999100001',
      '+5588999100002',
      '+5588999100003',
      '+5588999100004',
    ]);
    expect(made.list.problems).toEqual([
      { line: 6, reason: 'Falta o telefone.' },
      { line: 7, reason: 'O telefone é inválido: use DDD e número.' },
      { line: 8, reason: 'Falta a mensagem (o motivo da ligação) ou o agendamento.' },
      { line: 9, reason: 'É a mesma pessoa da linha 2.' },
      { line: 10, reason: 'A mensagem passa de 300 letras.' },
    ]);
  });

  it('sent again, also by another key, ring nobody twice; on another day they do', async () => {
    const town = listTown({ limits: { perNumberPauseMs: 0 } });
    await town.running(3);
    await town.pass(20);
    await town.running(3, { keyId: 'other' });
    await town.pass(20);
    expect(town.rung).toHaveLength(3);
    town.clock.advance(86_400_000);
    await town.running(3, { today: '2026-11-27' });
    await town.pass(20);
    expect(town.rung).toHaveLength(6);
  });
});

describe('what became of a call', () => {
  const known = dial({ state: 'known', callSid: 'CA1', sentAtMs: 1_000 });
  it.each([
    ['still rings', { ...known, progress: { status: 'ringing' as const } }, undefined],
    ['was taken', { ...known, progress: { status: 'completed' as const } }, 'answered'],
    [
      'was taken by a machine',
      { ...known, progress: { status: 'completed' as const }, answeredBy: 'machine' as const },
      'machine',
    ],
    ['was busy', { ...known, progress: { status: 'busy' as const } }, 'busy'],
    ['was not made', dial({ state: 'failed' }), 'failed'],
    ['is not in the ledger any more', undefined, 'unknown'],
  ])('that %s', (_, of, result) => {
    expect(resultOf(of, 2_000)?.result).toBe(result);
  });

  it('of which nothing is heard is given up half an hour after its longest end', () => {
    const latestMs = 1_000 + (60 + 600) * 1_000 + 20 * 60_000;
    expect(resultOf(known, latestMs)).toBeUndefined();
    expect(resultOf(known, latestMs + 1)?.result).toBe('unknown');
  });

  it('is waited for before a list is done', () => {
    const rows = [listRow(1, { state: 'dialled', dialId: 'd', dialledAtMs: 1 })];
    expect(nextMove(callList(rows, { state: 'running' }), 5_000)).toEqual({ do: 'wait' });
  });
});

describe('somebody of a list who is busy or away', () => {
  const hourMs = 3_600_000;
  const rowsOf = (town: ReturnType<typeof listTown>, id: string) =>
    town.lists.find(id)?.rows.map(({ state, result }) => `${state} ${result ?? '-'}`);
  /** Nobody is there the first time. */
  const away = async (retries: number, atSecond: 'completed' | 'no-answer' = 'completed') => {
    const town = listTown({
      ending: ({ attempt }) => (attempt === 1 ? 'no-answer' : atSecond),
    });
    const id = await town.running(1, { retries });
    await town.pass(5);
    const later = async (ms: number) => {
      town.clock.advance(ms);
      await town.outbound.tick();
      await town.pass(5);
    };
    return { ...town, id, later };
  };

  it('is rung once more an hour later, and the list ends with what came of that', async () => {
    const town = await away(1);
    expect([town.rung.length, rowsOf(town, town.id)]).toEqual([1, ['dialled -']]);
    await town.later(hourMs - 60_000);
    expect(town.rung).toHaveLength(1);
    await town.later(60_000);
    expect([town.rung.length, rowsOf(town, town.id)]).toEqual([2, ['ended answered']]);
    expect(town.lists.find(town.id)?.state).toBe('done');
  });

  it('is not rung more often than was asked for', async () => {
    const town = await away(1, 'no-answer');
    for (let i = 0; i < 4; i += 1) await town.later(hourMs);
    expect([town.rung.length, rowsOf(town, town.id)]).toEqual([2, ['ended no-answer']]);
  });

  it('is not rung while the list is paused, and is when it goes on', async () => {
    const town = await away(1);
    await town.lists.ask(town.id, 'pause');
    await town.later(hourMs);
    await town.later(hourMs);
    expect(town.rung).toHaveLength(1);
    await town.lists.ask(town.id, 'resume');
    await town.later(60_000);
    expect(town.rung).toHaveLength(2);
  });

  it('is not rung any more when the list was stopped: the last ring is the result', async () => {
    const town = await away(1);
    await town.lists.ask(town.id, 'stop');
    await town.later(hourMs);
    expect([town.rung.length, rowsOf(town, town.id)]).toEqual([1, ['ended no-answer']]);
  });
});
