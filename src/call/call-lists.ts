import type { ContactVisits } from '../agent/contact-visits.ts';
import type { OptOutStore } from '../agent/opt-out-store.ts';
import type { ContactKind, OutboundContact } from '../agent/outbound-contact.ts';
import type { Clock } from '../platform/clock.ts';
import { createId } from '../platform/id.ts';
import type { Log } from '../platform/log.ts';
import type { CsvRow } from './call-list-csv.ts';
import { type Imported, type ListWish, rowsFromAgenda, rowsFromCsv } from './call-list-import.ts';
import { type CallList, type CallListRow, isFinal } from './call-list-record.ts';
import {
  type AfterPlace,
  afterPlace,
  afterRefusal,
  asked,
  nextMove,
  resultOf,
} from './call-list-steps.ts';
import type { CallListStore } from './call-list-store.ts';
import type { DialPermission } from './dial-permission.ts';
import type { OutboundCalls } from './outbound-calls.ts';

/** How often running lists are looked after, ms: well below the shortest pace. */
const tickMs = 250;
/** Rows of one list that are settled or skipped in one tick; each is a write of its own. */
const rowsPerTick = 20;

export interface CallListParts {
  store: CallListStore;
  outbound: Pick<OutboundCalls, 'place' | 'dial'>;
  permission: DialPermission;
  visits: ContactVisits;
  optOuts: Pick<OptOutStore, 'add'>;
  /** Longest conversation of a clinic's calls, seconds. */
  timeLimitOf: (clinicId: string) => number;
  clock: Clock;
  log: Log;
}

/** What a new list is to be. @see CallListHead */
export interface NewList {
  clinicId: string;
  kind: ContactKind;
  name: string;
  perMinute: number;
  retries?: number;
  /** Read and judged, and not kept. */
  isTrial?: boolean;
  keyId: string;
  /** Today in the clinic's zone, `YYYY-MM-DD`. */
  today: string;
}

export type CreatedList =
  | { outcome: 'created' | 'trial'; list: CallList }
  | { outcome: 'no-rows'; problems: Imported['problems'] };

/**
 * People who are rung one after another. Each row goes through the same door as any call of ours: who may be rung, when and
 * how often is not decided here. Lists that run go on after a restart; the ledger knows who was rung already.
 */
export class CallLists {
  readonly #parts: CallListParts;
  /** The line or the key is at its limit. By list; forgotten with the process, and then learnt again. */
  readonly #restUntilMs = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;
  #ticking: Promise<void> | undefined;
  #isStopped = false;

  constructor(parts: CallListParts) {
    this.#parts = parts;
  }

  /** Takes up the lists that were running. */
  start(): void {
    this.#timer = setInterval(() => void this.tick(), tickMs);
    this.#timer.unref();
  }

  /** Rings nobody more; waits for what is being written. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearInterval(this.#timer);
    await this.#ticking;
  }

  /** Rejects with STORE_WRITE_FAILED. */
  createFromCsv(wish: NewList, lines: readonly CsvRow[]): Promise<CreatedList> {
    return this.#create(wish, (full) => rowsFromCsv(lines, full, this.#parts));
  }

  /** The appointments of a day. Rejects with STORE_WRITE_FAILED. */
  createFromAgenda(wish: NewList, day: string): Promise<CreatedList> {
    return this.#create(wish, (full) => rowsFromAgenda(day, full, this.#parts));
  }

  all(): readonly CallList[] {
    return this.#parts.store.all();
  }

  find(id: string): CallList | undefined {
    return this.#parts.store.find(id);
  }

  /** Durable when it resolves; asked again it answers the same. */
  async ask(
    id: string,
    wish: 'pause' | 'resume' | 'stop',
  ): Promise<CallList | 'not-found' | 'not-possible'> {
    const nowMs = this.#parts.clock.wallMs();
    let isPossible = true;
    const list = await this.#parts.store.change(id, (head) => {
      const next = asked(head, wish, nowMs);
      isPossible = next !== undefined;
      return next ?? head;
    });
    if (list && wish === 'resume') this.#restUntilMs.delete(id);
    if (!list) return 'not-found';
    return isPossible ? list : 'not-possible';
  }

  /** Whom a call of ours is for, when it belongs to a list. */
  contactOf({ listId, line }: { listId: string; line: number }): OutboundContact | undefined {
    const { store, optOuts, clock } = this.#parts;
    const list = store.find(listId);
    const row = list?.rows.find((one) => one.line === line);
    if (!list || !row) return undefined;
    const { name, appointmentId, visit } = row;
    return {
      kind: list.kind,
      ...(name === undefined ? {} : { name }),
      ...(appointmentId === undefined ? {} : { appointmentId }),
      ...(visit === undefined ? {} : { visit }),
      async keepAnswer(answer, callId) {
        const kept = { answer, callId, atMs: clock.wallMs() };
        await store.changeRow(listId, line, (one) => ({ ...one, answer: kept }));
      },
      async neverAgain() {
        await optOuts.add({ e164: row.to, atMs: clock.wallMs(), channel: 'voice' });
      },
    };
  }

  /** Whether somebody who was busy or away is rung once more. */
  async mayRingAgain({
    listId,
    line,
  }: {
    listId: string;
    line: number;
  }): Promise<'now' | 'later' | 'never'> {
    const { store, visits } = this.#parts;
    const list = store.find(listId);
    const row = list?.rows.find((one) => one.line === line);
    if (!list || !row || isFinal(list)) return 'never';
    const { appointmentId } = row;
    if (appointmentId !== undefined && !(await visits.find(appointmentId))) return 'never';
    return list.state === 'running' ? 'now' : 'later';
  }

  /** Never rejects; one at a time. */
  async tick(): Promise<void> {
    if (this.#isStopped) return;
    const running = this.#parts.store.all().filter(isLookedAfter);
    this.#ticking ??= Promise.all(running.map((list) => this.#lookAfter(list.id)))
      .catch((err) => this.#parts.log.error({ err }, 'a call list could not be looked after'))
      .then(() => {
        this.#ticking = undefined;
      });
    await this.#ticking;
  }

  async #create(
    wish: NewList,
    rowsOf: (wish: ListWish) => Promise<Imported>,
  ): Promise<CreatedList> {
    const { store, clock, log } = this.#parts;
    const { today, isTrial = false, ...head } = wish;
    const nowMs = clock.wallMs();
    const { rows, problems } = await rowsOf({ ...wish, nowMs });
    if (rows.length === 0) return { outcome: 'no-rows', problems };
    const id = createId();
    const draft: CallList = { ...head, id, createdAtMs: nowMs, state: 'ready', problems, rows };
    if (isTrial) return { outcome: 'trial', list: draft };
    const list = await store.create(draft);
    log.info({ listId: id, rows: rows.length, problems: problems.length }, 'a call list was made');
    return { outcome: 'created', list };
  }

  async #lookAfter(id: string): Promise<void> {
    await this.#settle(id);
    for (let i = 0; i < rowsPerTick && !this.#isStopped; i += 1) {
      const list = this.#parts.store.find(id);
      const nowMs = this.#parts.clock.wallMs();
      const move = list && nextMove(list, nowMs, this.#restUntilMs.get(id));
      if (!list || !move || move.do === 'wait') return;
      if (move.do === 'dial') {
        if (await this.#dial(list, move.row)) return;
      } else return this.#changeHead(id, move.head);
    }
  }

  /** Rows whose call is over. */
  async #settle(id: string): Promise<void> {
    const { store, outbound, clock } = this.#parts;
    const dialled = store.find(id)?.rows.filter(({ state }) => state === 'dialled') ?? [];
    let writes = 0;
    for (const { line, dialId = '' } of dialled) {
      const result = resultOf(outbound.dial(dialId), clock.wallMs());
      if (!result) continue;
      await store.changeRow(id, line, (row) =>
        row.state === 'dialled' ? { ...row, ...result, state: 'ended' } : row,
      );
      writes += 1;
      if (writes >= rowsPerTick) return;
    }
  }

  /** @returns whether the list has had its turn; a row that is only skipped takes none */
  async #dial(list: CallList, row: CallListRow): Promise<boolean> {
    const { store, outbound, clock } = this.#parts;
    const barred = await this.#barred(list, row);
    if (barred) return this.#follow(list.id, row.line, barred);
    // Staff may have paused it while the agenda was asked.
    if (store.find(list.id)?.state !== 'running' || this.#isStopped) return true;
    const placed = await outbound.place({
      to: row.to,
      clinicId: list.clinicId,
      timeLimitS: this.#parts.timeLimitOf(list.clinicId),
      row: { listId: list.id, line: row.line },
      keyId: list.keyId,
      idempotencyKey: `list ${row.key}`,
      ...(list.retries === undefined ? {} : { retries: list.retries }),
      ...(row.message === undefined ? {} : { purpose: row.message }),
    });
    return this.#follow(list.id, row.line, afterPlace(placed, clock.wallMs()));
  }

  /**
   * Why this person is not rung now. Asked before the call is: there, a refusal counts against the key, and a list at night
   * would have it suspended.
   */
  async #barred(list: CallList, row: CallListRow): Promise<AfterPlace | undefined> {
    const { permission, visits, clock } = this.#parts;
    const { appointmentId } = row;
    if (appointmentId !== undefined && !(await visits.find(appointmentId)))
      return afterRefusal(notBooked, clock.wallMs());
    const refusal = permission({ to: row.to, clinicId: list.clinicId }, clock.wallMs());
    return refusal && afterRefusal(refusal, clock.wallMs());
  }

  async #follow(id: string, line: number, after: AfterPlace): Promise<boolean> {
    if ('restUntilMs' in after) this.#restUntilMs.set(id, after.restUntilMs);
    else if ('pause' in after)
      await this.#changeHead(id, { state: 'paused', because: after.pause });
    else {
      const row = await this.#parts.store.changeRow(id, line, after.row);
      return row?.state === 'dialled' || row?.state === 'ended';
    }
    return true;
  }

  async #changeHead(
    id: string,
    change: Pick<CallList, 'state'> & Partial<Pick<CallList, 'because'>>,
  ): Promise<void> {
    const { store, log } = this.#parts;
    await store.change(id, (head) => (head.state === 'running' ? { ...head, ...change } : head));
    log.info({ listId: id, ...change }, 'a call list changed its state');
    if (change.because)
      log.warn({ listId: id, because: change.because }, 'a call list stopped itself');
  }
}

const notBooked = {
  httpStatus: 422,
  code: 'not-booked',
  message: 'O agendamento não está mais marcado, ou já começou.',
};

/** One that was paused or stopped still has calls that end. */
function isLookedAfter({ state, rows }: CallList): boolean {
  return state === 'running' || rows.some((row) => row.state === 'dialled');
}
