import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { answerRange } from '../call/byte-range.ts';
import { callPrices, costOfCall } from '../call/call-cost.ts';
import { gistOf } from '../call/call-gist-record.ts';
import type { CallIndex } from '../call/call-index-store.ts';
import type { CallRecord, CallStore } from '../call/call-record.ts';
import { keptPeaks } from '../call/recording-peaks.ts';
import { openRecording, type RecordingFormat } from '../call/recording-reader.ts';
import type { Clock } from '../platform/clock.ts';
import { problem } from '../platform/problem.ts';
import { createKeyedQueue } from '../platform/work-queue.ts';
import type { Appointment } from '../scheduling/appointment.ts';
import { patientKey } from '../scheduling/patient-key.ts';
import { wallTimeOf } from '../scheduling/wall-time.ts';
import { detailOf, itemOf, recordingView } from './call-details.ts';
import { parseCallQuery, type SeenClinic } from './call-query.ts';
import type { AuditEntry, ConsoleAccess } from './console-access.ts';
import { leastReason, longestReason, needsReason, OpenedRecordings } from './play-permission.ts';
import type { CallListView, PeaksView } from './recordings-view.ts';

export interface RecordingRouteParts {
  access: ConsoleAccess;
  calls: Pick<CallStore, 'find'>;
  callIndex: CallIndex;
  appointments: { find(id: string): Promise<Appointment | undefined> };
  recordingsDirectory: string;
  /** Whether this server held the call: then its recording is in the directory. */
  madeHere(id: string): Promise<boolean>;
  /** Replaces a whole file at once. */
  replaceFile: (path: string, text: string) => Promise<void>;
  clinics: () => readonly SeenClinic[];
  /** Of calls whose record does not say it. */
  usualModel: string;
  usdBrl: number;
  clock: Clock;
}

const idShape = /^[a-z2-7]{26}$/;
/** Appointments of one call that are shown; more are not made in one. */
const mostVisits = 20;

const playWish = z.strictObject({
  reason: z.string().trim().max(longestReason).optional(),
});

type Ids = { Params: { id: string } };
type Audio = Ids & { Querystring: Record<string, unknown> };

/** Finding calls, reading what was said and done in one, and hearing it. */
export function recordingRoutes(server: FastifyInstance, parts: RecordingRouteParts): void {
  const { access, calls, callIndex, clock } = parts;
  const onRequest = access.only('staff', 'admin', 'auditor');
  const opened = new OpenedRecordings();
  /** One computation of a waveform a call, however many ask. */
  const inTurn = createKeyedQueue();

  server.get('/console/api/calls', { onRequest }, async (request, reply) => {
    const seen = parts.clinics().filter(({ id }) => access.sees(request, id));
    const parsed = parseCallQuery(request.query, seen);
    if ('trouble' in parsed) return refuse(reply, 400, 'invalid-request', parsed.trouble);
    const page = await callIndex.search(parsed.query, parsed.page);
    const detail = { shown: page.calls.length, searched: parsed.query.text !== undefined };
    await access.audit(request, { action: 'call.list', detail });
    return { ...page, calls: page.calls.map(itemOf) } satisfies CallListView;
  });

  server.get<Ids>('/console/api/calls/:id', { onRequest }, async (request, reply) => {
    const call = await visible(request);
    if (!call) return refuseUnknown(reply);
    const appointments = await visitsOf(parts, call);
    await access.audit(request, { ...entryOf('call.view', call), ...patientOf(appointments) });
    return detail(request, call, appointments);
  });

  server.post<Ids>('/console/api/calls/:id/plays', { onRequest }, async (request, reply) => {
    const call = await visible(request);
    if (!call) return refuseUnknown(reply);
    const wish = playWish.safeParse(request.body ?? {});
    if (!wish.success)
      return refuse(reply, 400, 'invalid-request', 'Envie só {"reason": "…"}, com até 300 letras.');
    const reason = wish.data.reason ?? '';
    const who = access.who(request);
    if (needsReason(call, who, clock.wallMs()) && reason.length < leastReason)
      return refuse(
        reply,
        400,
        'reason-needed',
        'Escreva por que você precisa ouvir esta ligação.',
      );
    const recording = call.state === 'live' ? undefined : await openRecording(directory(), call);
    if (!recording) return refuseMissing(reply, call);
    await recording.close();
    const entry = entryOf('recording.play', call);
    const patient = patientOf(await visitsOf(parts, call));
    await access.audit(request, {
      ...entry,
      ...patient,
      ...(reason ? { detail: { reason } } : {}),
    });
    opened.open(who.userId, call.id, clock.wallMs());
    return { opened: true };
  });

  server.get<Ids>('/console/api/calls/:id/peaks', { onRequest }, async (request, reply) => {
    const call = await visible(request);
    if (!call) return refuseUnknown(reply);
    if (!isOpened(request, call)) return refuseUnopened(reply);
    return inTurn(call.id, async () => {
      const recording = await openRecording(directory(), call);
      if (!recording) return refuseMissing(reply, call);
      try {
        const file = call.recording?.file ?? '';
        return (await keptPeaks(
          directory(),
          file,
          recording,
          parts.replaceFile,
        )) satisfies PeaksView;
      } finally {
        await recording.close();
      }
    });
  });

  // Named, because the HEAD that comes with a GET route would read the whole file to throw it away.
  const method = ['GET', 'HEAD'];
  server.route<Audio>({ method, url: '/console/api/calls/:id/audio', onRequest, handler: audio });

  async function audio(request: FastifyRequest<Audio>, reply: FastifyReply) {
    const call = await visible(request);
    if (!call) return refuseUnknown(reply);
    const { format = 'ulaw', download } = request.query;
    if (format !== 'ulaw' && format !== 'pcm16')
      return refuse(reply, 400, 'invalid-request', 'Informe format como ulaw ou pcm16.');
    if (!isOpened(request, call)) return refuseUnopened(reply);
    const recording = await openRecording(directory(), call);
    if (!recording) return refuseMissing(reply, call);
    const { status, headers, range } = answerRange(request.headers, recording.sizeOf(format));
    reply.headers({ ...headers, 'cache-control': 'private, no-store' });
    if (!range || request.method === 'HEAD') await recording.close();
    if (!range)
      return refuse(reply, 416, 'range-not-satisfiable', 'Este trecho não existe na gravação.');
    reply.code(status).type('audio/wav');
    if (request.method === 'HEAD') return reply.send();
    if (download !== undefined) {
      await auditDownload(request, call, format, recording.close.bind(recording));
      reply.header('content-disposition', `attachment; filename="${fileNameOf(call, format)}"`);
    }
    return reply.send(recording.stream(format, range));
  }

  async function auditDownload(
    request: FastifyRequest,
    call: CallRecord,
    format: RecordingFormat,
    close: () => Promise<void>,
  ): Promise<void> {
    try {
      const patient = patientOf(await visitsOf(parts, call));
      const entry = entryOf('recording.download', call);
      await access.audit(request, { ...entry, ...patient, detail: { format } });
    } catch (error) {
      await close();
      throw error;
    }
  }

  /** An identifier that cannot be one, a call of a clinic that is not theirs and one that never was are the same. */
  async function visible(request: FastifyRequest<Ids>): Promise<CallRecord | undefined> {
    const { id } = request.params;
    const call = idShape.test(id) ? await calls.find(id) : undefined;
    return call && access.sees(request, call.clinic) ? call : undefined;
  }

  async function detail(request: FastifyRequest, call: CallRecord, appointments: Appointment[]) {
    const who = access.who(request);
    const recording = call.state === 'live' ? undefined : await openRecording(directory(), call);
    await recording?.close();
    const cost = costOfCall(call.usage, call.model ?? parts.usualModel, parts.usdBrl);
    return detailOf(call, {
      gist: gistOf(call),
      role: who.role,
      timeZone: zoneOf(call),
      appointments,
      cost: cost && { ...cost, usdBrl: parts.usdBrl, pricesOf: callPrices.date },
      recording: recordingView(call, {
        isThere: recording !== undefined,
        isElsewhere: recording === undefined && !(await parts.madeHere(call.id)),
        durationMs: recording?.durationMs ?? 0,
        needsReason: needsReason(call, who, clock.wallMs()),
      }),
    });
  }

  async function refuseMissing(reply: FastifyReply, { id, recording }: CallRecord) {
    if (!recording || (await parts.madeHere(id))) return refuseSilent(reply);
    const message = 'Esta gravação está em outro servidor da clínica.';
    return refuse(reply, 404, 'recording-elsewhere', message);
  }

  function isOpened(request: FastifyRequest, call: CallRecord): boolean {
    return opened.isOpen(access.who(request).userId, call.id, clock.wallMs());
  }

  function directory(): string {
    return parts.recordingsDirectory;
  }

  function zoneOf({ clinic }: CallRecord): string {
    return parts.clinics().find(({ id }) => id === clinic)?.timeZone ?? 'America/Sao_Paulo';
  }

  /** Plain letters, by the clinic's clock: nothing of a person. */
  function fileNameOf(call: CallRecord, format: RecordingFormat): string {
    const { date, time } = wallTimeOf(Date.parse(call.startedAt), zoneOf(call));
    const clinic = call.clinic.replace(/[^a-z0-9-]/g, '');
    const kind = format === 'pcm16' ? '-pcm' : '';
    return `ligacao-${clinic}-${date}-${time.replace(':', 'h')}${kind}.wav`;
  }
}

async function visitsOf(parts: RecordingRouteParts, call: CallRecord): Promise<Appointment[]> {
  const ids = call.appointments.slice(0, mostVisits).filter((id) => idShape.test(id));
  const found = await Promise.all(ids.map((id) => parts.appointments.find(id)));
  return found.filter((one) => one !== undefined);
}

function entryOf(action: string, { id, clinic }: CallRecord): AuditEntry {
  return { action, clinicId: clinic, object: id };
}

function patientOf([visit]: readonly Appointment[]): { patient?: string } {
  const birthDate = visit?.patient.birthDate;
  return visit && birthDate ? { patient: patientKey(visit.patient.name, birthDate) } : {};
}

function refuse(reply: FastifyReply, status: number, code: string, message: string): FastifyReply {
  return reply.code(status).type('application/json').send(problem(code, message));
}

function refuseUnknown(reply: FastifyReply): FastifyReply {
  return refuse(reply, 404, 'not-found', 'Não há nada com este identificador.');
}

function refuseSilent(reply: FastifyReply): FastifyReply {
  return refuse(reply, 404, 'no-recording', 'Esta ligação não tem gravação para ouvir.');
}

function refuseUnopened(reply: FastifyReply): FastifyReply {
  return refuse(reply, 403, 'not-opened', 'Abra a gravação de novo para ouvir.');
}
