import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { ClinicProfile } from '../agent/clinic-profile.ts';
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
  outbound: OutboundCalls;
  clinics: readonly ClinicProfile[];
  defaultClinic: ClinicProfile;
  allowedCountries: readonly string[];
  ownNumbers: readonly string[];
}

/** `POST /make-call {to, message?, clinic?}` → 202 `{id, callSid?, status}`, or `{error: {code, message}}`. */
export function makeCallRoutes(app: FastifyInstance, parts: MakeCallParts): void {
  app.post('/make-call', async (request, reply) => {
    if (!parts.authorise(request)) {
      return reply
        .code(401)
        .header('www-authenticate', 'Bearer')
        .send(
          problem('unauthorized', 'Informe a chave da API no cabeçalho Authorization: Bearer …'),
        );
    }
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

function problem(code: string, message: string) {
  return { error: { code, message } };
}
