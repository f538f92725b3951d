import { CodedError } from '../platform/errors.ts';
import type { Log } from '../platform/log.ts';
import { parseReservation, type Reservation } from '../scheduling/reservation-record.ts';
import type { ScheduleStore } from '../scheduling/schedule-store.ts';
import type { Journal } from './journal.ts';
import type { JournalEntry } from './journal-line.ts';
import { damaged } from './journal-recovery.ts';
import { type JournalStoreOptions, openJournalStore } from './journal-store.ts';
import { type Answer, type Command, decide, type Step } from './schedule-decision.ts';
import { checkStep, scheduleStoreOf } from './schedule-driver.ts';
import { type LedgerEntry, ScheduleDraft, ScheduleLedger } from './schedule-ledger.ts';

/** After a failed write the journal is tried this often, ms. */
const repairEveryMs = 5_000;
/** Commands that wait at most: at 1 ms a commit a second's worth. More are refused at once, not kept waiting. */
const mostWaiting = 1_000;
/** Commands written with one sync: about 200 KB. */
const mostAtOnce = 200;
/** Lines after which a snapshot is written: a start reads them in well under a second. */
const linesPerSnapshot = 5_000;

export interface FileScheduleStore extends ScheduleStore {
  /** False from a failed write until the next one that comes through: bookings do not work, reading does. */
  isWritable(): boolean;
  /** Everything, as of now. */
  entries(): LedgerEntry[];
}

interface Waiting {
  command: Command;
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}

/**
 * A journal and snapshots in a directory of its own, which must exist. One process: a second one is refused with
 * STORE_LOCKED. Rejects with STORE_DAMAGED when what is kept there cannot be trusted.
 */
export function openFileScheduleStore(options: JournalStoreOptions): Promise<FileScheduleStore> {
  const { log, snapshotEvery = linesPerSnapshot } = options;
  return openJournalStore(options, async ({ journal, values, entries }) => {
    const ledger = await rebuild(values, entries);
    const commits = new ScheduleCommits({ ledger, journal, log, snapshotEvery });
    const store = scheduleStoreOf({
      ledger: () => ledger,
      run: (command) => commits.run(command),
      close: () => commits.close(),
    });
    return { ...store, isWritable: () => journal.isWhole, entries: () => ledger.entries() };
  });
}

/** One at a time: decide, write, sync, apply, answer; whoever comes during a sync goes into the next one together. */
class ScheduleCommits {
  readonly #ledger: ScheduleLedger;
  readonly #journal: Journal;
  readonly #log: Log;
  readonly #snapshotEvery: number;
  readonly #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;
  #snapshot: Promise<void> | undefined;
  #nextGeneration: number | undefined;
  #snapshotSeq: number;
  #isClosed = false;
  #repairTimer: NodeJS.Timeout | undefined;

  constructor(parts: {
    ledger: ScheduleLedger;
    journal: Journal;
    log: Log;
    snapshotEvery: number;
  }) {
    this.#ledger = parts.ledger;
    this.#journal = parts.journal;
    this.#log = parts.log;
    this.#snapshotEvery = parts.snapshotEvery;
    this.#snapshotSeq = parts.journal.seq;
  }

  run(command: Command): Promise<Answer> {
    if (this.#isClosed || this.#waiting.length >= mostWaiting) {
      const why = this.#isClosed ? 'the schedule is closed' : 'too many changes are waiting';
      return Promise.reject(new CodedError('STORE_WRITE_FAILED', why));
    }
    return new Promise((resolve, reject) => {
      // Taken now: the caller may change what it handed over.
      this.#waiting.push({ command: structuredClone(command), resolve, reject });
      this.#running ??= this.#drain();
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#repairTimer);
    await this.#running;
    await this.#snapshot;
    await this.#rotate();
    await this.#journal.close();
  }

  async #drain(): Promise<void> {
    // Those that ask in one turn of the loop are written together.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      await this.#commit(this.#waiting.splice(0, mostAtOnce));
      await this.#rotate();
      this.#startSnapshot();
    }
    this.#running = undefined;
  }

  async #commit(batch: Waiting[]): Promise<void> {
    const draft = new ScheduleDraft(this.#ledger);
    const answered = batch.flatMap((one) => {
      try {
        const { answer, step } = decide(draft, one.command);
        if (step) draft.add(checkStep(step));
        return [() => one.resolve(answer)];
      } catch (error) {
        one.reject(error);
        return [];
      }
    });
    try {
      if (draft.steps.length > 0) await this.#journal.append(draft.steps.map(toEntry));
    } catch (error) {
      this.#log.error({ err: error, waiting: batch.length }, 'the schedule could not be written');
      for (const { reject } of batch) reject(error);
      this.#repairSoon();
      return;
    }
    for (const step of draft.steps) this.#ledger.apply(step);
    for (const answer of answered) answer();
  }

  /** Nobody may come to write who would find the disk well again: while it is ill, calls are sent elsewhere. */
  #repairSoon(): void {
    if (this.#repairTimer || this.#isClosed) return;
    this.#repairTimer = setTimeout(() => {
      this.#repairTimer = undefined;
      this.#running ??= this.#repair();
    }, repairEveryMs);
    this.#repairTimer.unref();
  }

  async #repair(): Promise<void> {
    try {
      if (!this.#journal.isWhole) await this.#journal.repair();
    } catch {
      this.#repairSoon();
    }
    await this.#drain();
  }

  #startSnapshot(): void {
    if (this.#snapshot || this.#journal.seq - this.#snapshotSeq < this.#snapshotEvery) return;
    this.#snapshotSeq = this.#journal.seq;
    this.#ledger.prune();
    this.#snapshot = this.#journal
      .snapshot(this.#ledger.entries())
      .then((generation) => {
        this.#nextGeneration = generation;
      })
      // The journal goes on holding everything: tried again after as many lines.
      .catch((error) => this.#log.error({ err: error }, 'a schedule snapshot failed'))
      .finally(() => {
        this.#snapshot = undefined;
      });
  }

  async #rotate(): Promise<void> {
    const generation = this.#nextGeneration;
    if (generation === undefined) return;
    this.#nextGeneration = undefined;
    await this.#journal
      .rotate(generation)
      .catch((error) => this.#log.error({ err: error }, 'a new schedule journal failed'));
  }
}

function toEntry({ op, id, key, fingerprint, nowMs, changed }: Step) {
  return { op, id, idem: key, data: { fingerprint, nowMs, changed } };
}

async function rebuild(
  values: readonly unknown[],
  entries: readonly JournalEntry[],
): Promise<ScheduleLedger> {
  const ledger = new ScheduleLedger();
  for (const value of values) ledger.restore(parseLedgerEntry(value));
  for (const entry of entries) ledger.apply(parseStep(entry));
  return ledger;
}

function parseLedgerEntry(value: unknown): LedgerEntry {
  const { kind, key, fingerprint, atMs, reservation } = fieldsOf(value);
  const checked = reservationIn(reservation);
  if (kind === 'reservation') return { kind, reservation: checked };
  if (
    kind !== 'answer' ||
    typeof key !== 'string' ||
    typeof fingerprint !== 'string' ||
    typeof atMs !== 'number'
  )
    throw damaged('a snapshot', 'it holds something unknown');
  return { kind, key, fingerprint, atMs, reservation: checked };
}

function parseStep({ op, id, idem, data }: JournalEntry): Step {
  const { fingerprint, nowMs, changed } = fieldsOf(data);
  if (
    !(op === 'reserve' || op === 'confirm' || op === 'release' || op === 'swap') ||
    typeof fingerprint !== 'string' ||
    typeof nowMs !== 'number' ||
    !Array.isArray(changed)
  )
    throw damaged('the journal', 'it holds something unknown');
  return { op, id, key: idem, fingerprint, nowMs, changed: changed.map(reservationIn) };
}

function reservationIn(value: unknown): Reservation {
  const reservation = parseReservation(value);
  if (!reservation) throw damaged('the schedule', 'it holds something that is no reservation');
  return reservation;
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
