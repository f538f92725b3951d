import type { ConversationRow } from '../../../../console/conversation-view.ts';
import { Badge } from '../../../ui/feedback.tsx';
import { words } from './words.ts';

/** Where it comes from, who has it, and whether somebody waits. */
export function StateBadges({ row }: { row: ConversationRow }) {
  const w = words();
  const { channel, status, heldBy, isMine, awaitsStaff, isPending } = row;
  return (
    <>
      <Badge>{w[channel]}</Badge>
      {status === 'closed' && <Badge>{w.isClosed}</Badge>}
      {heldBy !== null && (
        <Badge tone="info" icon="person">
          {isMine ? w.withYou : w.withStaff(heldBy)}
        </Badge>
      )}
      {awaitsStaff && (
        <Badge tone="warn" icon="clock">
          {w.awaits}
        </Badge>
      )}
      {status === 'open' && heldBy === null && isPending && <Badge>{w.answering}</Badge>}
    </>
  );
}
