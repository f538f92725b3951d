import { z } from 'zod';
import type { Call } from '../call/call.ts';
import { longestHint, type StaffAnswer, type StaffMember } from '../call/call-staff.ts';

/** What somebody of the clinic does to a call, as it also goes from server to server. */
export const liveDeedSchema = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('hint'), text: z.string().trim().min(1).max(longestHint) }),
  z.strictObject({ do: z.literal('take') }),
  z.strictObject({ do: z.literal('give-back') }),
  z.strictObject({ do: z.literal('end') }),
  z.strictObject({ do: z.literal('transfer'), destination: z.string().min(1).max(100) }),
]);
export type LiveDeed = z.output<typeof liveDeedSchema>;

export type DeedAnswer =
  | StaffAnswer
  /** Nobody answers there now. */
  | { outcome: 'no-destination' }
  /** The call is over. */
  | { outcome: 'gone' }
  /** The server that has the call did not answer; it may have done it. */
  | { outcome: 'unreachable' };

export function doDeed(
  { staff }: Pick<Call, 'staff'>,
  by: StaffMember,
  deed: LiveDeed,
): DeedAnswer {
  switch (deed.do) {
    case 'hint':
      return staff.hint(by, deed.text);
    case 'take':
      return staff.take(by);
    case 'give-back':
      return staff.giveBack(by);
    case 'end':
      return staff.end(by);
    case 'transfer':
      return staff.transfer(by, deed.destination) ?? { outcome: 'no-destination' };
    default:
      return deed satisfies never;
  }
}
