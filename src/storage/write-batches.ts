/**
 * What comes while something is being written is written next, together: one sync of the disk for many.
 * @param keep durable when it resolves; one call at a time
 * @param gatherMs at the earliest so long after the last call began comes the next one: under load more is written at once,
 * and who comes alone does not wait
 * @returns resolves when this item is kept; rejects with what `keep` did for its whole batch
 */
export function createBatches<Item>(
  keep: (items: readonly Item[]) => Promise<void>,
  gatherMs = 0,
): (item: Item) => Promise<void> {
  let next: { items: Item[]; done: Promise<void> } | undefined;
  let free: Promise<unknown> = Promise.resolve();

  function begin(items: readonly Item[]): Promise<void> {
    next = undefined;
    const kept = keep(items);
    const gathered = gatherMs > 0 ? pause(gatherMs) : undefined;
    free = Promise.all([kept.catch(() => undefined), gathered]);
    return kept;
  }

  return (item) => {
    if (next) {
      next.items.push(item);
      return next.done;
    }
    const items = [item];
    const done = free.then(() => begin(items));
    next = { items, done };
    return done;
  };
}

/** For a journal on a disk that takes 0.2 ms of one core for a sync: a fifth of it at most is spent on them. */
export const journalGatherMs = 2;

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
