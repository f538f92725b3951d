import { join } from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import type { ToolEffect } from '../../src/agent/tool.ts';
import { hasCode } from '../../src/platform/errors.ts';
import { createLog } from '../../src/platform/log.ts';
import { openFileScheduleStore } from '../../src/storage/file-schedule-store.ts';
import { openStorage } from '../../src/storage/storage-profile.ts';
import { chance } from './agenda-callers.ts';
import { clockAt, thursdayMorning } from './agent-fixtures.ts';
import { crowdedClinic, patientNumber, roundMs, specialties } from './booking-history.ts';
import { type DirectConversation, directReception } from './direct-desk.ts';

/**
 * A process beside the test's. `book <directory> <round>`: a clinic that books through the tools until it is killed.
 * `knock <directory>`: wants a schedule that is somebody else's, again and again, until it is told to stop.
 */
const [role = '', directory = '', round = '0'] = process.argv.slice(2);

/** `trying`: what comes now may be done though nobody hears of it. `done`: what a caller was told. */
export type ChildMessage =
  | { kind: 'ready' }
  | { kind: 'trying'; id: string }
  | { kind: 'done'; effect: ToolEffect; protocol: string }
  | { kind: 'knocked'; refused: number; otherwise: string[] };

/** Four lines, each a booking in 200 ms: 20 a second. */
const lines = 4;
const bookingMs = 200;

const say = (message: ChildMessage) =>
  new Promise<void>((resolve) => process.send?.(message, () => resolve()));

async function book(): Promise<void> {
  const clock = clockAt(thursdayMorning);
  clock.advance(Number(round) * roundMs);
  const stores = await openStorage({
    kind: 'files',
    recordingsDirectory: join(directory, 'recordings'),
    appointmentsDirectory: join(directory, 'appointments'),
    dataDirectory: join(directory, 'data'),
    databaseUrl: undefined,
    log: createLog('silent'),
  });
  const reception = directReception({ clinic: crowdedClinic(), clock, stores });
  let callers = 0;
  await say({ kind: 'ready' });
  for (let line = 0; line < lines; line += 1) {
    void (async () => {
      await pass((line * bookingMs) / lines);
      for (;;) {
        callers += 1;
        const number = Number(round) * 10_000 + callers;
        const { callerE164, identity, rg } = patientNumber(number);
        const conversation = reception.begin({ id: `call-${number}`, callerE164 });
        await Promise.all([serve(conversation, identity, rg, number), pass(bookingMs)]);
      }
    })();
  }
}

/** Books; one in four moves the visit afterwards, one in four cancels it. */
async function serve(
  conversation: DirectConversation,
  identity: { patient_name: string; birth_date: string },
  rg: string,
  number: number,
): Promise<void> {
  const random = chance(number);
  const service = specialties[Math.floor(random() * specialties.length)] ?? '';
  if (!(await hold(conversation, service))) return;
  await conversation.use('review_appointment', { ...identity, rg });
  conversation.callerSpeaks();
  const id = await tell(conversation, 'confirm_appointment');
  const intention = random();
  if (id === undefined || intention < 0.5) return;
  const shown = await conversation.use('find_appointments', identity);
  const [first] = shown.appointments as { appointment: string }[];
  if (!first) throw new Error(shown.message);
  const { appointment } = first;
  await say({ kind: 'trying', id });
  if (intention < 0.75) {
    if (!(await hold(conversation, service, { appointment }))) return;
    conversation.callerSpeaks();
    await tell(conversation, 'confirm_appointment');
    return;
  }
  conversation.callerSpeaks();
  await tell(conversation, 'cancel_appointment', { appointment });
}

async function hold(
  conversation: DirectConversation,
  service: string,
  moved: { appointment?: string } = {},
) {
  const found = await conversation.use('find_slots', { service });
  let offered = found.slots ?? [];
  // Others in the other lines want the same next time.
  while (offered.length > 0) {
    const slots = [offered[0]?.slot];
    const held = await conversation.use('hold_slots', { slots, ...moved });
    if (held.ok) return true;
    offered = held.slots ?? [];
  }
  return false;
}

async function tell(conversation: DirectConversation, tool: string, args = {}) {
  const before = conversation.effects.length;
  const answer = await conversation.use(tool, args);
  const effect = conversation.effects[before];
  if (!answer.ok || !effect || !('appointmentId' in effect)) return undefined;
  await say({ kind: 'done', effect, protocol: answer.protocol ?? '' });
  return effect.appointmentId;
}

async function knock(): Promise<void> {
  let refused = 0;
  const otherwise: string[] = [];
  let isOver = false;
  process.on('message', () => {
    isOver = true;
  });
  await say({ kind: 'ready' });
  while (!isOver) {
    try {
      const store = await openFileScheduleStore({ directory, log: createLog('silent') });
      otherwise.push('opened');
      await store.close();
    } catch (error) {
      if (hasCode(error, 'STORE_LOCKED')) refused += 1;
      else otherwise.push(String(error));
    }
    await pass(20);
  }
  await say({ kind: 'knocked', refused, otherwise });
  process.exit(0);
}

if (role === 'book') await book();
if (role === 'knock') await knock();
