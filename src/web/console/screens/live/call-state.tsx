import { Badge } from '../../../ui/feedback.tsx';
import type { FollowedCall } from '../../live-store.ts';
import { person } from '../../session.ts';
import { words } from './words.ts';

/** What a call is at, in words. */
export function StateBadges({ call }: { call: FollowedCall['call'] }) {
  const w = words();
  const mine = call.holder?.id === person.value?.userId;
  return (
    <>
      {call.state === 'agent' && <Badge tone="good">{w.agent}</Badge>}
      {call.state === 'person' && (
        <Badge tone="info" icon="headset">
          {mine ? w.you : w.person(call.holder?.name ?? '')}
        </Badge>
      )}
      {call.state === 'ended' && <Badge>{w.ended}</Badge>}
      {call.via === 'softphone' && <Badge>{w.softphone}</Badge>}
      {call.direction === 'outbound' && <Badge>{w.outbound}</Badge>}
      {call.emergency && (
        <Badge tone="bad" icon="warning">
          {w.emergency}
        </Badge>
      )}
      {call.modelLost && call.state !== 'ended' && <Badge tone="warn">{w.modelLost}</Badge>}
      {call.booked > 0 && (
        <Badge tone="good" icon="calendar">
          {w.booked(call.booked)}
        </Badge>
      )}
    </>
  );
}

export function lengthMs({ call, startedMs }: FollowedCall, nowMs: number): number {
  return call.durationMs ?? Math.max(0, nowMs - startedMs);
}
