import { parseScriptHead, parseScriptVersion } from '../agent/script-record.ts';
import { mostScripts, mostScriptVersions, type ScriptStore } from '../agent/script-store.ts';
import { CodedError } from '../platform/errors.ts';
import type { Log } from '../platform/log.ts';
import { byScriptId, checkedScriptStep, type ScriptStep } from './memory-script-store.ts';
import { tellChange } from './postgres-changes.ts';
import type { Database, RunSql } from './postgres-database.ts';
import { read, write } from './postgres-work.ts';

type Row = { record: unknown };

/** Does not close the database. A row that cannot be understood is left as it is, skipped, and logged each time it is met. */
export function createPostgresScriptStore(options: { database: Database; log: Log }): ScriptStore {
  const { database, log } = options;

  function understood<T>(rows: Row[], parse: (value: unknown) => T | undefined): T[] {
    return rows.flatMap(({ record }) => {
      const value = parse(record);
      if (value === undefined) log.error({}, 'a script could not be understood and was skipped');
      return value === undefined ? [] : [value];
    });
  }

  return {
    async heads() {
      const rows = await read<Row>(database, 'select record from scripts', []);
      return understood(rows, parseScriptHead).sort(byScriptId);
    },
    async head(id) {
      const rows = await read<Row>(database, 'select record from scripts where id = $1', [id]);
      return understood(rows, parseScriptHead)[0];
    },
    async versions(id) {
      const rows = await read<Row>(
        database,
        'select record from script_versions where script_id = $1 order by version desc limit $2',
        [id, mostScriptVersions],
      );
      return understood(rows, parseScriptVersion);
    },
    async save(head, version) {
      const step = checkedScriptStep(head, version);
      return write(database, async (run) => {
        const kept = await keepStep(run, step);
        if (kept.outcome === 'saved') await tellChange(run, database.schema, 'scripts');
        return kept;
      });
    },
    close: async () => undefined,
  };
}

async function keepStep(run: RunSql, { head, version }: ScriptStep) {
  const { id, revision } = head;
  const values = [id, revision, JSON.stringify(head)];
  const sql = revision === 1 ? insertHead : updateHead;
  if ((await run(sql, values)).length === 0) {
    const [{ n = 0 } = {}] = await run<{ n: number }>('select count(*)::int as n from scripts');
    if (revision === 1 && n >= mostScripts)
      throw new CodedError('STORE_WRITE_FAILED', 'there are too many scripts');
    return { outcome: 'changed' as const };
  }
  if (version) {
    const record = JSON.stringify(version);
    await run('insert into script_versions (script_id, version, record) values ($1, $2, $3)', [
      id,
      version.version,
      record,
    ]);
    await run('delete from script_versions where script_id = $1 and version <= $2', [
      id,
      version.version - mostScriptVersions,
    ]);
  }
  return { outcome: 'saved' as const };
}

const insertHead = `insert into scripts (id, revision, record)
  select $1, $2, $3 where (select count(*) from scripts) < ${mostScripts}
  on conflict (id) do nothing returning id`;
const updateHead =
  'update scripts set revision = $2, record = $3 where id = $1 and revision = $2 - 1 returning id';
