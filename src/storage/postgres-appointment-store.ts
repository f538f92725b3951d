import { CodedError } from '../platform/errors.ts';
import type { Log } from '../platform/log.ts';
import type { Appointment } from '../scheduling/appointment.ts';
import {
  type AppointmentStore,
  byDayAndTime,
  checkedChange,
  isOpenFor,
  parseAppointment,
  searchKeyOf,
  searchKeysOf,
} from '../scheduling/appointment-store.ts';
import type { Database } from './postgres-database.ts';
import { read, write } from './postgres-work.ts';

type Row = { id: string; record: unknown };

/** Does not close the database. A row that cannot be understood is left as it is, skipped, and logged each time it is met. */
export function createPostgresAppointmentStore(options: {
  database: Database;
  log: Log;
}): AppointmentStore {
  const { database, log } = options;

  function understood({ id, record }: Row): Appointment[] {
    const appointment = parseAppointment(record);
    if (appointment) return [appointment];
    log.error({ appointmentId: id }, 'an appointment could not be understood and was skipped');
    return [];
  }

  async function select(condition: string, values: unknown[]): Promise<Appointment[]> {
    const rows = await read<Row>(
      database,
      `select id, record from appointments where ${condition}`,
      values,
    );
    return rows.flatMap(understood).sort(byDayAndTime);
  }

  return {
    async save(appointment) {
      const checked = parseAppointment(appointment);
      if (!checked) throw notAnAppointment();
      const values = columnsOf(checked);
      const added = await write(database, (run) =>
        run(
          `insert into appointments (id, clinic, day, time, status, search_keys, record)
           values ($1, $2, $3, $4, $5, $6, $7) on conflict (id) do nothing returning id`,
          values,
        ),
      );
      return { outcome: added.length > 0 ? 'saved' : 'exists', file: placeOf(checked.id) };
    },
    async find(id) {
      const [found] = await select('id = $1', [id]);
      return found;
    },
    update: (id, change) =>
      write(database, async (run) => {
        const [row] = await run<Row>(
          'select id, record from appointments where id = $1 for update',
          [id],
        );
        const [before] = row ? understood(row) : [];
        if (!before) return { outcome: 'not-found' };
        const after = checkedChange(before, change(structuredClone(before)));
        if (!after) throw notAnAppointment();
        await run(
          `update appointments set clinic = $2, day = $3, time = $4, status = $5,
             search_keys = $6, record = $7 where id = $1`,
          columnsOf(after),
        );
        return { outcome: 'updated', appointment: after, file: placeOf(id) };
      }),
    async findOpen(query) {
      const { clinic, from, by } = query;
      const all = await select('search_keys @> $1 and clinic = $2 and day >= $3', [
        [searchKeyOf(by)],
        clinic,
        from,
      ]);
      return all.filter((appointment) => isOpenFor(appointment, query));
    },
    list: ({ from, to }) => select('day between $1 and $2', [from, to]),
  };
}

function columnsOf(appointment: Appointment): unknown[] {
  const { id, clinic, day, time, status } = appointment;
  const searchKeys = searchKeysOf(appointment);
  return [id, clinic, day, time, status, searchKeys, JSON.stringify(appointment)];
}

const placeOf = (id: string) => `postgres:appointments/${id}`;

function notAnAppointment(): CodedError {
  return new CodedError('STORE_WRITE_FAILED', 'what was to be written is not this appointment');
}
