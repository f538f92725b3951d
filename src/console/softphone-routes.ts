import type {} from '@fastify/websocket';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { WebSocket } from 'ws';
import { z } from 'zod';
import type { ClinicProfile } from '../agent/clinic-profile.ts';
import type { AnnouncedCall } from '../call/announced-call.ts';
import type { Call } from '../call/call.ts';
import type { LiveCalls } from '../call/live-calls.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { Metrics } from '../platform/metrics.ts';
import { openMediaStream } from '../twilio/media-stream.ts';
import type { ConsoleAccess } from './console-access.ts';
import { createHeardFrames } from './heard-frames.ts';
import { refuse } from './live-routes.ts';
import {
  type SoftphoneLine,
  SoftphoneLines,
  softphoneAccount,
  softphoneE164,
  softphoneSids,
} from './softphone-lines.ts';
import type { SoftphoneCall, SoftphoneInfo } from './softphone-view.ts';

/** Characters typed at once: some half a minute of speech. */
const longestLine = 400;

/** The telephone in the hand of a patient who is played. */
export interface PlayedLine {
  readonly sid: string;
  readonly ended: Promise<unknown>;
  nowMs(): number;
  say(ulaw: Buffer): Promise<void>;
  pressKeys(keys: string): Promise<void>;
  onHeard(listener: (frame: Buffer, atMs: number) => void): () => void;
  hangUp(): Promise<unknown>;
}

/** What the sandbox lends the softphone: voices, and people to play. */
export interface SoftphonePatients {
  list: SoftphoneInfo['patients'];
  /** μ-law that the sandbox's model understands. */
  speak(text: string): Promise<Buffer>;
  /** @returns false when there is no such patient */
  play(id: string, line: PlayedLine): boolean;
}

export interface SoftphoneParts {
  access: ConsoleAccess;
  clinics: () => readonly ClinicProfile[];
  createCall: (announced: AnnouncedCall) => Call;
  live: LiveCalls;
  /** Why no call can be taken now. */
  unavailable: () => string | undefined;
  /** Absent when there are real keys. */
  patients: SoftphonePatients | undefined;
  clock: Clock;
  log: Log;
  metrics: Metrics;
}

const dial = z.strictObject({ clinic: z.string().min(1).max(100) });
const said = z.strictObject({ text: z.string().trim().min(1).max(longestLine) });
const played = z.strictObject({ patient: z.string().min(1).max(60) });

/** A page that is a telephone: it speaks the carrier's own messages, so that its call is like every other. */
export function softphoneRoutes(server: FastifyInstance, parts: SoftphoneParts): void {
  const { access } = parts;
  const lines = new SoftphoneLines();
  const onRequest = access.only('staff', 'admin');
  const lineOf = (request: object) => lines.of(access.who(request).userId);

  server.get('/console/api/softphone', { onRequest }, async (): Promise<SoftphoneInfo> => {
    const { patients } = parts;
    return { sandbox: patients !== undefined, patients: patients?.list ?? [] };
  });

  server.post('/console/api/softphone', { onRequest }, async (request, reply) => {
    const parsed = dial.safeParse(request.body);
    const clinic = parts.clinics().find(({ id }) => id === parsed.data?.clinic);
    if (!clinic || !access.sees(request, clinic.id))
      return refuse(reply, 404, 'not-found', 'Esta clínica não existe.');
    if (lineOf(request))
      return refuse(
        reply,
        409,
        'in-use',
        'Você já está em uma ligação pelo softphone. Desligue-a antes.',
      );
    if (parts.unavailable() !== undefined)
      return refuse(reply, 503, 'busy', 'Não há linha livre agora. Tente de novo em instantes.');
    const { userId, name } = access.who(request);
    await access.audit(request, { action: 'softphone.call', clinicId: clinic.id });
    // Somebody may have been quicker while that was written.
    if (lines.of(userId)) return refuse(reply, 409, 'in-use', 'Você já está em uma ligação.');
    return announce(userId, name, clinic);
  });

  server.post('/console/api/softphone/say', { onRequest }, async (request, reply) => {
    const parsed = said.safeParse(request.body);
    if (!parsed.success)
      return refuse(reply, 400, 'invalid-request', `Escreva de 1 a ${longestLine} caracteres.`);
    const line = lineOf(request);
    if (!line || !parts.patients) return refuseLine(reply);
    const ulaw = await parts.patients.speak(parsed.data.text);
    if (!line.order({ event: 'say', payload: ulaw.toString('base64') })) return refuseLine(reply);
    return { ms: ulaw.length / 8 };
  });

  server.post('/console/api/softphone/patient', { onRequest }, async (request, reply) => {
    const parsed = played.safeParse(request.body);
    const line = lineOf(request);
    if (!line || !parts.patients) return refuseLine(reply);
    const isPlayed =
      parsed.success && parts.patients.play(parsed.data.patient, toPlayedLine(line, parts.clock));
    return isPlayed ? { ok: true } : refuse(reply, 404, 'not-found', 'Este paciente não existe.');
  });

  server.get(
    '/console/api/softphone/stream',
    {
      websocket: true,
      onRequest,
      preValidation: async (request, reply) => {
        if (request.headers.origin === undefined) return reply.code(403).send();
        if (!lineOf(request)) return refuseLine(reply);
      },
    },
    (socket, request) => {
      const line = lineOf(request);
      if (!line) return socket.close(1008, 'no call');
      const forget = access.whenOver(request, () => line.call.end('stream-lost'));
      socket.once('close', forget);
      joinCall(socket, line, parts);
    },
  );

  function announce(userId: string, name: string, clinic: ClinicProfile): SoftphoneCall {
    const sids = softphoneSids();
    const call = parts.createCall({
      callSid: sids.callSid,
      clinic,
      direction: 'inbound',
      from: softphoneE164,
      to: clinic.numbers[0] ?? 'unknown',
      softphone: { byId: userId, by: name },
    });
    const token = parts.live.expect(call, sids.callSid, softphoneAccount);
    const announced = { id: call.id, ...sids, accountSid: softphoneAccount, token };
    lines.add(userId, call, announced);
    return announced;
  }
}

function refuseLine(reply: FastifyReply): FastifyReply {
  return refuse(reply, 409, 'no-call', 'Nenhuma ligação do softphone está aberta. Ligue primeiro.');
}

/** The same way in as for a telephone: frames, marks and clears, a token that is good once. */
function joinCall(socket: WebSocket, line: SoftphoneLine, parts: SoftphoneParts): void {
  let call: Call | undefined;
  const stream = openMediaStream(
    socket,
    {
      onStart: ({ callSid, accountSid, streamSid, parameters }) => {
        const arriving = { callSid, accountSid, streamSid, token: parameters.token ?? '' };
        if (callSid === line.announced.callSid) call = parts.live.admit(arriving, stream);
        if (!call) return stream.close(1008, 'token');
        line.connected((text) => {
          if (socket.readyState === socket.OPEN) socket.send(text);
        });
      },
      onAudio: (payload, timestampMs) => call?.callerAudio(payload, timestampMs),
      onKey: (digit) => call?.key(digit),
      onMark: (name) => call?.mark(name),
      onStop: () => call?.streamEnded('stopped'),
      onClose: (cause) => call?.streamEnded(cause),
    },
    parts,
  );
}

function toPlayedLine({ announced, call, order }: SoftphoneLine, clock: Clock): PlayedLine {
  const begunMs = clock.monotonicMs();
  return {
    sid: announced.callSid,
    ended: call.ended,
    nowMs: () => clock.monotonicMs() - begunMs,
    async say(ulaw) {
      order({ event: 'say', payload: ulaw.toString('base64') });
      // The page speaks in real time; nobody tells when it is done.
      await within(call.ended, ulaw.length / 8);
    },
    async pressKeys(keys) {
      order({ event: 'press', keys });
      await within(call.ended, keys.length * 160);
    },
    onHeard: (listener) => call.tap.join('party', createHeardFrames(listener)),
    async hangUp() {
      order({ event: 'hang-up' });
      await call.ended;
    },
  };
}

async function within(end: Promise<unknown>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const passed = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([end, passed]);
  clearTimeout(timer);
}
