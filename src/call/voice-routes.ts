import type {} from '@fastify/websocket';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { WebSocket } from 'ws';
import { clinicForNumber } from '../agent/clinic-loader.ts';
import type { ClinicProfile } from '../agent/clinic-profile.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { Metrics } from '../platform/metrics.ts';
import {
  type MediaStream,
  type MediaStreamStart,
  openMediaStream,
} from '../twilio/media-stream.ts';
import {
  type CallProgress,
  isOver,
  nextCallStatus,
  parseDialReference,
  parseMachineCallback,
  parseStatusCallback,
} from '../twilio/status-callback.ts';
import { connectStream, emptyResponse, fallback, twimlContentType } from '../twilio/twiml.ts';
import type { SignatureCheck } from '../twilio/webhook-signature.ts';
import type { AnnouncedCall } from './announced-call.ts';
import type { Call } from './call.ts';
import { isCarrierId, toCallerE164 } from './caller-number.ts';
import type { LiveCalls } from './live-calls.ts';
import type { ModelHealth } from './model-health.ts';
import type { OutboundCalls } from './outbound-calls.ts';

/** Answers remembered, so that a webhook delivered twice gets the same one. */
const mostAnswers = 2_000;
/**
 * Streams that may be open without having said whose they are, beyond those that are expected. Twilio says it at once, so
 * one too many closes the oldest: whoever opens streams and is silent cannot keep a call out.
 */
const mostStrayStreams = 32;
/** Progress of calls remembered for status callbacks. */
const mostProgress = 2_000;

export interface VoiceRouteParts {
  /** Absent in the sandbox only, which listens on loopback. */
  signature: SignatureCheck | undefined;
  publicUrl: () => string;
  clinics: readonly ClinicProfile[];
  fallbackClinic: string | undefined;
  createCall: (announced: AnnouncedCall) => Call;
  outbound: Pick<OutboundCalls, 'find' | 'reported' | 'answeredBy'>;
  callerId: string | undefined;
  live: LiveCalls;
  health: ModelHealth;
  clock: Clock;
  log: Log;
  metrics: Metrics;
}

const apology = 'Desculpe, tivemos um problema técnico.';
const apologyWithWayOut = `${apology} Vou passar a sua ligação para a recepção.`;
export const apologyWithoutWayOut = `${apology} Por favor, ligue de novo em alguns minutos.`;

/** Twilio's webhooks and the media socket. Everything here is proven to be Twilio's before it has any effect. */
export function voiceRoutes(app: FastifyInstance, parts: VoiceRouteParts): void {
  const answers = new Map<string, string>();
  const progress = new Map<string, CallProgress>();
  const strays = new Set<MediaStream>();

  app.route({
    method: ['GET', 'POST'],
    url: '/incoming-call',
    handler: async (request, reply) => {
      const begunMs = parts.clock.monotonicMs();
      if (!isSigned(parts, request)) return reply.code(403).send();
      const twiml = answerSafely(request);
      parts.metrics.observe('webhook_seconds', (parts.clock.monotonicMs() - begunMs) / 1000);
      return reply.type(twimlContentType).send(twiml);
    },
  });

  /** Whatever breaks here, the caller is told in Portuguese and shown the way out. */
  function answerSafely(request: FastifyRequest): string {
    try {
      return answerCall(request);
    } catch (err) {
      parts.log.error({ err }, 'a call could not be set up');
      return fallback(
        wayOutOf(parts, clinicCalled({ ...queryOf(request), ...formOf(request) }.To)),
      );
    }
  }

  function answerCall(request: FastifyRequest): string {
    const params = { ...queryOf(request), ...formOf(request) };
    const { CallSid: callSid, AccountSid: accountSid } = params;
    // A call we placed and have forgotten (a restart while it rang) is still ours, only its purpose is lost.
    const direction = params.outbound === undefined ? 'inbound' : 'outbound';
    const outbound =
      typeof params.outbound === 'string' ? parts.outbound.find(params.outbound) : undefined;
    const clinic =
      parts.clinics.find((one) => one.id === outbound?.clinicId) ??
      clinicCalled(direction === 'inbound' ? params.To : params.From);
    if (!isCarrierId(callSid) || !isCarrierId(accountSid)) return fallback(wayOutOf(parts, clinic));
    const answered = answers.get(callSid);
    if (answered !== undefined) {
      parts.metrics.count('webhook_duplicate_total', { where: '/incoming-call' });
      return answered;
    }
    const announced = {
      callSid,
      clinic,
      direction,
      from: toCallerE164(params.From),
      to: toCallerE164(params.To),
      ...(outbound?.purpose ? { purpose: outbound.purpose } : {}),
      ...(outbound?.row ? { row: outbound.row } : {}),
    } as const;
    const { twiml, taken } = connectToAgent(parts, announced, accountSid);
    if (taken) remember(answers, callSid, twiml, mostAnswers);
    return twiml;
  }

  function clinicCalled(to: unknown): ClinicProfile {
    return clinicForNumber(parts.clinics, toCallerE164(to), parts.fallbackClinic);
  }

  app.post('/call-status', async (request, reply) => {
    if (!isSigned(parts, request)) return reply.code(403).send();
    const update = parseStatusCallback(formOf(request));
    if (update) {
      const { callSid } = update;
      const { id, ...attempt } = parseDialReference(queryOf(request));
      await parts.outbound.reported(id, { callSid, ...attempt }, (known) =>
        nextCallStatus(known, update),
      );
      const known = progress.get(update.callSid);
      const next = nextCallStatus(known, update);
      if (next !== known) {
        remember(progress, update.callSid, next, mostProgress);
        parts.log.info({ callSid: update.callSid, status: next.status }, 'call status');
        if (isOver(next.status)) parts.live.abandon(update.callSid);
      }
    }
    return reply.type(twimlContentType).send(emptyResponse());
  });

  app.post('/stream-status', async (request, reply) => {
    if (!isSigned(parts, request)) return reply.code(403).send();
    const { CallSid: callSid, StreamEvent: event, StreamError: error } = formOf(request);
    if (event === 'stream-error' && isCarrierId(callSid)) {
      parts.live.abandon(callSid);
      parts.log.error({ callSid, reason: String(error) }, 'carrier reports a stream error');
    }
    return reply.code(204).send();
  });

  app.post('/amd-status', async (request, reply) => {
    if (!isSigned(parts, request)) return reply.code(403).send();
    const heard = parseMachineCallback(formOf(request));
    const { id, ...attempt } = parseDialReference(queryOf(request));
    if (heard) {
      const { callSid, answeredBy } = heard;
      await parts.outbound.answeredBy(id, { callSid, ...attempt }, answeredBy);
    }
    return reply.code(204).send();
  });

  app.get(
    '/media-stream',
    {
      websocket: true,
      preValidation: async (request, reply) => {
        const url = request.raw.url ?? '';
        if (
          parts.signature &&
          !parts.signature.upgrade(url, request.headers['x-twilio-signature'])
        ) {
          parts.metrics.count('webhook_rejected_total', { where: '/media-stream' });
          return reply.code(403).send();
        }
      },
    },
    (socket: WebSocket) => {
      makeRoom();
      acceptStream(socket, parts, strays);
    },
  );

  function makeRoom(): void {
    const [oldest] = strays;
    if (!oldest || strays.size < parts.live.expectedCount + mostStrayStreams) return;
    strays.delete(oldest);
    parts.metrics.count('stream_rejected_total', { reason: 'too-many-pending' });
    oldest.close(1013, 'too many pending streams');
  }
}

/** Was this request signed by the carrier? One that was not is counted. */
export function isSigned(
  { signature, metrics }: Pick<VoiceRouteParts, 'signature' | 'metrics'>,
  request: FastifyRequest,
): boolean {
  const signed =
    signature === undefined ||
    signature.webhook(
      request.raw.url ?? '',
      request.headers['x-twilio-signature'],
      formOf(request),
    );
  if (!signed) metrics.count('webhook_rejected_total', { where: request.routeOptions.url ?? '' });
  return signed;
}

/** The answer that brings a caller to the agent, or, when no more can be `taken`, the way out. */
export function connectToAgent(
  parts: VoiceRouteParts,
  announced: AnnouncedCall,
  accountSid: string,
): { twiml: string; taken: boolean } {
  const { callSid, clinic } = announced;
  const wayOut = wayOutOf(parts, clinic);
  const refusal = parts.live.refusal();
  const modelRefusal = parts.health.unavailable(parts.clock.monotonicMs());
  if (refusal !== undefined || modelRefusal !== undefined) {
    const reason = refusal ?? 'model';
    parts.metrics.count('calls_shed_total', { reason });
    parts.log.warn({ callSid, reason }, 'call sent to the fallback');
    return { twiml: fallback(wayOut), taken: false };
  }
  const token = parts.live.expect(parts.createCall(announced), callSid, accountSid);
  const publicUrl = parts.publicUrl();
  const twiml = connectStream({
    streamUrl: `${publicUrl.replace(/^http/, 'ws')}/media-stream`,
    streamStatusUrl: `${publicUrl}/stream-status`,
    parameters: { token },
    ...wayOut,
  });
  return { twiml, taken: true };
}

function wayOutOf({ callerId }: Pick<VoiceRouteParts, 'callerId'>, clinic: ClinicProfile) {
  if (!clinic.reception) return { apology: apologyWithoutWayOut };
  return {
    apology: apologyWithWayOut,
    receptionE164: clinic.reception,
    ...(callerId ? { callerId } : {}),
  };
}

/** Attaches everything synchronously: frames that come before a handler are lost. */
function acceptStream(socket: WebSocket, parts: VoiceRouteParts, strays: Set<MediaStream>): void {
  let call: Call | undefined;
  const stream: MediaStream = openMediaStream(
    socket,
    {
      onStart: (start) => {
        strays.delete(stream);
        call = admit(start);
      },
      onAudio: (payload, timestampMs) => call?.callerAudio(payload, timestampMs),
      onKey: (digit) => call?.key(digit),
      onMark: (name) => call?.mark(name),
      onStop: () => call?.streamEnded('stopped'),
      onClose: (cause) => {
        strays.delete(stream);
        call?.streamEnded(cause);
      },
    },
    { clock: parts.clock, metrics: parts.metrics, log: parts.log },
  );
  strays.add(stream);

  function admit(start: MediaStreamStart): Call | undefined {
    const { callSid, accountSid, streamSid, parameters } = start;
    const valid = isCarrierId(callSid) && isCarrierId(streamSid);
    const admitted = valid
      ? parts.live.admit({ callSid, accountSid, streamSid, token: parameters.token ?? '' }, stream)
      : undefined;
    if (admitted) return admitted;
    parts.metrics.count('stream_rejected_total', { reason: 'token' });
    parts.log.warn({}, 'media stream without a valid token refused');
    stream.close(1008, 'token');
    return undefined;
  }
}

export function formOf(request: FastifyRequest): Record<string, unknown> {
  const { body } = request;
  return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
}

export function queryOf(request: FastifyRequest): Record<string, unknown> {
  return request.query as Record<string, unknown>;
}

export function remember<T>(memory: Map<string, T>, key: string, value: T, most: number): void {
  memory.delete(key);
  memory.set(key, value);
  const [oldest] = memory.keys();
  if (memory.size > most && oldest !== undefined) memory.delete(oldest);
}
