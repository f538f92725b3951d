import { type ChildProcess, fork } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createId } from '../../src/platform/id.ts';
import { createLog } from '../../src/platform/log.ts';
import { type Booking, createBooking } from '../../src/scheduling/booking.ts';
import type { Plan } from '../../src/scheduling/offer.ts';
import type { Reservation } from '../../src/scheduling/reservation-record.ts';
import type { ScheduleStore } from '../../src/scheduling/schedule-store.ts';
import { openFileAppointmentStore } from '../../src/storage/file-appointment-store.ts';
import { openFileScheduleStore } from '../../src/storage/file-schedule-store.ts';
import { chance } from '../support/agenda-callers.ts';
import { clockAt, thursdayMorning } from '../support/agent-fixtures.ts';
import type { ChildMessage } from '../support/booking-child.ts';
import { BookingHistory, crowdedClinic, patientNumber } from '../support/booking-history.ts';
import { directReception, memoryStores } from '../support/direct-desk.ts';

const log = createLog('silent');
const now = Date.parse(thursdayMorning);
const holdMs = 180_000;
const quarterMs = 900_000;
const dayMs = 86_400_000;
/** Six in the morning of the next day in the clinic, from which places are counted: 64 a day. */
const firstPlace = Date.parse('2026-11-27T06:00:00-03:00');
const placeAt = (n: number) => firstPlace + Math.floor(n / 64) * dayMs + (n % 64) * quarterMs;
const everyDay = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

/** Every day from six to ten, a visit each quarter of an hour. */
function planOf(practitioner: string, rooms: string[] = []): Plan {
  return {
    service: 'consulta',
    practitioner,
    rules: [{ kind: 'weekly', days: everyDay, byAppointedTime: true }],
    needs: {
      durationMinutes: 15,
      stepMinutes: 15,
      bufferBeforeMinutes: 0,
      bufferAfterMinutes: 0,
      resources: [
        [{ id: `practitioner:${practitioner}`, capacity: 1 }],
        ...(rooms.length > 0 ? [rooms.map((id) => ({ id: `room:${id}`, capacity: 1 }))] : []),
      ],
    },
  };
}

const bookingOver = (store: ScheduleStore) =>
  createBooking({
    store,
    clinic: 'aurora',
    calendar: {
      timeZone: 'America/Fortaleza',
      hours: [{ days: everyDay, from: '06:00', to: '22:00' }],
      closed: new Set(),
    },
    rules: { window: { noticeMinutes: 0, horizonDays: 180 }, holdMs },
  });

/** One conversation's wish, made anew each time. */
function wish(plan: Plan, place: number, replaces?: Reservation) {
  const id = createId();
  const seen = replaces ? { replaces: { id: replaces.id, version: replaces.version } } : {};
  return {
    id,
    holder: `call-${id}`,
    key: `hold/${id}`,
    visits: [{ plan, startMs: placeAt(place) }],
    ...seen,
  };
}

// A place given away twice is a fault of the product however rarely it happens: no second try.
describe('an agenda in files', { retry: 0 }, () => {
  let directory = '';
  let intruder: ChildProcess | undefined;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'agenda-races-'));
  });
  afterEach(async () => {
    intruder?.kill('SIGKILL');
    await rm(directory, { recursive: true, force: true });
  });

  it('gives one time to one of up to fifty callers, a thousand times, and nothing to a second process', async () => {
    const store = await openFileScheduleStore({ directory, log });
    const lock = join(directory, '.lock');
    const owned = await readFile(lock, 'utf8');
    intruder = await knockingAt(directory);
    const booking = bookingOver(store);
    const history = new BookingHistory();
    const random = chance(1);
    const plan = planOf('ana', ['um', 'dois']);
    for (let round = 0; round < 1_000; round += 1) {
      // Few are frequent, fifty are there too.
      const callers = round % 100 === 99 ? 50 : 2 + Math.floor(49 * random() ** 4);
      const answers = await Promise.all(
        Array.from({ length: callers }, () => holdAndConfirm(booking, plan, round, history)),
      );
      const won = answers.filter((outcome) => outcome === 'confirmed');
      const lost = answers.filter((outcome) => outcome === 'slot-taken');
      expect([won.length, lost.length], `round ${round}`).toEqual([1, callers - 1]);
    }
    expect(history.faults()).toEqual([]);
    const answer = told(intruder, 'knocked');
    intruder.send('stop');
    const { refused, otherwise } = await answer;
    expect(otherwise).toEqual([]);
    expect(refused).toBeGreaterThan(50);
    expect(await readFile(lock, 'utf8')).toBe(owned);
    await store.close();
    await expectKept(history, 1_000);
  }, 120_000);

  it('keeps what it told callers who move to each other’s times, cancel, come too late and take what has lapsed', async () => {
    const store = await openFileScheduleStore({ directory, log, snapshotEvery: 300 });
    const booking = bookingOver(store);
    const history = new BookingHistory();
    const outcomes = new Map<string, number>();
    const plan = planOf('ana', ['um', 'dois']);
    for (let round = 0; round < 200; round += 1) {
      for (const outcome of await mixedRound(booking, plan, round, history))
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      if (round % 20 === 0) expect(history.faults(), `round ${round}`).toEqual([]);
    }
    expect(history.faults()).toEqual([]);
    const all = ['confirmed', 'cancelled', 'moved', 'hold-expired', 'slot-taken', 'changed'];
    for (const one of all) expect(outcomes.get(one), one).toBeGreaterThan(10);
    await store.close();
    await expectKept(history, history.booked.length);
  }, 60_000);

  it('is what the files of appointments say, when conversations race for one time through the tools', async () => {
    const appointmentsIn = join(directory, 'appointments');
    await mkdir(appointmentsIn);
    const clinic = crowdedClinic();
    const schedule = await openFileScheduleStore({ directory, log });
    const appointments = await openFileAppointmentStore({ directory: appointmentsIn, log });
    const stores = { ...memoryStores(), schedule, appointments };
    const reception = directReception({ clinic, clock: clockAt(thursdayMorning), stores });
    const random = chance(3);
    const protocols: string[] = [];
    let callers = 0;
    for (let round = 0; round < 50; round += 1) {
      const many = 2 + Math.floor(9 * random());
      const conversations = Array.from({ length: many }, () => {
        callers += 1;
        const { callerE164, identity, rg } = patientNumber(callers);
        return { ...reception.begin({ callerE164 }), patient: { ...identity, rg } };
      });
      const answers = await Promise.all(
        conversations.map(async ({ use, callerSpeaks, patient }) => {
          const found = await use('find_slots', { service: 'cardiologia' });
          const held = await use('hold_slots', { slots: [found.slots?.[0]?.slot] });
          if (!held.ok) return [held];
          await use('review_appointment', patient);
          callerSpeaks();
          // A model may call twice.
          return Promise.all([use('confirm_appointment'), use('confirm_appointment')]);
        }),
      );
      const [won = [], ...others] = answers.filter(([first]) => first?.ok);
      expect(others, `round ${round}`).toEqual([]);
      expect(won.map(({ ok, protocol }) => ({ ok, protocol }))).toEqual(
        Array(2).fill({ ok: true, protocol: won[0]?.protocol }),
      );
      for (const [lost] of answers.filter(([first]) => !first?.ok)) {
        expect(lost).toMatchObject({ ok: false, code: 'slot-taken' });
        expect(lost?.slots?.length).toBeGreaterThan(0);
      }
      protocols.push(won[0]?.protocol ?? '');
    }
    await schedule.close();
    const again = await openFileScheduleStore({ directory, log });
    const files = await (await openFileAppointmentStore({ directory: appointmentsIn, log })).list({
      from: '2026-11-26',
      to: '2027-12-31',
    });
    expect(files.map(({ protocol }) => protocol).sort()).toEqual(protocols.sort());
    expect(new Set(files.map(({ day, time }) => `${day} ${time}`)).size).toBe(50);
    for (const { id, status } of files) {
      expect(status).toBe('booked');
      expect(await again.find(id)).toMatchObject({ status: 'booked' });
    }
    await again.close();
  }, 60_000);

  async function expectKept(history: BookingHistory, booked: number): Promise<void> {
    const again = await openFileScheduleStore({ directory, log });
    expect(await history.lost(again)).toEqual([]);
    expect(history.booked).toHaveLength(booked);
    await again.close();
  }
});

/** @returns what the caller was told in the end */
async function holdAndConfirm(
  booking: Booking,
  plan: Plan,
  place: number,
  history: BookingHistory,
): Promise<string> {
  const request = wish(plan, place);
  const held = await booking.hold(request, now);
  if (held.outcome !== 'held') {
    const offered = 'alternatives' in held ? held.alternatives : [];
    expect(offered.length).toBeGreaterThan(0);
    expect(offered.map(({ startMs }) => startMs)).not.toContain(placeAt(place));
    return held.outcome;
  }
  return confirmed(booking, held.reservation, now, history);
}

async function confirmed(
  booking: Booking,
  { id, version, holder }: Reservation,
  nowMs: number,
  history: BookingHistory,
): Promise<string> {
  const answer = await booking.confirm({ id, version, holder }, nowMs);
  if (answer.outcome === 'confirmed') history.add(answer.reservation);
  return answer.outcome;
}

/** Six places of their own, and ten callers at once who want them in every way there is. */
async function mixedRound(
  booking: Booking,
  plan: Plan,
  round: number,
  history: BookingHistory,
): Promise<string[]> {
  const random = chance(round);
  const place = (n: number) => round * 6 + n;
  const nowMs = now + round * 1_000;
  const book = async (n: number) => {
    const held = await booking.hold(wish(plan, place(n)), nowMs);
    if (held.outcome !== 'held') throw new Error(held.outcome);
    const { id, version, holder } = held.reservation;
    const answer = await booking.confirm({ id, version, holder }, nowMs);
    if (answer.outcome !== 'confirmed') throw new Error(answer.outcome);
    history.add(answer.reservation);
    return answer.reservation;
  };
  const [a, b] = [await book(0), await book(1)];
  const held = await booking.hold(wish(plan, place(2)), nowMs);
  if (held.outcome !== 'held') throw new Error(held.outcome);
  const expiry = held.reservation.holdExpiresAtMs;

  const move = async (from: Reservation, to: number) => {
    const request = wish(plan, place(to), from);
    const { replaces } = request;
    if (!replaces) throw new Error('nothing to move');
    const answer = await booking.reschedule({ ...request, replaces }, nowMs);
    if (answer.outcome !== 'confirmed') return answer.outcome;
    history.add(answer.reservation);
    return 'moved';
  };
  const cancel = async ({ id, version }: Reservation) => {
    const answer = await booking.cancel({ id, version }, nowMs);
    if (answer.outcome === 'cancelled') history.add(answer.reservation);
    return answer.outcome;
  };
  const take = async (to: number, atMs: number) => {
    const mine = await booking.hold(wish(plan, place(to)), atMs);
    return mine.outcome === 'held'
      ? confirmed(booking, mine.reservation, atMs, history)
      : mine.outcome;
  };
  const callers = [
    () => move(a, 1),
    () => move(b, 0),
    () => move(a, 3),
    () => move(b, 3),
    () => (random() < 0.5 ? cancel(a) : cancel(b)),
    () => take(0, nowMs),
    () => take(4, nowMs),
    () => take(4, nowMs),
    // In the last millisecond it is theirs, in the next one it may be somebody else's.
    () => confirmed(booking, held.reservation, expiry - Math.round(random()), history),
    () => take(2, expiry),
  ];
  const order = callers.map((call) => ({ call, at: random() })).sort((x, y) => x.at - y.at);
  return Promise.all(order.map(({ call }) => call()));
}

/** Another process that wants the same directory, and is not discouraged. */
async function knockingAt(directory: string): Promise<ChildProcess> {
  const path = fileURLToPath(new URL('../support/booking-child.ts', import.meta.url));
  const child = fork(path, ['knock', directory], { execArgv: ['--import', 'tsx'] });
  await told(child, 'ready');
  return child;
}

function told<Kind extends ChildMessage['kind']>(child: ChildProcess, kind: Kind) {
  return new Promise<Extract<ChildMessage, { kind: Kind }>>((resolve, reject) => {
    child.once('exit', () => reject(new Error('the other process ended by itself')));
    child.on('message', (message: ChildMessage) => {
      if (message.kind === kind) resolve(message as Extract<ChildMessage, { kind: Kind }>);
    });
  });
}
