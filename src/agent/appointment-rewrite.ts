import { setTimeout as sleep } from 'node:timers/promises';
import type { Appointment } from '../scheduling/appointment.ts';
import type { FrontDesk } from './front-desk.ts';

/** Waits before an appointment is written again, in ms. After the last one the start of the process repairs it. */
const retryWaitsMs = [500, 5_000, 30_000];

export type Pause = (ms: number) => Promise<unknown>;

export const unhurried: Pause = (ms) => sleep(ms, undefined, { ref: false });

type Change = (kept: Appointment) => Appointment;
type Desk = Pick<FrontDesk, 'appointments' | 'log'>;

/**
 * Writes what the agenda has decided into the appointment that people read. Tried once before it resolves; a failure is
 * logged and tried again behind it, for it is true already.
 */
export async function rewriteAppointment(
  desk: Desk,
  id: string,
  change: Change,
  pause: Pause,
): Promise<void> {
  if (await tryRewrite(desk, id, change)) return;
  void retryRewrite(desk, id, change, pause);
}

async function retryRewrite(desk: Desk, id: string, change: Change, pause: Pause): Promise<void> {
  for (const waitMs of retryWaitsMs) {
    await pause(waitMs);
    if (await tryRewrite(desk, id, change)) return;
  }
}

async function tryRewrite({ appointments, log }: Desk, id: string, change: Change) {
  try {
    const { outcome } = await appointments.update(id, change);
    if (outcome === 'not-found') log.error({ appointmentId: id }, 'an appointment has no file');
    return true;
  } catch (err) {
    log.error({ appointmentId: id, err }, 'an appointment is not written as the agenda has it');
    return false;
  }
}
