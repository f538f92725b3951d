import { CodedError } from '../platform/errors.ts';
import { parseReservation } from '../scheduling/reservation-record.ts';
import type { ScheduleStore } from '../scheduling/schedule-store.ts';
import type { Answer, Command, Step } from './schedule-decision.ts';
import type { ScheduleLedger } from './schedule-ledger.ts';

/** The contract on top of a ledger and one way to change it; every driver that keeps all in memory is made of it. */
export function scheduleStoreOf(parts: {
  ledger(): ScheduleLedger;
  run(command: Command): Promise<Answer>;
  close(): Promise<void>;
}): ScheduleStore {
  const run = async <Expected extends Answer>(command: Command) =>
    // Handed out as a copy: what is kept is never changed from outside.
    structuredClone(await parts.run(command)) as Expected;
  return {
    reserve: (request) => run({ op: 'reserve', ...request }),
    confirm: (request) => run({ op: 'confirm', ...request }),
    release: (request) => run({ op: 'release', ...request }),
    swap: (request) => run({ op: 'swap', ...request }),
    find: async (id) => structuredClone(parts.ledger().find(id)),
    recall: async (key) => structuredClone(parts.ledger().remembered(key)?.reservation),
    busy: async (query) => parts.ledger().busy(query),
    within: async (query) => structuredClone(parts.ledger().within(query)),
    close: () => parts.close(),
  };
}

/** Nothing that could not be read back is kept. */
export function checkStep(step: Step): Step {
  if (step.changed.every((one) => parseReservation(one))) return step;
  throw new CodedError('STORE_WRITE_FAILED', 'what was to be written is not a reservation');
}
