import type { TurnLeases } from '../messaging/turn-leases.ts';
import { createKeyedQueue } from '../platform/work-queue.ts';

/** For one process: whoever asks waits for those before. */
export function createMemoryTurnLeases(): TurnLeases {
  const inTurn = createKeyedQueue();
  return {
    hold: (key, work) =>
      inTurn(key, async () => ({ outcome: 'done', result: await work({ fence: null }) })),
  };
}
