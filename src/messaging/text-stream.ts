/**
 * What `work` emits, and what it returns as the last value. The work begins at once and goes on to its end, whether or not
 * anybody reads. Rejects with what the work rejects with.
 */
export function createTextStream<Part>(
  work: (emit: (part: Part) => void) => Promise<Part>,
): AsyncIterable<Part> {
  const waiting: Part[] = [];
  let wake: () => void = () => {};
  let failure: unknown;
  let isOver = false;
  const push = (part: Part) => {
    waiting.push(part);
    wake();
  };
  work(push)
    .then(push, (error: unknown) => {
      failure = error ?? new Error('the work failed');
    })
    .finally(() => {
      isOver = true;
      wake();
    });
  return {
    async *[Symbol.asyncIterator]() {
      for (;;) {
        const part = waiting.shift();
        if (part !== undefined) {
          yield part;
        } else if (isOver) {
          if (failure !== undefined) throw failure;
          return;
        } else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
    },
  };
}
