import type { ClinicProfile } from './clinic-profile.ts';
import type { FrontDesk } from './front-desk.ts';
import { clinicTime } from './spoken-portuguese.ts';
import { transferBriefing } from './transfer-briefing.ts';
import { transferDestinations } from './transfer-destination.ts';
import { attendanceOf } from './transfer-hours.ts';

/** Staff have a caller put through: the same destinations and the same hours as when a caller asks for it. */
export function agreeByStaff(
  desk: FrontDesk,
  clinic: ClinicProfile,
  id: string,
  nowMs: number,
): boolean {
  const { state, metrics } = desk;
  const now = clinicTime(nowMs, clinic.timeZone);
  const destination = transferDestinations(clinic).find((one) => one.id === id);
  if (!destination || !attendanceOf(destination, clinic, now).open) return false;
  const briefing = transferBriefing({
    state,
    reason: 'by-staff',
    timeZone: clinic.timeZone,
    currentYear: now.year,
  });
  const failedBefore = state.failedTransfers.get(id) ?? 0;
  state.agreedTransfer = { destination, briefing, failedBefore };
  metrics.count('transfers_total', { kind: destination.kind, outcome: 'agreed' });
  return true;
}
