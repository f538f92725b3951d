import { join } from 'node:path';
import type { ClinicProfile } from '../../src/agent/clinic-profile.ts';
import { openScriptCatalogue } from '../../src/agent/script-catalogue.ts';
import { loadScripts } from '../../src/agent/script-loader.ts';
import type { StaffRequestStore } from '../../src/agent/staff-request.ts';
import {
  type ConversationScripts,
  createConversationScripts,
} from '../../src/messaging/conversation-scripts.ts';
import type { ConversationStore } from '../../src/messaging/conversation-store.ts';
import { createScriptGuide, type ScriptGuide } from '../../src/messaging/script-guide.ts';
import { createScriptLookup, type ScriptLookup } from '../../src/messaging/script-lookup.ts';
import type { TurnLeases } from '../../src/messaging/turn-leases.ts';
import type { Clock } from '../../src/platform/clock.ts';
import { createId } from '../../src/platform/id.ts';
import { createLog } from '../../src/platform/log.ts';
import { createMetrics } from '../../src/platform/metrics.ts';
import { createMemoryScriptStore } from '../../src/storage/memory-script-store.ts';
import { createMemoryTurnLeases } from '../../src/storage/memory-turn-leases.ts';
import { clinicsDirectory } from './agent-fixtures.ts';

/** The scripts that are shipped, as text conversations are served with them. */
export async function openScriptDesk(given: {
  clinic: ClinicProfile;
  clock: Clock;
  store: ConversationStore;
  requests: Pick<StaffRequestStore, 'save' | 'change'>;
  leases?: TurnLeases;
  mode?: 'agent' | 'scripts';
  desks?: readonly string[];
}): Promise<{ scripts: ConversationScripts; lookup: ScriptLookup; guide: ScriptGuide }> {
  const { clinic, clock, store, requests, mode = 'agent', desks = ['clinica'] } = given;
  const { leases = createMemoryTurnLeases() } = given;
  const lookup = createScriptLookup({
    scripts: await openScriptCatalogue({
      store: createMemoryScriptStore(),
      shipped: await loadScripts(join(clinicsDirectory, 'scripts')),
      clock,
      log: createLog('silent'),
    }),
    rules: { desks, personScript: 'falar-com-pessoa' },
    clinicOf: (id) => (id === clinic.id ? clinic : undefined),
    clock,
  });
  const scripts = createConversationScripts({
    ...{ store, leases, lookup, requests, mode, protocolOf: () => '12345678' },
    ...{ newId: createId, clock, metrics: createMetrics() },
  });
  const guide = createScriptGuide({ store, scripts, lookup, newId: createId });
  return { scripts, lookup, guide };
}
