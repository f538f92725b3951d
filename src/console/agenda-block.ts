import type { VisitItem } from '../scheduling/reservation-record.ts';
import { type BlockReason, blockReasons } from './agenda-view.ts';

const prefix = 'block/';

/** Time that staff closed is a reservation without an appointment: nobody can be given what it takes. */
export function blockService(reason: BlockReason): string {
  return prefix + reason;
}

/** Why the time is closed; nothing when the reservation is a visit. */
export function blockReasonOf(items: readonly VisitItem[]): BlockReason | undefined {
  const service = items[0]?.service;
  if (!service?.startsWith(prefix)) return undefined;
  return blockReasons.find((one) => prefix + one === service) ?? 'other';
}
