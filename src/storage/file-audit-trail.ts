import { join } from 'node:path';
import { type AuditRow, decodeRow, type NewAuditRow } from '../console/audit-record.ts';
import { type AuditFilter, type AuditTrail, fitsAudit } from '../console/audit-store.ts';
import type { Log } from '../platform/log.ts';
import { dayOfFile, type FileLine, linesOf, trailFiles } from './audit-files.ts';
import { createAuditQueue } from './audit-queue.ts';
import { AuditWriter, type TrailFinding } from './audit-writer.ts';
import { createJournalDisk, type JournalDisk } from './journal-disk.ts';

/** Rows after which the head is written down again. */
const rowsPerHead = 100;
/** A page looks through this much at most, bytes: some 300,000 rows, about two seconds beside calls. */
const mostScanned = 128 * 1024 * 1024;

export interface FileAuditTrailOptions {
  /** Of its own; must exist, and belong to this process. */
  directory: string;
  log: Log;
  disk?: JournalDisk;
}

/** A file of JSON lines a day (UTC). Rows that come while the disk works are written together. */
export async function openFileAuditTrail(options: FileAuditTrailOptions): Promise<AuditTrail> {
  const { directory, log, disk = createJournalDisk() } = options;
  const writer = new AuditWriter(directory, disk);
  let headSeq = 0;

  const keepHead = async () => {
    const { seq, hash } = writer.head;
    if (seq === headSeq) return;
    headSeq = seq;
    log.info({ auditSeq: seq, auditHash: hash }, 'head of the audit trail');
    await writer.keepHead().catch((err) => log.error({ err }, 'an audit head was not kept'));
  };
  const queue = createAuditQueue(async (batch) => {
    const dayBefore = writer.day;
    const notes = noteOf(finding, batch[0]?.at ?? '');
    const rows = await writer.append([...notes, ...batch]);
    finding = nothingFound;
    if (writer.day !== dayBefore || writer.head.seq - headSeq >= rowsPerHead) await keepHead();
    return rows.slice(notes.length);
  });

  let finding = await writer.open();
  tell(finding, log);
  await keepHead();
  return {
    append: queue.append,
    page: (filter, asked) => readPage(directory, filter, asked),
    rows: (filter) => readRows(directory, filter),
    head: () => writer.head,
    async close() {
      await queue.settled();
      await keepHead();
      await writer.close();
    },
  };
}

const nothingFound: TrailFinding = { tornBytes: 0, isAltered: false, missing: 0 };

/** What is wrong with the trail does not stop the telephone: it is said, and written down before the next row. */
function tell({ tornBytes, isAltered, missing }: TrailFinding, log: Log): void {
  if (tornBytes > 0)
    log.warn({ tornBytes }, 'the unfinished last line of the audit trail is cut off');
  if (isAltered)
    log.error({}, 'the last row of the audit trail was changed: npm run audit -- verify');
  if (missing > 0) log.error({ missing }, 'rows of the audit trail are missing at its end');
}

function noteOf(finding: TrailFinding, at: string): NewAuditRow[] {
  const { tornBytes, isAltered, missing } = finding;
  if (tornBytes === 0 && !isAltered && missing === 0) return [];
  const nobody = { user: 'system', login: '', role: '', ip: '' };
  return [{ at, ...nobody, action: 'trail.repair', detail: { tornBytes, isAltered, missing } }];
}

async function readPage(
  directory: string,
  filter: AuditFilter,
  { limit, before = Number.POSITIVE_INFINITY }: { limit: number; before?: number },
): ReturnType<AuditTrail['page']> {
  const found: AuditRow[] = [];
  let scanned = 0;
  let lowest = before;
  for (const name of (await filesFor(directory, filter)).reverse()) {
    const matching: AuditRow[] = [];
    let first: number | undefined;
    for await (const lines of linesOf(join(directory, name))) {
      for (const line of lines) {
        scanned += line.text.length;
        first ??= seqOf(line.text);
        const row = matches(line, filter);
        if (row && row.seq < before) matching.push(row);
      }
      // One more than the page, to know that there is more.
      matching.splice(0, matching.length - (limit + 1 - found.length));
      if (first !== undefined && first >= before) break;
    }
    found.push(...matching.reverse());
    lowest = first ?? lowest;
    if (found.length > limit || scanned > mostScanned) break;
  }
  const rows = found.slice(0, limit);
  if (found.length > limit) return { rows, nextBefore: rows.at(-1)?.seq ?? lowest };
  return scanned > mostScanned && lowest > 1 ? { rows, nextBefore: lowest } : { rows };
}

async function* readRows(directory: string, filter: AuditFilter): AsyncGenerator<AuditRow> {
  for (const name of await filesFor(directory, filter)) {
    for await (const lines of linesOf(join(directory, name))) {
      for (const line of lines) {
        const row = matches(line, filter);
        if (row) yield row;
      }
    }
  }
}

async function filesFor(
  directory: string,
  { from = '', to = '9' }: AuditFilter,
): Promise<string[]> {
  const [fromDay, toDay] = [from.slice(0, 10), to.slice(0, 10)];
  return (await trailFiles(directory)).filter((name) => {
    const day = dayOfFile(name);
    return day >= fromDay && day <= toDay;
  });
}

/** Text that does not hold what is asked for is not parsed. */
function matches({ text, isWhole }: FileLine, filter: AuditFilter): AuditRow | undefined {
  const { from: _from, to: _to, clinics: _clinics, ...equal } = filter;
  if (!isWhole || Object.values(equal).some((value) => !text.includes(JSON.stringify(value))))
    return undefined;
  const row = decodeRow(text)?.row;
  return row && fitsAudit(row, filter) ? row : undefined;
}

function seqOf(text: string): number | undefined {
  const seq = /^\{"seq":(\d{1,15}),/.exec(text)?.[1];
  return seq === undefined ? undefined : Number(seq);
}
