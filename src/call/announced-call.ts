import type { ClinicProfile } from '../agent/clinic-profile.ts';
import type { CarriedOver } from '../agent/conversation-state.ts';
import type { CallIdentity } from './call-journal.ts';
import type { EarlierMemory } from './conversation-memory.ts';

/** A call announced by the carrier, checked. */
export interface AnnouncedCall {
  callSid: string;
  clinic: ClinicProfile;
  direction: 'inbound' | 'outbound';
  from: string;
  to: string;
  purpose?: string;
  /** Of the list that we call for. */
  row?: { listId: string; line: number };
  /** From a browser of the clinic, not by telephone. */
  softphone?: CallIdentity['softphone'];
  /** The agent had this caller on the line before, and nobody took the transfer. */
  earlier?: EarlierCall;
}

export interface EarlierCall extends EarlierMemory {
  /** Our id of that call. */
  callId: string;
  /** What came of the transfer and what can be done now, said first instead of a greeting. */
  say: string;
  carried: CarriedOver;
}

/** @param id ours */
export function identityOf(call: AnnouncedCall, id: string): Omit<CallIdentity, 'streamSid'> {
  const { callSid, clinic, direction, earlier, from, purpose, softphone, to } = call;
  return {
    id,
    callSid,
    clinic: clinic.id,
    direction,
    from,
    to,
    ...(purpose ? { purpose } : {}),
    ...(softphone ? { softphone } : {}),
    ...(earlier ? { continues: earlier.callId } : {}),
  };
}
