/** What is known of a call that is over, as far as this needs it. */
export interface EndedCall {
  direction: 'inbound' | 'outbound';
  ending: string;
  /** The caller's number, or `unknown`. */
  from: string;
  tools: readonly { name: string; outcome: string }[];
  /** Ids of what was booked. */
  appointments: readonly string[];
}

/** The line went, or the caller did. */
const droppedEndings: ReadonlySet<string> = new Set([
  'caller-hung-up',
  'stream-lost',
  'stream-error',
  'model-unreachable',
  'server-draining',
]);
/** A Brazilian mobile, the only kind that certainly has WhatsApp on the telephone that called. */
const mobile = /^\+55[1-9]{2}9\d{8}$/;

/** Pure: was a booking under way that came to nothing? Who only asked is left alone. */
export function isDroppedBooking(call: EndedCall): boolean {
  const { direction, ending, from, tools, appointments } = call;
  if (direction !== 'inbound' || !droppedEndings.has(ending) || !mobile.test(from)) return false;
  if (appointments.length > 0) return false;
  return tools.some(({ name, outcome }) => name === 'hold_slots' && outcome === 'ok');
}

/** For the model, when the person answers. Not what it was about: nobody knows yet who reads on that telephone. */
export const droppedCallNote =
  'Uma ligação deste número caiu há pouco, no meio de uma marcação, e a clínica ofereceu continuar por aqui. Se a pessoa quiser, pergunte o nome completo e o que gostaria de marcar e siga o roteiro; não diga do que se tratava.';

/** One offer a number in this time. */
export const offerEveryMs = 24 * 3_600_000;
