import type { CallRecord, ModelUsage, ToolUse } from './call-record.ts';

/** What lists and numbers show of a call, small enough to be kept in memory for every call: about 1 KB. */
export interface CallGist {
  id: string;
  clinic: string;
  direction: CallRecord['direction'];
  from: string;
  to: string;
  /** ISO 8601, UTC. */
  startedAt: string;
  durationMs: number;
  state: CallRecord['state'];
  ending?: CallRecord['ending'];
  outcome?: CallRecord['outcome'];
  /** Who was named to the agent's tools: patients and callers, as said. */
  names: string[];
  protocol?: string;
  isRecorded: boolean;
  /** Appointments booked or moved. */
  booked: number;
  transfer?: NonNullable<CallRecord['transfer']>['outcome'];
  emergencies: number;
  brokenPromises: number;
  /** Stream start → first audio of the agent. */
  firstAudioMs?: number;
  /** The caller spoke over the agent, whatever came of it. */
  interruptions: number;
  /** Tools that failed or took too long; what was refused is ordinary. */
  toolErrors: number;
  model?: string;
  usage: ModelUsage;
}

/** More people than this are not named in one call; the transcript finds them all the same. */
const mostNames = 4;
const longestName = 120;
/** Under these names the tools of the front desk are given who somebody is. */
const nameFields = ['patient_name', 'caller_name', 'name'];
/** Characters of a call that are searched: two hours of fast talk. */
const mostText = 200_000;

export function gistOf(record: CallRecord): CallGist {
  const { firstAudioMs } = record.latencies;
  return {
    id: record.id,
    clinic: record.clinic,
    direction: record.direction,
    from: record.from,
    to: record.to,
    startedAt: record.startedAt,
    durationMs: record.durationMs,
    state: record.state,
    ...(record.ending ? { ending: record.ending } : {}),
    ...(record.outcome ? { outcome: record.outcome } : {}),
    names: namesIn(record.tools),
    ...(record.protocol ? { protocol: record.protocol } : {}),
    isRecorded: record.recording !== undefined,
    booked: record.appointments.length,
    ...(record.transfer ? { transfer: record.transfer.outcome } : {}),
    emergencies: record.emergencies.length,
    brokenPromises: record.brokenPromises.length,
    ...(firstAudioMs === undefined ? {} : { firstAudioMs }),
    interruptions: record.bargeIns.cut + record.bargeIns.resumed,
    toolErrors: record.tools.filter(({ outcome }) => outcome === 'failed' || outcome === 'timeout')
      .length,
    ...(record.model ? { model: record.model } : {}),
    usage: record.usage,
  };
}

/** All that is searched of a call beside its gist: what was said, why it was made, what came of it. */
export function searchTextOf(record: CallRecord): string {
  const parts = [record.purpose, record.summary, record.protocol, ...namesIn(record.tools)];
  if (record.outcome) parts.push(outcomeWords[record.outcome]);
  for (const { text } of record.transcript) parts.push(text);
  return parts.filter(Boolean).join('\n').slice(0, mostText);
}

/** Under which words an outcome is found, in the console's two languages. */
const outcomeWords: Record<NonNullable<CallRecord['outcome']>, string> = {
  appointment: 'agendamento agendou marcado booked appointment',
  cancellation: 'cancelamento cancelou cancelled',
  request: 'pedido recado request',
  'no-appointment': 'sem agendamento no appointment',
  transfer: 'transferência transferida transferred',
  abandoned: 'abandonada desligou abandoned',
  failed: 'falha falhou failed',
};

function namesIn(tools: readonly ToolUse[]): string[] {
  const names = new Map<string, string>();
  for (const { arguments: given, outcome } of tools) {
    if (outcome !== 'ok' || typeof given !== 'object' || given === null) continue;
    for (const field of nameFields) {
      const name: unknown = Reflect.get(given, field);
      if (typeof name !== 'string' || name.trim() === '') continue;
      const plain = name.trim().slice(0, longestName);
      if (!names.has(plain.toLowerCase())) names.set(plain.toLowerCase(), plain);
    }
  }
  return [...names.values()].slice(0, mostNames);
}
