import type { CallEvent } from '../call/call-event.ts';
import type { LiveEntry, LiveLine, LiveNote } from './live-view.ts';

/**
 * What of a fact is shown in the running transcript, if anything. Arguments and results of tools are not: they stand in
 * the call's record.
 * @param id for what has none of its own
 */
export function entryOf(event: CallEvent, id: string, showsWords: boolean): LiveEntry | undefined {
  const atMs = Math.round(event.atMs);
  const note = (name: LiveNote['note'], more: Partial<LiveNote> = {}): LiveNote => ({
    kind: 'note',
    id,
    atMs,
    note: name,
    ...more,
  });
  switch (event.type) {
    case 'line-spoken':
      return lineOf(event, id, showsWords);
    case 'agent-interrupted':
      return note('interrupted');
    case 'agent-resumed':
      return note('resumed');
    case 'tool-used':
      return note('tool', { detail: event.use.name, outcome: event.use.outcome });
    case 'appointment-booked':
      return note('booked');
    case 'appointment-rescheduled':
      return note('moved');
    case 'appointment-cancelled':
      return note('cancelled');
    case 'request-recorded':
      return note('request');
    case 'transfer-agreed':
      return note('transfer', { detail: event.destination });
    case 'promise-broken':
      return note('promise-broken', { detail: event.claim });
    case 'emergency':
      return note('emergency', { detail: event.kind });
    case 'read-back-heard':
      return note('read-back');
    case 'model-lost':
    case 'model-restored':
      return note(event.type);
    case 'recording':
      return note(event.isAllowed ? 'recording-on' : 'recording-off');
    case 'staff-acted': {
      const { did, by, text, destination } = event.deed;
      const detail = text ?? destination;
      return note(did, { by, ...(detail ? { detail } : {}) });
    }
    case 'call-ended':
      return note('over', { detail: event.record.ending ?? '' });
    case 'call-started':
    case 'tokens-used':
      return undefined;
    default:
      return event satisfies never;
  }
}

function lineOf(
  { line }: Extract<CallEvent, { type: 'line-spoken' }>,
  id: string,
  showsWords: boolean,
): LiveLine {
  const { itemId, source, speaker, startMs, text, interrupted } = line;
  return {
    kind: 'line',
    id: itemId ? `l${itemId}` : id,
    atMs: startMs,
    speaker: source === 'person' ? 'person' : speaker,
    text: showsWords ? text : null,
    interrupted: interrupted === true,
  };
}
