/** Runs what is handed in under one key one after another, in order; other keys do not wait. A failure stops nobody else. */
export function createKeyedQueue(): <Result>(
  key: string,
  work: () => Promise<Result>,
) => Promise<Result> {
  const last = new Map<string, Promise<unknown>>();
  return (key, work) => {
    const mine = (last.get(key) ?? Promise.resolve()).then(work, work);
    last.set(key, mine);
    const forget = () => {
      if (last.get(key) === mine) last.delete(key);
    };
    mine.then(forget, forget);
    return mine;
  };
}

/** The same with one key for all. */
export function createWorkQueue(): <Result>(work: () => Promise<Result>) => Promise<Result> {
  const inTurn = createKeyedQueue();
  return (work) => inTurn('', work);
}
