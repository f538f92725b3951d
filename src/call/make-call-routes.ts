import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { ClinicProfile } from '../agent/clinic-profile.ts';
import { problem } from '../platform/problem.ts';
import type { ApiScope } from './api-keys.ts';
import { mostRetries } from './call-list-record.ts';
import { dialView, type PlacedCall } from './dial-answer.ts';
import type { OutboundCalls } from './outbound-calls.ts';

/** Spoken at the start of the call; longer than this is no purpose but a speech. */
const longestPurpose = 500;
/** About 25 seconds; many machines stop listening at 30. */
const longestVoicemail = 400;

const requestSchema = z.strictObject({
  to: z.string(),
  message: z.string().trim().min(1).max(longestPurpose).optional(),
  clinic: z.string().optional(),
  voicemail: z.string().trim().min(1).max(longestVoicemail).optional(),
  retries: z.number().int().min(0).max(mostRetries).optional(),
});

/** Visible ASCII, as most clients make them. */
const idempotencyKeyPattern = /^[\x21-\x7e]{1,200}$/;

/** For the agent to say goodbye by itself before the carrier cuts, seconds. */
const goodbyeS = 60;

/** Longest call of a clinic, as the carrier is told, seconds. */
export function callLimitS({ voice }: Pick<ClinicProfile, 'voice'>): number {
  return Math.ceil(voice.limits.maxCallMs / 1000) + goodbyeS;
}

export interface MakeCallParts {
  /** The id of the API key a request carries, if it may do this. */
  holder: (request: FastifyRequest, scope: ApiScope) => string | undefined;
  outbound: OutboundCalls;
  clinics: readonly ClinicProfile[];
  defaultClinic: () => ClinicProfile;
}

/**
 * `POST /make-call {to, message?, clinic?, voicemail?, retries?}` → 202 `{id, callSid?, status}`, or `{error: {code,
 * message}}`; `GET /api/v1/dials/:id` → what became of it.
 */
export function makeCallRoutes(app: FastifyInstance, parts: MakeCallParts): void {
  // Before the body is read: a stranger learns nothing of what a right one would be.
  const only = (scope: ApiScope) => async (request: FastifyRequest, reply: FastifyReply) => {
    if (parts.holder(request, scope) !== undefined) return;
    return reply
      .code(401)
      .header('www-authenticate', 'Bearer')
      .send(problem('unauthorized', 'Informe a chave da API: Authorization: Bearer …'));
  };

  app.post('/make-call', { onRequest: only('calls:create') }, async (request, reply) => {
    const body = requestSchema.safeParse(request.body);
    if (!body.success) return sendInvalid(reply, fieldIn(body.error));
    const idempotencyKey = request.headers['idempotency-key'];
    if (idempotencyKey !== undefined && !isIdempotencyKey(idempotencyKey))
      return sendInvalid(reply, 'Idempotency-Key');
    const { to, message, clinic: clinicId, voicemail, retries } = body.data;
    const clinic = clinicId
      ? parts.clinics.find((one) => one.id === clinicId)
      : parts.defaultClinic();
    if (!clinic)
      return reply
        .code(422)
        .send(problem('unknown-clinic', 'Não existe clínica com esse identificador.'));
    const placed = await parts.outbound.place({
      to,
      clinicId: clinic.id,
      keyId: parts.holder(request, 'calls:create') ?? '',
      timeLimitS: callLimitS(clinic),
      ...(message === undefined ? {} : { purpose: message }),
      ...(voicemail === undefined ? {} : { voicemail }),
      ...(retries === undefined ? {} : { retries }),
      ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    });
    return sendPlaced(reply, placed);
  });

  app.get<{ Params: { id: string } }>(
    '/api/v1/dials/:id',
    { onRequest: only('calls:read') },
    async (request, reply) => {
      const dial = parts.outbound.dial(request.params.id);
      if (dial) return dialView(dial);
      return reply.code(404).send(problem('unknown-dial', 'Não existe ligação com esse id.'));
    },
  );
}

function sendPlaced(reply: FastifyReply, placed: PlacedCall): FastifyReply {
  if (placed.outcome !== 'refused') {
    const status = placed.outcome === 'unknown' ? 'unknown' : 'queued';
    const callSid = placed.outcome === 'placed' ? { callSid: placed.callSid } : {};
    return reply.code(202).send({ id: placed.id, ...callSid, status });
  }
  const { httpStatus, code, message, retryAfterS, nextAllowedMs } = placed;
  if (retryAfterS !== undefined) reply.header('retry-after', String(retryAfterS));
  const { error } = problem(code, message);
  const nextAllowedAt =
    nextAllowedMs === undefined ? {} : { nextAllowedAt: new Date(nextAllowedMs).toISOString() };
  return reply.code(httpStatus).send({ error: { ...error, ...nextAllowedAt } });
}

function sendInvalid(reply: FastifyReply, field: string): FastifyReply {
  const example =
    '{"to": "+5511…", "message": "…", "clinic": "…", "voicemail": "…", "retries": 0…2}';
  return reply
    .code(400)
    .send(problem('invalid-request', `Pedido inválido em “${field}”. Use ${example}.`));
}

function fieldIn(error: z.ZodError): string {
  const [issue] = error.issues;
  const extra = issue?.code === 'unrecognized_keys' ? issue.keys.join(', ') : 'corpo';
  return issue?.path.join('.') || extra;
}

function isIdempotencyKey(header: string | string[]): header is string {
  return typeof header === 'string' && idempotencyKeyPattern.test(header);
}
