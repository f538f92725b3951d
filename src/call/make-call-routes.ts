import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { ClinicProfile } from '../agent/clinic-profile.ts';
import { problem } from '../platform/problem.ts';
import { checkDialNumber } from './dial-number.ts';
import type { OutboundCalls } from './outbound-calls.ts';

/** Spoken at the start of the call; longer than this is no purpose but a speech. */
const longestPurpose = 500;

const requestSchema = z.strictObject({
  to: z.string(),
  message: z.string().trim().min(1).max(longestPurpose).optional(),
  clinic: z.string().optional(),
});

export interface MakeCallParts {
  authorise: (request: FastifyRequest) => boolean;
  /** Why an answered call would find no agent now, if so: nobody is rung to hear an apology. */
  refusal: () => string | undefined;
  outbound: OutboundCalls;
  clinics: readonly ClinicProfile[];
  defaultClinic: ClinicProfile;
  allowedCountries: readonly string[];
  ownNumbers: readonly string[];
}

/** `POST /make-call {to, message?, clinic?}` → 202 `{id, callSid?, status}`, or `{error: {code, message}}`. */
export function makeCallRoutes(app: FastifyInstance, parts: MakeCallParts): void {
  // Before the body is read: a stranger learns nothing of what a right one would be.
  const onRequest = async (request: FastifyRequest, reply: FastifyReply) => {
    if (parts.authorise(request)) return;
    return reply
      .code(401)
      .header('www-authenticate', 'Bearer')
      .send(problem('unauthorized', 'Informe a chave da API: Authorization: Bearer …'));
  };
  app.post('/make-call', { onRequest }, async (request, reply) => {
    const body = requestSchema.safeParse(request.body);
    if (!body.success) {
      const [issue] = body.error.issues;
      const field =
        issue?.path.join('.') ||
        (issue?.code === 'unrecognized_keys' ? issue.keys.join(', ') : 'corpo');
      return reply
        .code(400)
        .send(
          problem(
            'invalid-request',
            `Pedido inválido em “${field}”. Use {"to": "+5511…", "message": "…", "clinic": "…"}.`,
          ),
        );
    }
    const clinic = body.data.clinic
      ? parts.clinics.find((one) => one.id === body.data.clinic)
      : parts.defaultClinic;
    if (!clinic)
      return reply
        .code(422)
        .send(problem('unknown-clinic', 'Não existe clínica com esse identificador.'));
    const number = checkDialNumber(body.data.to, {
      allowedCountries: [...parts.allowedCountries],
      ownNumbers: [...parts.ownNumbers],
    });
    if (!number.ok) return reply.code(422).send(problem(number.code, number.message));
    if (parts.refusal() !== undefined) {
      return reply
        .code(503)
        .send(problem('not-ready', 'Não é possível ligar agora. Tente de novo em instantes.'));
    }
    const placed = await parts.outbound.place({
      to: number.e164,
      clinicId: clinic.id,
      timeLimitS: Math.ceil(clinic.voice.limits.maxCallMs / 1000) + 60,
      ...(body.data.message ? { purpose: body.data.message } : {}),
    });
    if (placed.outcome === 'refused') {
      return reply.code(placed.httpStatus).send(problem(placed.code, placed.message));
    }
    return reply
      .code(202)
      .send(
        placed.outcome === 'placed'
          ? { id: placed.id, callSid: placed.callSid, status: 'queued' }
          : { id: placed.id, status: 'unknown' },
      );
  });
}
