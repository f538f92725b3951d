import { type CallRecord, emptyUsage } from '../../src/call/call-record.ts';
import { createId } from '../../src/platform/id.ts';

/** A call that ended well; give what matters to the test. */
export function callRecord(parts: Partial<CallRecord> = {}): CallRecord {
  return {
    schemaVersion: 1,
    id: createId(),
    callSid: `CA${createId().slice(0, 16)}`,
    streamSid: 'MZ0001',
    clinic: 'clinica-exemplo',
    direction: 'inbound',
    from: '+5511900000001',
    to: '+551140000000',
    startedAt: '2026-11-21T10:15:30.000Z',
    durationMs: 61_000,
    state: 'ended',
    ending: 'agent-goodbye',
    outcome: 'appointment',
    transcript: [
      { speaker: 'agent', text: 'Alô, bom dia!', startMs: 0, endMs: 900, source: 'speech' },
      { speaker: 'caller', text: 'Quero marcar “avaliação”.', startMs: 1200, source: 'speech' },
    ],
    tools: [],
    appointments: [],
    cancelled: [],
    requests: [],
    brokenPromises: [],
    emergencies: [],
    usage: emptyUsage(),
    latencies: { replyMs: [], bargeInMs: [] },
    bargeIns: { resumed: 0, cut: 0 },
    modelReconnects: 0,
    ...parts,
  };
}
