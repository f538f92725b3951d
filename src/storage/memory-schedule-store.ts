import type { ScheduleStore } from '../scheduling/schedule-store.ts';
import { decide } from './schedule-decision.ts';
import { checkStep, scheduleStoreOf } from './schedule-driver.ts';
import { ScheduleLedger } from './schedule-ledger.ts';

/** Forgets everything with the process. For the sandbox and tests. */
export function createMemoryScheduleStore(): ScheduleStore {
  const ledger = new ScheduleLedger();
  return scheduleStoreOf({
    ledger: () => ledger,
    run: async (command) => {
      const { answer, step } = decide(ledger, command);
      if (step) ledger.apply(checkStep(step));
      return answer;
    },
    close: async () => undefined,
  });
}
