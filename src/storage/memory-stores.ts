import { indexedCallStore } from './indexed-call-store.ts';
import { createMemoryAppointmentStore } from './memory-appointment-store.ts';
import { createMemoryAuditTrail } from './memory-audit-trail.ts';
import { createMemoryCalendarFeedStore } from './memory-calendar-feed-store.ts';
import { MemoryCallIndex } from './memory-call-index.ts';
import { createMemoryCallStore } from './memory-call-store.ts';
import { createMemoryClinicVersionStore } from './memory-clinic-version-store.ts';
import { createMemoryOptOutStore } from './memory-opt-out-store.ts';
import { createMemoryScheduleStore } from './memory-schedule-store.ts';
import { createMemoryScriptStore } from './memory-script-store.ts';
import { createMemorySessionStore } from './memory-session-store.ts';
import { createMemoryStaffRequestStore } from './memory-staff-request-store.ts';
import { createMemoryUserStore } from './memory-user-store.ts';
import type { SharedStores } from './shared-stores.ts';

/** Forgets everything at exit. */
export function createMemoryStores(): SharedStores {
  const callIndex = new MemoryCallIndex();
  return {
    callIndex,
    madeHere: async () => true,
    calls: indexedCallStore(createMemoryCallStore(), callIndex),
    appointments: createMemoryAppointmentStore(),
    schedule: createMemoryScheduleStore(),
    requests: createMemoryStaffRequestStore(),
    scripts: createMemoryScriptStore(),
    clinicVersions: createMemoryClinicVersionStore(),
    optOuts: createMemoryOptOutStore(),
    calendarFeeds: createMemoryCalendarFeedStore(),
    users: createMemoryUserStore(),
    sessions: createMemorySessionStore(),
    audit: createMemoryAuditTrail(),
    changes: { watch() {} },
    trouble: () => undefined,
    close: async () => undefined,
  };
}
