import type { Log } from '../platform/log.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { AppointmentStore } from '../scheduling/appointment-store.ts';
import type { ScheduleStore } from '../scheduling/schedule-store.ts';
import type { BookingLimits } from './booking-limits.ts';
import type { ClinicAgenda } from './clinic-agenda.ts';
import type { ConversationState } from './conversation-state.ts';
import type { OptOutStore } from './opt-out-store.ts';
import type { StaffRequestStore } from './staff-request.ts';
import type { VerificationCodes } from './verification-codes.ts';

/** What the tools of one conversation share. */
export interface FrontDesk {
  agenda: ClinicAgenda;
  appointments: AppointmentStore;
  requests: StaffRequestStore;
  codes: VerificationCodes;
  optOuts: Pick<OptOutStore, 'add'>;
  state: ConversationState;
  /** Shared by all conversations: what one number or patient may take. */
  limits: BookingLimits;
  /** For looking a reservation up; it is changed through `agenda.booking` only. */
  schedule: Pick<ScheduleStore, 'find'>;
  log: Log;
  metrics: Metrics;
}
