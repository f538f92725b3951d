import { afterEach } from 'vitest';

/** Opens whatever a test asks for; all of it is closed after that test. Called within `describe`. */
export function closedAfterEach<Opened extends { close(): Promise<void> }>(
  open: () => Promise<Opened>,
): () => Promise<Opened> {
  const opened: Opened[] = [];
  afterEach(async () => {
    for (const one of opened.splice(0)) await one.close();
  });
  return async () => {
    const one = await open();
    opened.push(one);
    return one;
  };
}
