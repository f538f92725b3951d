import { writeFile } from 'node:fs/promises';
import { openBooker } from './steady-booker.ts';

/*
 * The product's server with bookings in the same process. Loaded by a module that `measure.ts` writes, with what it is
 * to do in the address: it is started by the generator of calls, which knows nothing of bookings.
 */
const asked = new URL(import.meta.url).searchParams;

/** Until the calls are dialled and mixed. */
const waitMs = 10_000;

setTimeout(async () => {
  const booker = await openBooker(asked.get('directory') ?? '');
  const bookings = await booker.run(Number(asked.get('seconds')));
  await writeFile(asked.get('result') ?? '', JSON.stringify(bookings));
}, waitMs);

await import('../../src/main.ts');
