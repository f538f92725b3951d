import type { ClinicVersionStore } from '../agent/clinic-version-store.ts';
import type { OptOutStore } from '../agent/opt-out-store.ts';
import type { ScriptStore } from '../agent/script-store.ts';
import type { StaffRequestStore } from '../agent/staff-request.ts';
import type { CallIndex } from '../call/call-index-store.ts';
import type { CallStore } from '../call/call-record.ts';
import type { AuditTrail } from '../console/audit-store.ts';
import type { CalendarFeedStore } from '../console/calendar-feed-store.ts';
import type { SessionStore } from '../console/session-store.ts';
import type { UserStore } from '../console/user-store.ts';
import type { AppointmentStore } from '../scheduling/appointment-store.ts';
import type { ScheduleStore } from '../scheduling/schedule-store.ts';
import type { Changes } from './postgres-changes.ts';

/** What several servers share when there is a database; without one it is this machine's. */
export interface SharedStores {
  calls: CallStore;
  callIndex: CallIndex;
  /** Whether this server held the call, so that its recording is here. */
  madeHere(callId: string): Promise<boolean>;
  appointments: AppointmentStore;
  schedule: ScheduleStore;
  requests: StaffRequestStore;
  scripts: ScriptStore;
  clinicVersions: ClinicVersionStore;
  optOuts: OptOutStore;
  calendarFeeds: CalendarFeedStore;
  /** The console's. */
  users: UserStore;
  sessions: SessionStore;
  audit: AuditTrail;
  /** What other servers changed of what is kept in memory as well. */
  changes: Pick<Changes, 'watch'>;
  /** Why nothing can be booked at the moment, if so. */
  trouble(): string | undefined;
  close(): Promise<void>;
}
