import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createId } from '../../src/platform/id.ts';
import { protocolOf } from '../../src/scheduling/appointment.ts';
import { appointmentFileName, parseAppointment } from '../../src/scheduling/appointment-store.ts';
import { addDays } from '../../src/scheduling/wall-time.ts';
import { lettersOf, openBooker } from './steady-booker.ts';

/** Days before and after the first one over which they are spread. */
const spreadDays = 180;

/** Puts other people's appointments into a booker's directory: copies of one that was really booked, half of them over. */
export async function fillDirectory(directory: string, count: number): Promise<void> {
  const booker = await openBooker(directory);
  await booker.book();
  await booker.close();
  const place = join(directory, 'appointments');
  await mkdir(place, { recursive: true });
  const [name = ''] = (await readdir(place)).filter((one) => one.endsWith('.json'));
  const one = parseAppointment(JSON.parse(await readFile(join(place, name), 'utf8')));
  if (!one) throw new Error('nothing was booked');
  for (let i = 0; i < count; i += 1) {
    const id = createId();
    const day = addDays(one.day, (i % (2 * spreadDays)) - spreadDays);
    const phone = `+5588${800_000_000 + i}`;
    const copy = {
      ...one,
      ...{ id, protocol: protocolOf(id), day, phone, bookedFrom: phone },
      patient: { ...one.patient, name: `Rosa ${lettersOf(i)}` },
      items: one.items.map((item) => ({ ...item, day })),
    };
    await writeFile(join(place, appointmentFileName(copy)), `${JSON.stringify(copy, null, 2)}\n`);
  }
}
