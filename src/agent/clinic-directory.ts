import { createHash } from 'node:crypto';
import { CodedError } from '../platform/errors.ts';
import type { Log } from '../platform/log.ts';
import { createWorkQueue } from '../platform/work-queue.ts';
import { type ClinicText, loadClinicTexts, ownNames, parseClinic } from './clinic-loader.ts';
import type { ClinicProfile } from './clinic-profile.ts';
import type { ClinicVersion } from './clinic-version-record.ts';
import type { ClinicVersionStore } from './clinic-version-store.ts';

/** A clinic as callers meet it now. */
export interface PublishedClinic extends ClinicText {
  /** 0: the file as it was shipped. */
  version: number;
  /** The shipped file is not the one this was made from. */
  hasShippedChanged: boolean;
}

/** One thing that keeps a text from being published. */
export interface ClinicProblem {
  /** Counts from 1. */
  line: number;
  /** Where in the file and why, like `openingHours[0].to: depois de “from”`. */
  text: string;
}

export type Publication =
  | { outcome: 'published'; version: ClinicVersion }
  | { outcome: 'invalid'; problems: ClinicProblem[] }
  /** Somebody else published since. */
  | { outcome: 'stale'; version: number };

export interface PublicationWish {
  text: string;
  /** The version that whoever wishes it has seen. */
  base: number;
  by: string;
  note: string;
  restored?: number;
  /** ISO 8601, UTC. */
  at: string;
}

/** The one owner of the clinics' files: what was shipped, and what was published over it. */
export interface ClinicDirectory {
  /** One list for the life of the process; a publication replaces its clinic in it. A call keeps the profile it began with. */
  readonly all: readonly ClinicProfile[];
  published(id: string): PublishedClinic | undefined;
  /** The text of a version that was, 0 the shipped one. */
  textOf(id: string, version: number): Promise<string | undefined>;
  /** What keeps this text from becoming the clinic's; none when it may. */
  check(id: string, text: string): { clinic?: ClinicProfile; problems: ClinicProblem[] };
  /** Durable, and in force for the next call, when it resolves. */
  publish(id: string, wish: PublicationWish): Promise<Publication>;
  /**
   * Reads the folder of shipped files again: new clinics begin, a file that was changed counts where nothing was published over it.
   * @returns whose files are new or different; rejects with CLINIC_INVALID and changes nothing
   */
  readAgain(): Promise<string[]>;
  /** Reads what other servers published. */
  refresh(): Promise<void>;
  /** A clinic that no file was shipped of: durable, and in force for the next call and message, when it resolves. */
  add(wish: Omit<PublicationWish, 'base' | 'restored'>): Promise<Publication>;
  /** Whether it began in the console: no file was shipped of it. */
  isOwn(id: string): boolean;
  /** Takes a clinic that began in the console out of service; calls that go on keep it. Published again, it is back. */
  retire(
    id: string,
    wish: Pick<PublicationWish, 'by' | 'note' | 'at'>,
  ): Promise<'retired' | 'not-own' | 'stale'>;
  /** Those out of service. */
  retired(): PublishedClinic[];
}

interface DirectoryParts {
  /** Of the shipped files. */
  directory: string;
  shipped: readonly ClinicText[];
  versions: ClinicVersionStore;
  log: Log;
}

/** The newest version of each clinic that this program can read wins over its shipped file; the log says so. */
export async function createClinicDirectory(parts: DirectoryParts): Promise<ClinicDirectory> {
  const { versions, log } = parts;
  const known = new Map<string, PublishedClinic>();
  const shipped = new Map<string, ClinicText>();
  /** Versions of each that are known here, those that could not be read among them. */
  const counted = new Map<string, number>();
  const all: ClinicProfile[] = [];
  const inTurn = createWorkQueue();

  /** Out of service. */
  const retired = new Map<string, PublishedClinic>();
  const isOwn = (id: string) => known.has(id) && !shipped.has(id);

  const put = (one: PublishedClinic) => {
    retired.delete(one.clinic.id);
    known.set(one.clinic.id, one);
    const at = all.findIndex(({ id }) => id === one.clinic.id);
    if (at === -1) all.push(one.clinic);
    else all[at] = one.clinic;
  };
  const add = async (file: ClinicText) => {
    const { id } = file.clinic;
    const history = await versions.versions(id);
    shipped.set(id, file);
    counted.set(id, history.length);
    put(newestOf(file, history, log));
  };
  /** False when somebody published at another server in the meantime. */
  const appended = async (version: ClinicVersion) => {
    try {
      await versions.append(version);
      return true;
    } catch (error) {
      const count = await versions.count(version.clinic).catch(() => 0);
      if (count < version.number) throw error;
      return false;
    }
  };
  const check = (id: string, text: string) => checkedText(id, text, all);
  const putAway = (one: PublishedClinic) => {
    const { id } = one.clinic;
    known.delete(id);
    retired.set(id, one);
    const at = all.findIndex((other) => other.id === id);
    if (at !== -1) all.splice(at, 1);
  };
  /** Of no file. What had one, whose file was taken away, is not served by what was published over it. */
  const addOwn = async (id: string) => {
    const history = await versions.versions(id);
    counted.set(id, history.length);
    if (history[0]?.shipped !== hashOf('')) return;
    const newest = newestReadable(history, log);
    if (!newest) return;
    const { clinic, version } = newest;
    const { number, text, isRetired = false } = version;
    const one = { clinic, text, version: number, hasShippedChanged: false };
    const [problem] = isRetired ? [] : check(id, text).problems;
    if (problem) log.error({ clinic: id, reason: problem.text }, 'a clinic cannot be served');
    else if (isRetired) putAway(one);
    else put(one);
  };
  const addAllOwn = async () => {
    for (const id of await versions.clinics())
      if (!shipped.has(id) && (await versions.count(id)) !== counted.get(id)) await addOwn(id);
  };
  const publishNow = async (
    id: string,
    count: number,
    wish: Omit<PublicationWish, 'base'>,
  ): Promise<Publication> => {
    const { clinic, problems } = check(id, wish.text);
    if (!clinic) return { outcome: 'invalid', problems };
    const hash = hashOf(shipped.get(id)?.text ?? '');
    const version = { ...wish, clinic: id, number: count + 1, shipped: hash };
    if (!(await appended(version))) return { outcome: 'stale', version: version.number };
    counted.set(id, version.number);
    put({ clinic, text: wish.text, version: version.number, hasShippedChanged: false });
    log.info({ clinic: id, version: version.number }, 'a clinic was published');
    return { outcome: 'published', version };
  };

  const refresh = async () => {
    for (const [id, file] of shipped)
      if ((await versions.count(id)) !== counted.get(id)) await add(file);
    await addAllOwn();
  };

  for (const file of parts.shipped) await add(file);
  await addAllOwn();
  return {
    all,
    published: (id) => known.get(id),
    async textOf(id, version) {
      if (version === 0) return shipped.get(id)?.text;
      return (await versions.versions(id)).find(({ number }) => number === version)?.text;
    },
    check,
    publish: (id, { base, ...wish }) =>
      inTurn(async () => {
        const history = await versions.versions(id);
        if (base !== history.length) return { outcome: 'stale', version: history.length };
        // No number may be another clinic's, also of one that was published at another server a moment ago.
        await refresh();
        return publishNow(id, base, wish);
      }),
    readAgain: () =>
      inTurn(async () => {
        const files = await loadClinicTexts(parts.directory);
        const different = files.filter(({ clinic, text }) => shipped.get(clinic.id)?.text !== text);
        for (const { clinic, text } of different) {
          const [problem] = check(clinic.id, text).problems;
          if (problem) throw new CodedError('CLINIC_INVALID', `${clinic.id}:\n  ${problem.text}`);
        }
        for (const file of different) await add(file);
        const ids = different.map(({ clinic }) => clinic.id);
        if (ids.length > 0) log.info({ clinics: ids }, 'clinic files were read again');
        return ids;
      }),
    refresh: () => inTurn(refresh),
    add: (wish) =>
      inTurn(async () => {
        const { clinic, problems, where } = parseClinic(wish.text, 'nova');
        if (!clinic) return { outcome: 'invalid', problems: problems.map(problemOf) };
        const { id } = clinic;
        // An id that was ever used stays that clinic's: its calls and appointments are kept under it.
        if (!known.has(id) && (await versions.count(id)) === 0) return publishNow(id, 0, wish);
        const { line } = problemOf(where(['id']));
        return {
          outcome: 'invalid',
          problems: [{ line, text: `id: “${id}” já é ou já foi de outra clínica` }],
        };
      }),
    isOwn,
    retire: (id, wish) =>
      inTurn(async () => {
        const current = known.get(id);
        if (!current || !isOwn(id)) return 'not-own';
        const number = current.version + 1;
        const version: ClinicVersion = {
          ...wish,
          ...{ clinic: id, number, shipped: hashOf(''), text: current.text, isRetired: true },
        };
        if (!(await appended(version))) return 'stale';
        counted.set(id, number);
        putAway({ ...current, version: number });
        log.info({ clinic: id, version: number }, 'a clinic was taken out of service');
        return 'retired';
      }),
    retired: () => [...retired.values()],
  };
}

function newestOf(file: ClinicText, history: readonly ClinicVersion[], log: Log): PublishedClinic {
  const newest = newestReadable(history, log);
  if (!newest) return { ...file, version: 0, hasShippedChanged: false };
  const { clinic, version } = newest;
  const { number, text, shipped } = version;
  const hasShippedChanged = shipped !== hashOf(file.text);
  log.info(
    { clinic: clinic.id, version: number, hasShippedChanged },
    'the version published in the console wins over the file',
  );
  return { clinic, text, version: number, hasShippedChanged };
}

function newestReadable(history: readonly ClinicVersion[], log: Log) {
  for (const version of history.toReversed()) {
    const { clinic } = parseClinic(version.text, version.clinic);
    if (clinic?.id === version.clinic) return { clinic, version };
    log.error(
      { clinic: version.clinic, version: version.number },
      'a published version cannot be read any more',
    );
  }
  return undefined;
}

function checkedText(id: string, text: string, all: readonly ClinicProfile[]) {
  const { clinic, problems, where } = parseClinic(text, id);
  const at = (path: readonly PropertyKey[]) => problemOf(where(path)).line;
  const found = problems.map(problemOf);
  if (!clinic) return { problems: found };
  if (clinic.id !== id)
    found.push({
      line: at(['id']),
      text: `id: precisa continuar “${id}”; outra clínica é outro arquivo`,
    });
  const taken = new Map(
    all
      .filter((other) => other.id !== id)
      .flatMap((other) => ownNames(other).map(([name]) => [name, other.name] as const)),
  );
  for (const [name, path] of ownNames(clinic)) {
    const owner = taken.get(name);
    if (owner)
      found.push({ line: at(path), text: `${path.join('.')}: “${name}” já é de ${owner}` });
  }
  return found.length > 0 ? { problems: found } : { clinic, problems: found };
}

/** From `label:12 path: reason`. */
function problemOf(line: string): ClinicProblem {
  const [, number = '1', text = line] = /^[^:]*:(\d+)\s*(.*)$/s.exec(line) ?? [];
  return { line: Number(number), text };
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
