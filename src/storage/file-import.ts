import type { ScriptHead } from '../agent/script-record.ts';
import type { User } from '../console/user-record.ts';
import type { FileStores } from './file-stores.ts';
import type { Database } from './postgres-database.ts';
import type { PostgresProfile } from './postgres-profile.ts';
import { restoreEntry } from './postgres-schedule-rows.ts';
import { read, write } from './postgres-work.ts';

/** Calls read from files at once. */
const callsAtOnce = 100;
/** More requests to staff than a clinic ever has. */
const mostRequests = 1_000_000;

export interface ImportParts {
  from: FileStores;
  to: PostgresProfile;
  database: Database;
  /** Whether a script of the database is as it came, and gives way to one that was worked on. */
  isUntouched: (script: ScriptHead) => boolean;
  /** Epoch ms. */
  nowMs: number;
}

/** How many of each were brought into the database. What is there already stays as it is, and is not counted. */
export interface ImportCounts {
  /** Nothing: the database has an agenda, and two cannot be made one. */
  reservations: number | undefined;
  appointments: number;
  requests: number;
  calls: number;
  scripts: number;
  clinicVersions: number;
  optOuts: number;
  calendarFeeds: number;
  users: number;
}

/**
 * Copies what one machine kept in files into the database; the files stay. May be repeated. Sessions end, and the trail stays
 * where it is: a chain cannot be spliced.
 */
export async function importFiles(parts: ImportParts): Promise<ImportCounts> {
  const reservations = await importSchedule(parts);
  return {
    reservations,
    ...(await importAgenda(parts, reservations !== undefined)),
    calls: await importCalls(parts),
    scripts: await importScripts(parts),
    clinicVersions: await importClinics(parts),
    ...(await importPeople(parts)),
  };
}

/** All of it or nothing. */
async function importSchedule({ from, database, nowMs }: ImportParts): Promise<number | undefined> {
  const entries = from.schedule
    .entries()
    .filter(
      (entry) =>
        entry.kind === 'answer' ||
        entry.reservation.status !== 'pending' ||
        entry.reservation.holdExpiresAtMs > nowMs,
    );
  return write(database, async (run) => {
    await run('lock table reservations in exclusive mode');
    if ((await run('select from reservations limit 1')).length > 0) return undefined;
    for (const entry of entries) await restoreEntry(run, entry);
    return entries.filter(({ kind }) => kind === 'reservation').length;
  });
}

/** Appointments without their places would be given away again: both, or none of them. */
async function importAgenda({ from, to }: ImportParts, hasPlaces: boolean) {
  let appointments = 0;
  let requests = 0;
  const listed = hasPlaces
    ? await from.appointments.list({ from: '0001-01-01', to: '9999-12-31' })
    : [];
  for (const one of listed)
    if ((await to.appointments.save(one)).outcome === 'saved') appointments += 1;
  for (const one of await from.requests.list({ limit: mostRequests }))
    if ((await to.requests.save(one)).outcome === 'saved') requests += 1;
  return { appointments, requests };
}

async function importCalls({ from, to }: ImportParts): Promise<number> {
  let count = 0;
  for (let before: string | undefined; ; ) {
    const page = await from.calls.list({ limit: callsAtOnce, ...(before ? { before } : {}) });
    for (const call of page.calls) {
      if (await to.calls.find(call.id)) continue;
      await to.calls.save(call);
      count += 1;
    }
    before = page.nextBefore;
    if (before === undefined) return count;
  }
}

async function importScripts({ from, database, isUntouched }: ImportParts): Promise<number> {
  let count = 0;
  for (const head of await from.scripts.heads()) {
    const [found] = await read<{ record: ScriptHead }>(
      database,
      'select record from scripts where id = $1',
      [head.id],
    );
    if (found && (!isUntouched(found.record) || isUntouched(head))) continue;
    const versions = await from.scripts.versions(head.id);
    await write(database, async (run) => {
      await run('delete from scripts where id = $1', [head.id]);
      await run('insert into scripts (id, revision, record) values ($1, $2, $3)', [
        head.id,
        head.revision,
        JSON.stringify(head),
      ]);
      for (const version of versions)
        await run('insert into script_versions (script_id, version, record) values ($1, $2, $3)', [
          head.id,
          version.version,
          JSON.stringify(version),
        ]);
    });
    count += 1;
  }
  return count;
}

async function importClinics({ from, to }: ImportParts): Promise<number> {
  let count = 0;
  for (const clinic of await from.clinicVersions.clinics()) {
    if ((await to.clinicVersions.count(clinic)) > 0) continue;
    for (const version of await from.clinicVersions.versions(clinic)) {
      await to.clinicVersions.append(version);
      count += 1;
    }
    const draft = await from.clinicVersions.draft(clinic);
    if (draft) await to.clinicVersions.putDraft(clinic, { ...draft, revision: 1 });
  }
  return count;
}

async function importPeople({ from, to }: ImportParts) {
  let optOuts = 0;
  let calendarFeeds = 0;
  for (const one of from.optOuts.list())
    if ((await to.optOuts.add(one)) === 'changed') optOuts += 1;
  const known = new Set(to.calendarFeeds.all().map(({ id }) => id));
  for (const one of from.calendarFeeds.all()) {
    if (known.has(one.id)) continue;
    await to.calendarFeeds.add(one);
    calendarFeeds += 1;
  }
  return { optOuts, calendarFeeds, users: await importUsers(from, to) };
}

async function importUsers(from: FileStores, to: PostgresProfile): Promise<number> {
  const ours = await from.users.list();
  return to.users.change((theirs) => {
    const isNew = ({ id, login }: User) =>
      theirs.every((one) => one.id !== id && one.login !== login);
    const put = ours.filter(isNew);
    return { put, answer: put.length };
  });
}
