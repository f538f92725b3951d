import type { CallCost } from '../call/call-cost.ts';
import type { CallGist } from '../call/call-gist-record.ts';
import type { CallRecord, ToolUse } from '../call/call-record.ts';
import type { Appointment } from '../scheduling/appointment.ts';
import type {
  AgreedVisitView,
  CallDetailView,
  CallItemView,
  RecordingView,
  ToolUseView,
} from './recordings-view.ts';
import type { Role } from './roles.ts';

/** Characters shown of what a tool was given or answered. */
const longestShown = 4_000;
const hidden = '••••••';
/** One-time codes: of no use to anybody who looks at a call. */
const secretFields = new Set(['code', 'token']);
/** Documents: the last two digits tell two people apart. The agenda shows them to who works with it. */
const documentFields = new Set(['cpf', 'rg']);

export function itemOf(gist: CallGist): CallItemView {
  const { from, to, usage, model, interruptions, toolErrors, firstAudioMs, ...rest } = gist;
  const { outcome, ending, ...shown } = rest;
  return {
    ...shown,
    ...(outcome ? { outcome } : {}),
    ...(ending ? { ending } : {}),
    number: gist.direction === 'outbound' ? to : from,
  };
}

export function detailOf(
  record: CallRecord,
  more: {
    gist: CallGist;
    role: Role;
    timeZone: string;
    appointments: readonly Appointment[];
    cost: (CallCost & { usdBrl: number; pricesOf: string }) | undefined;
    recording: RecordingView;
  },
): CallDetailView {
  const { purpose, endedAt, summary, consent, transfer, continues, model } = record;
  return {
    ...itemOf(more.gist),
    timeZone: more.timeZone,
    from: record.from,
    to: record.to,
    ...(purpose ? { purpose } : {}),
    ...(endedAt ? { endedAt } : {}),
    ...(summary ? { summary } : {}),
    lines: record.transcript,
    tools: record.tools.map((use) => toolView(use, more.role)),
    appointments: more.appointments.map((one) => agreedVisit(one, record.id)),
    broken: record.brokenPromises,
    deeds: (record.staff ?? []).map(({ byId: _, ...deed }) => deed),
    ...(record.softphone ? { softphoneOf: record.softphone.by } : {}),
    dangers: record.emergencies,
    ...(consent ? { consent } : {}),
    ...(transfer ? { transferredTo: transfer } : {}),
    ...(continues ? { continues } : {}),
    latencies: record.latencies,
    bargeIns: record.bargeIns,
    modelReconnects: record.modelReconnects,
    ...(model ? { model } : {}),
    usage: record.usage,
    ...(more.cost ? { cost: more.cost } : {}),
    recording: more.recording,
  };
}

/** What can be heard of a call. @param facts.isThere the file of a finished recording can be opened; `isElsewhere`: by another server */
export function recordingView(
  record: CallRecord,
  facts: { isThere: boolean; isElsewhere: boolean; durationMs: number; needsReason: boolean },
): RecordingView {
  if (record.state === 'live') return { state: 'live' };
  const { recording, consent } = record;
  if (!recording) {
    const wasRefused = consent !== undefined && !['notice-heard', 'yes'].includes(consent.answer);
    return { state: wasRefused ? 'refused' : 'none' };
  }
  if (!facts.isThere) return { state: facts.isElsewhere ? 'elsewhere' : 'gone' };
  const { durationMs, needsReason } = facts;
  return { state: 'playable', durationMs, complete: recording.complete, needsReason };
}

function agreedVisit(appointment: Appointment, callId: string): AgreedVisitView {
  const { id, protocol, status, day, time, service, professional, patient } = appointment;
  const { evidence } = appointment;
  const agreedMs = evidence?.callId === callId ? evidence.recordingMs : null;
  return {
    id,
    protocol,
    status,
    day,
    time,
    service,
    professional,
    patient: patient.name,
    agreedMs,
  };
}

function toolView(use: ToolUse, role: Role): ToolUseView {
  const { name, atMs, durationMs, outcome } = use;
  return {
    name,
    atMs,
    durationMs,
    outcome,
    given: shownJson(use.arguments, role),
    answered: shownJson(parsed(use.output), role),
  };
}

/** Outputs are JSON for the model: text in the record. */
function parsed(output: unknown): unknown {
  if (typeof output !== 'string') return output;
  try {
    return JSON.parse(output) as unknown;
  } catch {
    return output;
  }
}

function shownJson(value: unknown, role: Role): string {
  const masked = (key: string, inner: unknown): unknown => {
    if (typeof inner !== 'string' && typeof inner !== 'number') return inner;
    if (secretFields.has(key)) return hidden;
    if (documentFields.has(key) && role === 'staff') return `${hidden}${String(inner).slice(-2)}`;
    return inner;
  };
  const text = typeof value === 'string' ? value : (JSON.stringify(value, masked, 2) ?? '');
  return text.length > longestShown ? `${text.slice(0, longestShown)}…` : text;
}
