import type { DialOutView } from '../../../../console/calls-out-view.ts';
import { Badge, type Tone } from '../../../ui/feedback.tsx';
import { durationText, momentText } from '../../../ui/formats.ts';
import { dialWord, words } from './words.ts';

/** How far a call is, in words. */
export function DialState({ dial }: { dial: DialOutView }) {
  const w = words();
  const { status, answeredBy, messageLeft, durationS, refusal, attempt, dueAt } = dial;
  const waits = status === 'queued' && dueAt !== null && Date.parse(dueAt) > Date.now() + 5_000;
  const notes = [
    answeredBy === 'human' && w.byHuman,
    answeredBy === 'machine' && w.byMachine,
    answeredBy === 'fax' && w.byFax,
    messageLeft && w.messageLeft,
    durationS !== null && durationS > 0 && w.lasted(durationText(durationS * 1000)),
    attempt > 1 && w.attempt(attempt),
    waits && dueAt && w.waitsUntil(momentText(dueAt)),
  ].filter(Boolean);
  return (
    <span class="calls-out-state">
      <Badge tone={toneOf(status)}>{dialWord(status, w)}</Badge>
      {notes.length > 0 && <span class="small soft">{notes.join(' · ')}</span>}
      {refusal && <span class="small">{refusal.message}</span>}
    </span>
  );
}

function toneOf(status: DialOutView['status']): Tone {
  if (status === 'completed') return 'good';
  if (status === 'failed' || status === 'unknown') return 'bad';
  if (status === 'busy' || status === 'no-answer') return 'warn';
  return status === 'cancelled' ? 'plain' : 'info';
}
