import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import {
  type CallRecord,
  type CallStore,
  type EndReason,
  emptyUsage,
  type ModelUsage,
  type ToolUse,
  type TranscriptLine,
} from './call-record.ts';

/** A live call's record is written at most this often, so that a dead process loses little. */
const saveEveryMs = 1_000;

/** What is known of a call before it begins. */
export type CallIdentity = Pick<
  CallRecord,
  | 'id'
  | 'callSid'
  | 'streamSid'
  | 'clinic'
  | 'direction'
  | 'from'
  | 'to'
  | 'purpose'
  | 'continues'
  | 'model'
  | 'softphone'
>;

/** Keeps one call's record up to date, in memory and in the store. A failing store is logged, never heard. */
export class CallJournal {
  readonly #record: CallRecord;
  readonly #store: CallStore;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #lines: () => TranscriptLine[];
  #timer: NodeJS.Timeout | undefined;
  #saving: Promise<void> = Promise.resolve();

  constructor(
    identity: CallIdentity,
    parts: { store: CallStore; clock: Clock; log: Log; lines: () => TranscriptLine[] },
  ) {
    this.#store = parts.store;
    this.#clock = parts.clock;
    this.#log = parts.log;
    this.#lines = parts.lines;
    this.#record = {
      schemaVersion: 1,
      ...identity,
      startedAt: new Date(parts.clock.wallMs()).toISOString(),
      durationMs: 0,
      state: 'live',
      transcript: [],
      tools: [],
      appointments: [],
      cancelled: [],
      requests: [],
      brokenPromises: [],
      emergencies: [],
      usage: emptyUsage(),
      latencies: { replyMs: [], bargeInMs: [] },
      bargeIns: { resumed: 0, cut: 0 },
      modelReconnects: 0,
    };
    this.#save();
  }

  /** Changes the record; it is saved with the next thing that matters. For figures. */
  note(change: (record: CallRecord) => void): void {
    change(this.#record);
  }

  /** Changes the record and has it saved soon. For what was said and done. */
  noteSoon(change: (record: CallRecord) => void): void {
    change(this.#record);
    this.#timer ??= setTimeout(() => this.#save(), saveEveryMs);
  }

  toolUsed(use: ToolUse): void {
    this.noteSoon((record) => record.tools.push(use));
  }

  /** A line of the transcript is complete. */
  lineSpoken(): void {
    this.noteSoon(() => {});
  }

  addUsage(usage: ModelUsage): void {
    this.note((record) => {
      for (const key of Object.keys(record.usage) as (keyof ModelUsage)[])
        record.usage[key] += usage[key];
    });
  }

  /** Of all replies so far. */
  get usage(): Readonly<ModelUsage> {
    return this.#record.usage;
  }

  get startedAt(): string {
    return this.#record.startedAt;
  }

  /** The final record, saved. Never rejects. */
  async finish(
    ending: EndReason,
    durationMs: number,
    recording: CallRecord['recording'],
    closing: Pick<CallRecord, 'protocol' | 'summary'>,
  ): Promise<CallRecord> {
    clearTimeout(this.#timer);
    const record = this.#record;
    record.state = 'ended';
    record.ending = ending;
    record.endedAt = new Date(this.#clock.wallMs()).toISOString();
    record.durationMs = Math.round(durationMs);
    if (recording) record.recording = recording;
    Object.assign(record, closing);
    record.outcome = outcomeOf(record, ending);
    this.#save();
    await this.#saving;
    return record;
  }

  #save(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#record.transcript = this.#lines();
    const copy = structuredClone(this.#record);
    this.#saving = this.#saving
      .then(() => this.#store.save(copy))
      .catch((err) => this.#log.error({ callId: copy.id, err }, 'call record not saved'));
  }
}

const cameToItsEnd: ReadonlySet<EndReason> = new Set([
  'agent-goodbye',
  'time-limit',
  'ended-by-staff',
]);

function outcomeOf(record: CallRecord, ending: EndReason): NonNullable<CallRecord['outcome']> {
  if (record.appointments.length > 0) return 'appointment';
  if (record.cancelled.length > 0) return 'cancellation';
  if (record.requests.length > 0) return 'request';
  if (cameToItsEnd.has(ending)) return 'no-appointment';
  if (ending === 'transferred') return 'transfer';
  if (ending === 'caller-hung-up' || ending === 'caller-silent') return 'abandoned';
  return 'failed';
}
