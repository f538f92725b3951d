/**
 * What comes while something is being written is written next, together: one sync of the disk for many.
 * @param keep durable when it resolves; one call at a time
 * @returns resolves when this item is kept; rejects with what `keep` did for its whole batch
 */
export function createBatches<Item>(
  keep: (items: readonly Item[]) => Promise<void>,
): (item: Item) => Promise<void> {
  let next: { items: Item[]; done: Promise<void> } | undefined;
  let last: Promise<unknown> = Promise.resolve();
  return (item) => {
    if (next) {
      next.items.push(item);
      return next.done;
    }
    const batch = { items: [item], done: Promise.resolve() };
    next = batch;
    batch.done = last.then(() => {
      next = undefined;
      return keep(batch.items);
    });
    last = batch.done.catch(() => undefined);
    return batch.done;
  };
}
