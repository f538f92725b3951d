import type { ClinicProfile } from '../agent/clinic-profile.ts';
import type { AgreedTransfer, Deed } from '../agent/conversation-state.ts';
import { type DeedReference, referenceOf } from '../agent/deed-reference.ts';
import type { ConversationDesk } from '../agent/reception.ts';
import { transferDestinations } from '../agent/transfer-destination.ts';
import type { AnnouncedCall } from './announced-call.ts';
import type { CallRecord, CallStore } from './call-record.ts';
import type { PendingTransfer } from './transfer-record.ts';

/** A call whose caller is to be put through. */
export interface TransferringCall {
  announced: AnnouncedCall;
  id: string;
  desk: Pick<ConversationDesk, 'agreedTransfer' | 'carryOver'>;
  ended: Promise<CallRecord | undefined>;
}

export interface Transfer {
  id: string;
  startedAtMs: number;
  call: TransferringCall;
  agreed: AgreedTransfer;
  staffAsked: number;
  /** What came from the person called, as far as it settles anything. */
  settled: PendingTransfer['settled'] | undefined;
}

/** Where a transfer that another process began is put together again. */
export interface RecallParts {
  store: Pick<CallStore, 'find'>;
  clinics: readonly ClinicProfile[];
  recallDeeds: (references: readonly DeedReference[]) => Promise<Deed[]>;
}

/** Nothing when its clinic or its destination is gone from the files. */
export async function recallTransfer(
  kept: PendingTransfer,
  { clinics, recallDeeds, store }: RecallParts,
): Promise<Transfer | undefined> {
  const clinic = clinics.find(({ id }) => id === kept.clinicId);
  const destinations = clinic ? transferDestinations(clinic) : [];
  const destination = destinations.find(({ id }) => id === kept.destinationId);
  if (!clinic || !destination) return undefined;
  const { id, callId, callSid, direction, from, to, purpose, row, failedBefore } = kept;
  const { staffAsked, settled, startedAtMs } = kept;
  const agreed = { destination, briefing: briefingAfterRestart, failedBefore };
  const deeds = await recallDeeds(kept.deeds);
  const desk = {
    agreedTransfer: () => agreed,
    carryOver: () => ({ deeds, failedTransfers: new Map(kept.failedTransfers) }),
  };
  const announced = {
    ...{ callSid, clinic, direction, from, to },
    ...(purpose === undefined ? {} : { purpose }),
    ...(row === undefined ? {} : { row }),
  };
  const call = { announced, id: callId, desk, ended: store.find(callId) };
  return { id, startedAtMs, call, agreed, staffAsked, settled };
}

/** What it was about is not kept: whoever answers hears who calls. */
const briefingAfterRestart =
  'Ligação da assistente virtual da clínica. A pessoa pediu para falar com alguém da equipe.';

export function pendingOf(
  { id, startedAtMs, call, agreed, staffAsked, settled }: Transfer,
  token: PendingTransfer['token'],
): PendingTransfer {
  const { callSid, clinic, direction, from, to, purpose, row } = call.announced;
  const { deeds, failedTransfers } = call.desk.carryOver();
  return {
    id,
    callSid,
    callId: call.id,
    clinicId: clinic.id,
    destinationId: agreed.destination.id,
    direction,
    from,
    to,
    ...(purpose === undefined ? {} : { purpose }),
    ...(row === undefined ? {} : { row }),
    failedBefore: agreed.failedBefore,
    failedTransfers: [...failedTransfers],
    deeds: deeds.map(referenceOf),
    staffAsked,
    ...(settled === undefined ? {} : { settled }),
    ...(token === undefined ? {} : { token }),
    startedAtMs,
  };
}
