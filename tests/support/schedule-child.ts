import { createId } from '../../src/platform/id.ts';
import { createLog } from '../../src/platform/log.ts';
import type { Reservation } from '../../src/scheduling/reservation-record.ts';
import { openFileScheduleStore } from '../../src/storage/file-schedule-store.ts';
import { before, claim, reserveRequest, seen } from './schedule-fixtures.ts';

/** Books, moves and gives up until it is killed, telling its parent every answer it got. */
const [directory = '', round = ''] = process.argv.slice(2);
const store = await openFileScheduleStore({
  directory,
  log: createLog('silent'),
  snapshotEvery: 25,
});
const tell = ({ id, version, status }: Reservation) => process.send?.({ id, version, status });
/** Few enough places that callers meet; others in each round, so that there always are free ones. */
const places = 200;

async function serve(caller: number): Promise<void> {
  for (let i = 0; ; i += 1) {
    const from = Math.floor((Number(round) + Math.random()) * places) * 10;
    const request = reserveRequest({
      id: createId(),
      claims: [claim(from, from + 20)],
      nowMs: before,
    });
    const held = await store.reserve(request);
    if (held.outcome !== 'done') continue;
    tell(held.reservation);
    const booked = await store.confirm(seen(held.reservation, 'confirm'));
    if (booked.outcome !== 'done') continue;
    tell(booked.reservation);
    if ((caller + i) % 2 === 0) continue;
    const gone = await store.release(seen(booked.reservation, 'release'));
    if (gone.outcome === 'done') tell(gone.reservation);
  }
}

for (let caller = 0; caller < 6; caller += 1) void serve(caller);
