import type { ConversationLine, Outgoing } from '../messaging/conversation-record.ts';
import type { DeliveryState, DeliveryView } from './conversation-view.ts';

const worstFirst: readonly DeliveryState[] = [
  'failed',
  'refused',
  'unknown',
  'withdrawn',
  'waiting',
  'queued',
  'sent',
  'delivered',
  'read',
];

type Line = Pick<ConversationLine, 'who' | 'atMs'>;

/**
 * Pure: what became of each line that was to be sent. A reply goes out when it is whole, in parts: a line belongs to the next
 * parts of whoever wrote it, unless somebody else has written before those.
 */
export function deliveriesOf(
  lines: readonly Line[],
  outbox: readonly Outgoing[],
): Map<Line, DeliveryView> {
  const found = new Map<Line, DeliveryView>();
  for (const line of lines) {
    if (line.who !== 'agent' && line.who !== 'staff') continue;
    const first = outbox.find(({ by, atMs }) => by === line.who && atMs >= line.atMs);
    // By the time and not the place: what somebody wrote is taken in a moment later.
    const isBetween = ({ who, atMs }: Line) =>
      isOther(who, line.who) && atMs > line.atMs && first !== undefined && atMs < first.atMs;
    if (!first || lines.some(isBetween)) continue;
    const parts = outbox.filter(({ by, atMs }) => by === first.by && atMs === first.atMs);
    found.set(line, worstOf(parts));
  }
  return found;
}

function isOther(who: Line['who'], writer: Line['who']): boolean {
  return (who === 'sender' || who === 'agent' || who === 'staff') && who !== writer;
}

function worstOf(parts: readonly Outgoing[]): DeliveryView {
  const states = parts.map(stateOf);
  const state = worstFirst.find((one) => states.includes(one)) ?? 'waiting';
  return { state, code: parts[states.indexOf(state)]?.code ?? null };
}

function stateOf({ state, delivery }: Outgoing): DeliveryState {
  if (state === 'due' || state === 'intent') return 'waiting';
  return state === 'sent' ? (delivery ?? 'queued') : state;
}
