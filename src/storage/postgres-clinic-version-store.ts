import type { ZodType } from 'zod';
import { clinicDraftSchema, clinicVersionSchema } from '../agent/clinic-version-record.ts';
import type { ClinicVersionStore } from '../agent/clinic-version-store.ts';
import { damaged } from './journal-recovery.ts';
import { followsDraft, refuseGap } from './memory-clinic-version-store.ts';
import { tellChange } from './postgres-changes.ts';
import type { Database } from './postgres-database.ts';
import { read, write } from './postgres-work.ts';

type Row = { record: unknown };

/** Nothing is kept in memory: they are read when somebody looks. Does not close the database. */
export function createPostgresClinicVersionStore(options: {
  database: Database;
}): ClinicVersionStore {
  const { database } = options;
  const select = <T>(schema: ZodType<T>, table: string, clinic: string, order = '') =>
    read<Row>(database, `select record from ${table} where clinic = $1 ${order}`, [clinic]).then(
      (rows) => rows.map(({ record }) => parsed(schema, record, clinic)),
    );
  const draftOf = async (clinic: string) =>
    (await select(clinicDraftSchema, 'clinic_drafts', clinic))[0];
  const counting = 'select count(*) as count from clinic_versions where clinic = $1';

  return {
    clinics: () =>
      read<{ clinic: string }>(
        database,
        'select distinct clinic from clinic_versions order by clinic',
        [],
      ).then((rows) => rows.map(({ clinic }) => clinic)),
    versions: (clinic) => select(clinicVersionSchema, 'clinic_versions', clinic, 'order by number'),
    async count(clinic) {
      const [found] = await read<{ count: number }>(database, counting, [clinic]);
      return found?.count ?? 0;
    },
    append: (version) =>
      write(database, async (run) => {
        const { clinic, number } = version;
        // Of two at once the second finds its number taken, begins again, and is refused here.
        const [found] = await run<{ count: number }>(counting, [clinic]);
        refuseGap(version, found?.count ?? 0);
        await run('insert into clinic_versions (clinic, number, record) values ($1, $2, $3)', [
          clinic,
          number,
          JSON.stringify(version),
        ]);
        await tellChange(run, database.schema, 'clinics');
      }),
    draft: draftOf,
    putDraft: (clinic, draft) =>
      write(database, async (run) => {
        if (!draft) {
          await run('delete from clinic_drafts where clinic = $1', [clinic]);
          return 'kept';
        }
        await run('lock table clinic_drafts in share row exclusive mode');
        const [row] = await run<Row>('select record from clinic_drafts where clinic = $1', [
          clinic,
        ]);
        const before = row && parsed(clinicDraftSchema, row.record, clinic);
        if (!followsDraft(draft, before)) return 'stale';
        await run(
          `insert into clinic_drafts (clinic, record) values ($1, $2)
           on conflict (clinic) do update set record = excluded.record`,
          [clinic, JSON.stringify(draft)],
        );
        return 'kept';
      }),
  };
}

function parsed<T>(schema: ZodType<T>, record: unknown, clinic: string): T {
  const known = schema.safeParse(record);
  if (known.success) return known.data;
  throw damaged(`the database of clinic ${clinic}`, 'is no clinic version or draft');
}
