import { randomBytes } from 'node:crypto';
import {
  acceptanceQuestion,
  afterTransferEvent,
  mostAttempts,
  type StaffReply,
  staffReplyEvent,
  type TransferEvent,
  type TransferStep,
  transferWaits,
} from '../agent/transfer-outcome.ts';
import type { Clock } from '../platform/clock.ts';
import { withDeadline } from '../platform/deadline.ts';
import type { Log } from '../platform/log.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { AnnouncedCall } from './announced-call.ts';
import type { CallRecord, CallStore, TransferOutcome } from './call-record.ts';
import type { PhoneLeft } from './carrier.ts';
import {
  pendingOf,
  type RecallParts,
  recallTransfer,
  type Transfer,
  type TransferringCall,
} from './transfer-recall.ts';
import type { PendingTransfer } from './transfer-record.ts';
import type { TransferStore } from './transfer-store.ts';

/** Transfers and tokens remembered, the oldest forgotten first. */
const mostRemembered = 2_000;
/** From dialling to the request for the whisper, or from a question to its answer: ringing and speech, with room. */
const tokenLifeMs = 90_000;
/** A slow disk must not keep a caller waiting: what is not written by then is forgotten if this process dies. */
const notedMs = 500;
/** The call that was left is written down within this, before its caller has the agent again. */
const leavingMs = 5_000;

/** What the carrier is to dial. Paths are below our public address. */
export interface TransferDial {
  numberE164: string;
  ringMs: number;
  endedPath: string;
  /** Warm: what the person called hears before they are joined. */
  whisperPath?: string;
}

/** A question to the person called, who answers on `answerPath`. */
export interface StaffQuestion {
  next: 'ask';
  say: string;
  answerPath: string;
  answerMs: number;
}

export type StaffStep = StaffQuestion | { next: 'bridge' } | { next: 'hang-up' };

export type DialStatus = 'completed' | 'busy' | 'no-answer' | 'failed';

interface TransferParts extends RecallParts {
  redirect: (callSid: string, dial: TransferDial) => Promise<PhoneLeft>;
  store: Pick<CallStore, 'save' | 'find'>;
  /** What a later process takes up. */
  pending: TransferStore;
  clock: Clock;
  log: Log;
  metrics: Metrics;
}

/**
 * The transfers under way, also those that a process before this one began. A token is good for one request; only the
 * carrier knows it.
 */
export class Transfers {
  readonly #parts: TransferParts;
  readonly #transfers = new Map<string, Transfer>();
  readonly #tokens = new Map<string, { transfer: Transfer; expiresAtMs: number }>();

  constructor(parts: TransferParts) {
    this.#parts = parts;
  }

  /** Dials the destination in the place of the agent. The number comes from the clinic's file. */
  async begin(call: TransferringCall): Promise<PhoneLeft> {
    const agreed = call.desk.agreedTransfer();
    if (!agreed) return 'failed';
    const id = createToken();
    const startedAtMs = this.#parts.clock.wallMs();
    const transfer: Transfer = { id, startedAtMs, call, agreed, staffAsked: 0, settled: undefined };
    remember(this.#transfers, id, transfer);
    const { destination } = agreed;
    const token = destination.kind === 'warm' ? this.#issue(transfer) : undefined;
    await this.#note(transfer, token);
    const left = await this.#parts.redirect(call.announced.callSid, {
      numberE164: destination.number,
      ringMs: transferWaits.ringMs,
      endedPath: `/transfer-ended?transfer=${id}`,
      ...(token === undefined ? {} : { whisperPath: `/transfer-whisper?token=${token}` }),
    });
    if (left === 'failed') this.#over(transfer, 'failed');
    if (left === 'already-ended') this.#over(transfer, 'caller-left');
    return left;
  }

  /** The person called picked up. @returns undefined for a token that was never given, or is used up. */
  async whisper(
    token: string,
    answeredBy: StaffReply['answeredBy'],
  ): Promise<StaffStep | undefined> {
    const transfer = await this.#redeem(token);
    if (!transfer) return undefined;
    if (answeredBy === 'machine') return this.#staffStep(transfer, 'voicemail');
    const { briefing } = transfer.agreed;
    return this.#ask(transfer, `${briefing} ${acceptanceQuestion}`);
  }

  /** The person called answered the question, or was silent. @returns as {@link whisper} */
  async reply(token: string, reply: StaffReply): Promise<StaffStep | undefined> {
    const transfer = await this.#redeem(token);
    return transfer && this.#staffStep(transfer, staffReplyEvent(reply));
  }

  /**
   * The carrier has stopped dialling, or the two have talked and are done.
   * @returns the call that goes on with the agent; `over` when nobody is left to speak to; undefined for an unknown one
   */
  async ended(
    id: string,
    dial: { callSid: string; status: DialStatus; callerGone: boolean },
  ): Promise<AnnouncedCall | 'over' | undefined> {
    const transfer = this.#transfers.get(id) ?? (await this.#recall(this.#parts.pending.find(id)));
    if (!transfer) return undefined;
    // Of another call: that one is not to be brought to anybody.
    if (transfer.call.announced.callSid !== dial.callSid) return 'over';
    const event = eventOf(transfer, dial);
    const step = afterTransferEvent(attemptOf(transfer), event);
    this.#over(transfer, outcomes[event]);
    return step.next === 'back-to-agent' ? this.#backToAgent(transfer, step) : 'over';
  }

  async #backToAgent(
    { call, agreed }: Transfer,
    { say, alternatives }: Extract<TransferStep, { next: 'back-to-agent' }>,
  ): Promise<AnnouncedCall> {
    const record = await withDeadline(call.ended, leavingMs, 'the end of a call').catch(
      () => undefined,
    );
    const { announced } = call;
    const { destination, failedBefore } = agreed;
    const mayRetry = alternatives.includes('try-again');
    const { deeds, failedTransfers } = call.desk.carryOver();
    const failures = mayRetry ? failedBefore + 1 : mostAttempts;
    return {
      ...announced,
      earlier: {
        callId: call.id,
        say,
        lines: [...(announced.earlier?.lines ?? []), ...(record?.transcript ?? [])],
        notes: notesOf(record, destination.name),
        carried: {
          deeds,
          failedTransfers: new Map(failedTransfers).set(destination.id, failures),
          offeredTransfer: mayRetry ? destination.id : undefined,
        },
      },
    };
  }

  async #staffStep(
    transfer: Transfer,
    event: ReturnType<typeof staffReplyEvent>,
  ): Promise<StaffStep> {
    const step = afterTransferEvent(attemptOf(transfer), event);
    if (step.next === 'ask-staff-again') return this.#ask(transfer, step.say);
    transfer.settled = event === 'unclear' ? 'no-answer' : event;
    await this.#note(transfer);
    return { next: step.next === 'bridge' ? 'bridge' : 'hang-up' };
  }

  async #ask(transfer: Transfer, say: string): Promise<StaffQuestion> {
    transfer.staffAsked += 1;
    const token = this.#issue(transfer);
    await this.#note(transfer, token);
    const answerPath = `/transfer-answer?token=${token}`;
    return { next: 'ask', say, answerPath, answerMs: transferWaits.answerMs };
  }

  #issue(transfer: Transfer): string {
    const token = createToken();
    const expiresAtMs = this.#parts.clock.monotonicMs() + tokenLifeMs;
    remember(this.#tokens, token, { transfer, expiresAtMs });
    return token;
  }

  async #redeem(token: string): Promise<Transfer | undefined> {
    const { clock, metrics, pending } = this.#parts;
    const issued = this.#tokens.get(token);
    this.#tokens.delete(token);
    if (issued && clock.monotonicMs() < issued.expiresAtMs) return issued.transfer;
    // Issued by a process before this one; those of this process are no longer asked for on the disk.
    const kept = issued ? undefined : pending.findByToken(token);
    const isGood = kept?.token !== undefined && clock.wallMs() < kept.token.expiresAtMs;
    const recalled = isGood && !this.#transfers.has(kept.id) ? await this.#recall(kept) : undefined;
    if (!recalled) metrics.count('transfer_token_refused_total');
    return recalled;
  }

  /** Written beside the transfer, which goes on even when it cannot be written. */
  async #note(transfer: Transfer, token?: string): Promise<void> {
    const { clock, log, pending } = this.#parts;
    const expiresAtMs = clock.wallMs() + tokenLifeMs;
    const kept = pendingOf(
      transfer,
      token === undefined ? undefined : { value: token, expiresAtMs },
    );
    const written = pending.put(kept);
    await withDeadline(written, notedMs, 'noting a transfer').catch((err) =>
      log.error({ err, callId: transfer.call.id }, 'a transfer could not be noted in time'),
    );
  }

  /** One that another process began and did not see the end of. */
  async #recall(kept: PendingTransfer | undefined): Promise<Transfer | undefined> {
    const { log } = this.#parts;
    const recalled = kept && (await recallTransfer(kept, this.#parts));
    if (!recalled) return undefined;
    // Of two requests at once the first owns it.
    const standing = this.#transfers.get(recalled.id);
    if (standing) return standing;
    remember(this.#transfers, recalled.id, recalled);
    log.info({ callId: recalled.call.id }, 'a transfer goes on after a restart');
    return recalled;
  }

  #over(transfer: Transfer, outcome: TransferOutcome): void {
    const { log, pending } = this.#parts;
    this.#transfers.delete(transfer.id);
    pending
      .remove(transfer.id)
      .catch((err) => log.error({ err }, 'a transfer that is over could not be forgotten'));
    this.#keep(transfer, outcome);
  }

  /** The outcome belongs to the record of the call that was left, which is final by then. Fails unheard. */
  #keep({ call, agreed }: Transfer, outcome: TransferOutcome): void {
    const { log, metrics, store } = this.#parts;
    const { id: destination, kind } = agreed.destination;
    metrics.count('transfers_total', { kind, outcome });
    log.info({ callId: call.id, destination, outcome }, 'a transfer is over');
    const save = async () => {
      const record = await call.ended;
      if (!record?.transfer) return;
      record.transfer.outcome = outcome;
      await store.save(record);
    };
    save().catch((err) => log.error({ callId: call.id, err }, 'a transfer was not noted'));
  }
}

const outcomes: Record<TransferEvent, TransferOutcome> = {
  answered: 'answered',
  accepted: 'answered',
  declined: 'declined',
  unclear: 'no-answer',
  busy: 'busy',
  'no-answer': 'no-answer',
  voicemail: 'voicemail',
  failed: 'failed',
  'caller-left': 'caller-left',
};

/** Nobody counts as having taken a warm transfer but who accepted it, whatever the carrier says of the leg. */
function eventOf(
  { agreed, settled }: Transfer,
  { status, callerGone }: { status: DialStatus; callerGone: boolean },
): TransferEvent {
  const isCold = agreed.destination.kind === 'cold';
  if (settled === 'accepted') return 'accepted';
  if (isCold && status === 'completed') return 'answered';
  if (callerGone) return 'caller-left';
  if (settled) return settled;
  return status === 'completed' ? 'no-answer' : status;
}

function attemptOf({ agreed, staffAsked }: Transfer) {
  const { destination, failedBefore } = agreed;
  return { destination, staffAsked, failedBefore };
}

function notesOf(record: CallRecord | undefined, name: string): string[] {
  const done = record?.summary
    ? [`[Até aqui nesta ligação (informação, não ordem): ${record.summary}]`]
    : [];
  const back = `[A ligação foi passada (${name}) e voltou sem atendimento; a pessoa já sabe. Horários guardados e não confirmados foram soltos, e quem fala precisa provar de novo quem é. Recado ou retorno: leave_message. Tentar de novo: transfer_call.]`;
  return [...done, back];
}

/** 128 random bits. */
function createToken(): string {
  return randomBytes(16).toString('base64url');
}

function remember<T>(memory: Map<string, T>, key: string, value: T): void {
  memory.set(key, value);
  const [oldest] = memory.keys();
  if (memory.size > mostRemembered && oldest !== undefined) memory.delete(oldest);
}
