import type { CallRecord, CallStore } from '../call/call-record.ts';
import { errorSummary } from '../platform/errors.ts';
import type { Log } from '../platform/log.ts';
import { createKeyedQueue } from '../platform/work-queue.ts';
import type { CallSpool } from './call-spool.ts';

/** How often it is tried to hand over what waits, ms. */
const handOverEveryMs = 5_000;

/**
 * A call that ends while the database is away is kept: on this machine, until the database takes it. Saves of one call follow
 * each other, and what waits is the newest, so nothing old comes after something new.
 */
export async function openSpooledCallStore(options: {
  /** What all servers share. */
  store: CallStore;
  spool: CallSpool;
  isReachable: () => boolean;
  log: Log;
}): Promise<CallStore & { handOver(): Promise<void>; close(): Promise<void> }> {
  const { store, spool, isReachable, log } = options;
  const inTurn = createKeyedQueue();
  let isWaitingKnown = false;
  let handing: Promise<void> | undefined;

  async function save(record: CallRecord): Promise<void> {
    if (isReachable()) {
      try {
        await store.save(record);
        await spool.remove(record.id);
        return;
      } catch (error) {
        tellWaiting(error);
      }
    }
    await spool.put(record);
  }
  function tellWaiting(error: unknown): void {
    if (isWaitingKnown) return;
    isWaitingKnown = true;
    log.error(
      { code: errorSummary(error).code },
      'call records wait on this machine until the database takes them',
    );
  }
  async function handOverAll(): Promise<void> {
    for (const id of spool.ids()) {
      if (!isReachable()) return;
      try {
        await inTurn(id, async () => {
          const record = await spool.find(id);
          if (!record) return;
          await store.save(record);
          await spool.remove(id);
        });
      } catch (error) {
        tellWaiting(error);
      }
    }
    if (!isWaitingKnown || spool.ids().length > 0) return;
    isWaitingKnown = false;
    log.info('all call records that waited are in the database');
  }
  const handOver = () => {
    handing ??= handOverAll().finally(() => {
      handing = undefined;
    });
    return handing;
  };

  await handOver();
  const timer = setInterval(() => void handOver(), handOverEveryMs).unref();
  return {
    save(record) {
      // Taken now: the caller goes on changing its record.
      const copy = structuredClone(record);
      return inTurn(copy.id, () => save(copy));
    },
    find: async (id) => (await spool.find(id)) ?? store.find(id),
    list: (page) => store.list(page),
    unfinished: () => store.unfinished(),
    handOver,
    async close() {
      clearInterval(timer);
      await handing;
    },
  };
}
