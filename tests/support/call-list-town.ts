import type { ContactVisit } from '../../src/agent/contact-visits.ts';
import { readCallListCsv } from '../../src/call/call-list-csv.ts';
import { CallLists, type NewList } from '../../src/call/call-lists.ts';
import { type DialLimits, usualDialLimits } from '../../src/call/dial-limits.ts';
import type { DialCarrier } from '../../src/call/dial-parts.ts';
import type { DialPermission } from '../../src/call/dial-permission.ts';
import type { Dial, DialProgress } from '../../src/call/dial-record.ts';
import { OutboundCalls } from '../../src/call/outbound-calls.ts';
import { createLog } from '../../src/platform/log.ts';
import { createMetrics } from '../../src/platform/metrics.ts';
import { createMemoryDialSuspensionStore } from '../../src/storage/file-dial-suspension-store.ts';
import { createMemoryCallListStore } from '../../src/storage/memory-call-list-store.ts';
import { createMemoryDialLedger } from '../../src/storage/memory-dial-ledger.ts';
import { createMemoryOptOutStore } from '../../src/storage/memory-opt-out-store.ts';
import { clockAt, thursdayMorning } from './agent-fixtures.ts';
import { visitsOf } from './call-list-fixtures.ts';

export const wishOf = (more: Partial<NewList> = {}): NewList => ({
  clinicId: 'aurora',
  kind: 'confirm',
  name: 'Amanhã',
  perMinute: 30,
  keyId: 'main',
  today: '2026-11-26',
  ...more,
});

/** Numbers that differ before their last four digits: nobody is stopped for ringing a whole exchange. */
export const numberAt = (i: number) => `+55889${String(91_000_000 + i * 10_007)}`;

/** Lists with everything that dialling needs, on a clock that is moved by hand. */
export function listTown(
  options: {
    carrier?: DialCarrier;
    permission?: DialPermission;
    limits?: Partial<DialLimits>;
    visits?: ContactVisit[];
    store?: ReturnType<typeof createMemoryCallListStore>;
    ledger?: ReturnType<typeof createMemoryDialLedger>;
    clock?: ReturnType<typeof clockAt>;
    /** How the call of a dial ends, as soon as it was made. */
    ending?: (dial: Dial) => DialProgress['status'] | undefined;
  } = {},
) {
  const clock = options.clock ?? clockAt(thursdayMorning);
  const store = options.store ?? createMemoryCallListStore();
  const ledger = options.ledger ?? createMemoryDialLedger();
  const optOuts = createMemoryOptOutStore();
  const visits = options.visits ?? [];
  const rung: { to: string; atMs: number }[] = [];
  const log = createLog('silent');
  const carrier: DialCarrier = options.carrier ?? {
    placeCall: async () => ({ outcome: 'placed', callSid: `CA${rung.length}` }),
    findCalls: async () => ({ outcome: 'found', calls: [] }),
    endCall: async () => undefined,
    leaveMessage: async () => undefined,
  };
  const permission: DialPermission = options.permission ?? (() => undefined);
  const outbound: OutboundCalls = new OutboundCalls({
    mayRingAgain: (row) => lists.mayRingAgain(row),
    suspensions: createMemoryDialSuspensionStore(),
    ledger,
    carrier: {
      ...carrier,
      placeCall: async (request) => {
        rung.push({ to: request.to, atMs: clock.wallMs() });
        return carrier.placeCall(request);
      },
    },
    permission,
    from: '+558835430000',
    publicUrl: () => 'http://127.0.0.1:9',
    unavailable: () => undefined,
    limits: { ...usualDialLimits, ...options.limits },
    clock,
    log,
    metrics: createMetrics(),
    pause: async (ms) => clock.advance(ms),
  });
  const lists = new CallLists({
    store,
    outbound,
    permission,
    visits: visitsOf(...visits),
    optOuts,
    timeLimitOf: () => 600,
    clock,
    log,
  });
  const { ending = () => 'completed' as const } = options;

  async function endCalls(): Promise<void> {
    for (const { id, callSid, attempt, progress, ...dial } of ledger.all()) {
      const status = ending({ id, attempt, ...dial });
      if (callSid === undefined || progress !== undefined || status === undefined) continue;
      await outbound.reported(id, { callSid, attempt }, () => ({ status }));
    }
  }

  return {
    lists,
    outbound,
    ledger,
    store,
    optOuts,
    clock,
    rung,
    async importCsv(text: string, more: Partial<NewList> = {}) {
      const file = readCallListCsv(Buffer.from(text));
      if (file.outcome === 'refused') throw new Error(file.message);
      return lists.createFromCsv(wishOf(more), file.rows);
    },
    /** A list of so many people, running. */
    async running(people: number, more: Partial<NewList> = {}) {
      const lines = Array.from({ length: people }, (_, i) => `${numberAt(i)};Olá.`);
      const made = await this.importCsv(['telefone;mensagem', ...lines].join('\n'), more);
      if (made.outcome !== 'created') throw new Error('no list');
      await lists.ask(made.list.id, 'resume');
      return made.list.id;
    },
    /** Time goes by, a second at a time, in which calls end. */
    async pass(seconds: number) {
      for (let i = 0; i < seconds; i += 1) {
        await lists.tick();
        await endCalls();
        clock.advance(1_000);
      }
      await lists.tick();
    },
  };
}
