import type { CallRecord } from './call-record.ts';

/**
 * What becomes of the record of a call whose process died in the middle of it.
 * @param audio what is left of its recording, when that can be looked at here
 */
export function interruptedRecord(
  record: CallRecord,
  audio?: { file: string; durationMs: number },
): CallRecord {
  const durationMs = audio?.durationMs ?? record.durationMs;
  return {
    ...record,
    state: 'interrupted',
    ending: 'process-died',
    outcome: record.outcome ?? (record.appointments.length > 0 ? 'appointment' : 'failed'),
    durationMs,
    endedAt: new Date(Date.parse(record.startedAt) + durationMs).toISOString(),
    ...(audio ? { recording: { ...audio, complete: false } } : {}),
  };
}
