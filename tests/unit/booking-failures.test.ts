import { cp, mkdir, mkdtemp, readdir, readFile, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reconcileBookings } from '../../src/agent/booking-reconciler.ts';
import type { Tool } from '../../src/agent/tool.ts';
import { createCancelAppointment } from '../../src/agent/tools/cancel-appointment.ts';
import { createConfirmAppointment } from '../../src/agent/tools/confirm-appointment.ts';
import { createFindAppointments } from '../../src/agent/tools/find-appointments.ts';
import { createFindSlots } from '../../src/agent/tools/find-slots.ts';
import { createHoldSlots } from '../../src/agent/tools/hold-slots.ts';
import { createReviewAppointment } from '../../src/agent/tools/review-appointment.ts';
import { hasCode } from '../../src/platform/errors.ts';
import { createLog } from '../../src/platform/log.ts';
import type { Appointment } from '../../src/scheduling/appointment.ts';
import { parseAppointment } from '../../src/scheduling/appointment-store.ts';
import { openFileAppointmentStore } from '../../src/storage/file-appointment-store.ts';
import { replaceFile } from '../../src/storage/file-commit.ts';
import { openFileScheduleStore } from '../../src/storage/file-schedule-store.ts';
import { thursdayMorning } from '../support/agent-fixtures.ts';
import { smallClinic } from '../support/booking-desk.ts';
import { memoryStores, openClinic } from '../support/identity-desk.ts';
import { createWeakDisk, type WeakDisk } from '../support/weak-disk.ts';

const log = createLog('silent');
const clinic = smallClinic();
const theirNumber = '+5588999990001';
const maria = { patient_name: 'Maria da Silva', birth_date: '12/03/1985' };
const bruno = { patient_name: 'Bruno Matos', birth_date: '01/02/1990', rg: '2003004005' };
/** All holds are over. */
const later = Date.parse(thursdayMorning) + 600_000;

/** Two bookings, one of them Maria's, made while all was well. */
let before = '';
let work = '';
beforeAll(async () => {
  before = await mkdtemp(join(tmpdir(), 'booking-before-'));
  work = await mkdtemp(join(tmpdir(), 'booking-failures-'));
  for (const name of ['schedule', 'appointments']) await mkdir(join(before, name));
  const desk = await openDesk(before, createWeakDisk());
  expect((await play(bookingOf({ ...maria, rg: '2001002003' }), desk)).isDone).toBe(true);
  await desk.close();
});
afterAll(async () => {
  for (const made of [before, work]) await rm(made, { recursive: true, force: true });
});

describe.each([
  ['once', (count: number, k: number) => count === k],
  ['from then on', (count: number, k: number) => count >= k],
])('a disk that fails %s, at whatever write, sync or rename', (_, failsAt) => {
  it.each<[string, () => Flow]>([
    ['a booking', () => bookingOf(bruno)],
    ['a cancellation', cancellation],
    ['a move', move],
  ])(
    'leaves %s done, or not done, and says “ok” only when it is',
    async (what, flowOf) => {
      const stepsMet = new Set<string>();
      for (let k = 1; ; k += 1) {
        const directory = join(work, 'run');
        await copied(before, directory);
        const disk = createWeakDisk();
        const desk = await openDesk(directory, disk);
        disk.failsAt = (count) => failsAt(count, k);
        disk.steps.length = 0;
        const flow = flowOf();
        const first = await play(flow, desk);
        stepsMet.add(disk.steps[k - 1] ?? 'none');
        const name = `${what}, step ${k}`;
        await expectOldFilesWhole(directory, name);
        // What a death at this moment would leave behind.
        await expectConsistent(directory, what, first.isDone, name);
        await expectConsistent(directory, what, first.isDone, `${name}, power cut`, disk.unsynced);
        // The disk works again, and the caller is still there.
        disk.failsAt = () => false;
        const second = first.isDone ? first : await play(flow, desk, first.doneSteps);
        expect(second.isDone, name).toBe(true);
        await expectConsistent(directory, what, true, `${name}, asked again`);
        await desk.close();
        if (k > disk.steps.length) break;
      }
      expect([...stepsMet].sort()).toEqual(['datasync', 'none', 'rename', 'sync', 'write']);
    },
    60_000,
  );
});

it('what was booked though its file could not be written is mended behind the answer', async () => {
  const directory = join(work, 'mended');
  await copied(before, directory);
  const disk = createWeakDisk();
  let goOn = () => {};
  const desk = await openDesk(
    directory,
    disk,
    () => new Promise<void>((resolve) => (goOn = resolve)),
  );
  // The file is written as pending, the journal confirms, and then the disk is full.
  let confirmed = 0;
  disk.failsAt = (_, step) => {
    if (step === 'rename') confirmed += 1;
    return confirmed >= 2;
  };
  const { isDone } = await play(bookingOf(bruno), desk);
  expect(isDone).toBe(true);
  const statusOf = async () => (await filesIn(directory)).find(isBruno)?.status;
  expect(await statusOf()).toBe('pending');
  disk.failsAt = () => false;
  goOn();
  await expect.poll(statusOf).toBe('booked');
  await desk.close();
});

it('what a process that died had not confirmed is settled as soon as its hold is over', async () => {
  const directory = join(work, 'unconfirmed');
  await copied(before, directory);
  const disk = createWeakDisk();
  const dying = await openDesk(directory, disk);
  // The file is written; the journal is not.
  let isWritten = false;
  disk.failsAt = (_, step) => {
    isWritten ||= step === 'rename';
    return isWritten && step === 'write';
  };
  expect((await play(bookingOf(bruno), dying)).isDone).toBe(false);
  const copy = join(work, 'unconfirmed-copy');
  await copied(directory, copy);
  await dying.close();
  const schedule = await openFileScheduleStore({ directory: join(copy, 'schedule'), log });
  const place = join(copy, 'appointments');
  const appointments = await openFileAppointmentStore({ directory: place, log });
  const statusOf = async () => (await filesIn(copy)).find(isBruno)?.status;
  const waits: number[] = [];
  let goOn = () => {};
  const pause = (ms: number) => {
    waits.push(ms);
    return new Promise<void>((resolve) => {
      goOn = resolve;
    });
  };
  const nowMs = Date.parse(thursdayMorning) + 60_000;
  await reconcileBookings({ appointments, schedule, nowMs, log, pause });
  expect(await statusOf()).toBe('pending');
  expect(waits).toEqual([120_000]);
  goOn();
  await expect.poll(statusOf).toBe('cancelled');
  expect(waits).toHaveLength(1);
  await schedule.close();
});

/** What a model calls one after another; each goes on from what the ones before answered. */
type Flow = ((desk: Desk) => Promise<Answer>)[];

interface Answer {
  ok: boolean;
  code?: string;
  slots?: { slot: string }[];
  appointments?: { appointment: string }[];
}

function bookingOf(patient: Record<string, string>): Flow {
  let slot = '';
  return [
    async ({ use }) => {
      const found = await use('find_slots', { service: 'cardiologista' });
      slot = found.slots?.[0]?.slot ?? '';
      return found;
    },
    ({ use }) => use('hold_slots', { slots: [slot] }),
    ({ use }) => use('review_appointment', patient),
    ({ use, callerSpeaks }) => {
      callerSpeaks();
      return use('confirm_appointment');
    },
  ];
}

function cancellation(): Flow {
  let appointment = '';
  return [
    async ({ use }) => {
      const found = await use('find_appointments', maria);
      appointment = found.appointments?.[0]?.appointment ?? '';
      return found;
    },
    ({ use, callerSpeaks }) => {
      callerSpeaks();
      return use('cancel_appointment', { appointment });
    },
  ];
}

function move(): Flow {
  let appointment = '';
  let slot = '';
  return [
    async ({ use }) => {
      const found = await use('find_appointments', maria);
      appointment = found.appointments?.[0]?.appointment ?? '';
      return found;
    },
    async ({ use }) => {
      const found = await use('find_slots', { service: 'cardiologista' });
      slot = found.slots?.[0]?.slot ?? '';
      return found;
    },
    ({ use }) => use('hold_slots', { slots: [slot], appointment }),
    ({ use, callerSpeaks }) => {
      callerSpeaks();
      return use('confirm_appointment');
    },
  ];
}

/** Until a tool does not say “ok”. @param from steps that were done before */
async function play(flow: Flow, desk: Desk, from = 0) {
  for (let at = from; at < flow.length; at += 1) {
    const answer = await flow[at]?.(desk).catch((error: unknown) => {
      if (!hasCode(error, 'STORE_WRITE_FAILED')) throw error;
      return undefined;
    });
    if (!answer?.ok) return { isDone: false, doneSteps: at };
  }
  return { isDone: true, doneSteps: flow.length };
}

type Desk = Awaited<ReturnType<typeof openDesk>>;

/** @param pause before a file is tried again behind the answer: by default that never comes */
async function openDesk(directory: string, disk: WeakDisk, pause = () => new Promise(() => {})) {
  const schedule = await openFileScheduleStore({
    directory: join(directory, 'schedule'),
    log,
    disk,
  });
  const appointments = await openFileAppointmentStore({
    directory: join(directory, 'appointments'),
    log,
    replaceFile: (path, data) => replaceFile(path, data, disk),
  });
  const opened = openClinic(clinic, { ...memoryStores(), schedule, appointments });
  // Maria's own telephone.
  const conversation = opened.begin({ callerE164: theirNumber });
  const { desk } = conversation;
  const tools = [
    createFindSlots(desk),
    createHoldSlots(desk),
    createReviewAppointment(desk),
    createConfirmAppointment(desk, pause),
    createFindAppointments(desk),
    createCancelAppointment(desk, pause),
  ];
  const byName = new Map(tools.map((tool): [string, Tool] => [tool.definition.name, tool]));
  return {
    callerSpeaks: conversation.callerSpeaks,
    close: () => schedule.close(),
    async use(name: string, args: object = {}): Promise<Answer> {
      const tool = byName.get(name);
      if (!tool) throw new Error(`there is no tool ${name}`);
      return (await conversation.use(tool, args)).output as unknown as Answer;
    },
  };
}

async function copied(from: string, to: string): Promise<void> {
  await rm(to, { recursive: true, force: true });
  await cp(from, to, { recursive: true });
  // It names this process, which lives.
  await rm(join(to, 'schedule', '.lock'), { force: true });
}

/** What was there is byte for byte as it was, or the same appointment changed as a whole. */
async function expectOldFilesWhole(directory: string, name: string): Promise<void> {
  for (const file of await readdir(join(before, 'appointments'))) {
    const old = await readFile(join(before, 'appointments', file), 'utf8');
    const now = await readFile(join(directory, 'appointments', file), 'utf8');
    if (now === old) continue;
    const { id } = JSON.parse(old) as Appointment;
    expect(parseAppointment(JSON.parse(now)), name).toMatchObject({ id });
  }
}

/** After a start on a copy: appointments say what the agenda says, and what was told is so. */
async function expectConsistent(
  directory: string,
  what: string,
  isTold: boolean,
  name: string,
  unsynced: ReadonlyMap<string, number> = new Map(),
) {
  const copy = `${directory}-copy`;
  await copied(directory, copy);
  for (const [path, bytes] of unsynced) {
    const cut = path.replace(directory, copy);
    await truncate(cut, bytes).catch(() => undefined);
  }
  const schedule = await openFileScheduleStore({ directory: join(copy, 'schedule'), log });
  const place = join(copy, 'appointments');
  const appointments = await openFileAppointmentStore({ directory: place, log });
  await reconcileBookings({ appointments, schedule, nowMs: later, log });
  const files = await filesIn(copy);
  for (const { id, status } of files) {
    const reservation = await schedule.find(id);
    expect(['booked', 'cancelled'], name).toContain(status);
    expect(reservation?.status === 'booked', name).toBe(status === 'booked');
  }
  await schedule.close();
  const booked = files.filter(({ status }) => status === 'booked');
  const ofMaria = booked.filter((one) => !isBruno(one));
  const ofBruno = booked.filter(isBruno);
  if (what === 'a booking') {
    expect(ofMaria, name).toHaveLength(1);
    expect(ofBruno.length, name).toBeGreaterThanOrEqual(isTold ? 1 : 0);
    expect(ofBruno.length, name).toBeLessThanOrEqual(1);
  } else if (what === 'a cancellation') {
    if (isTold) expect(ofMaria, name).toEqual([]);
  } else {
    // Never both and never neither.
    expect(ofMaria, name).toHaveLength(1);
    if (isTold) expect(ofMaria[0]?.replaces, name).not.toBeNull();
  }
}

async function filesIn(directory: string): Promise<Appointment[]> {
  const place = join(directory, 'appointments');
  const names = (await readdir(place)).filter((name) => name.endsWith('.json'));
  const texts = await Promise.all(names.map((name) => readFile(join(place, name), 'utf8')));
  return texts.map((text) => JSON.parse(text) as Appointment);
}

function isBruno({ patient }: Appointment): boolean {
  return patient.name === bruno.patient_name;
}
