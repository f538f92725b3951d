import type { FastifyInstance, FastifyRequest } from 'fastify';
import { clinicForWhatsapp } from '../agent/clinic-loader.ts';
import type { ClinicProfile } from '../agent/clinic-profile.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { Metrics } from '../platform/metrics.ts';
import { problem, requireBearer } from '../platform/problem.ts';
import { parseInboundMessage, parseMessageStatus } from '../twilio/message-webhook.ts';
import type { SignatureCheck } from '../twilio/webhook-signature.ts';
import type { ConversationStore } from './conversation-store.ts';
import { createFloodGate } from './flood-gate.ts';
import { reported } from './outbox-steps.ts';
import type { WhatsappWorker } from './whatsapp-worker.ts';

export interface WhatsappRouteParts {
  /** Absent in the sandbox only, which listens on loopback. */
  signature: SignatureCheck | undefined;
  clinics: () => readonly ClinicProfile[];
  worker: Pick<WhatsappWorker, 'accept'>;
  store: Pick<ConversationStore, 'update'>;
  clock: Clock;
  log: Log;
  metrics: Metrics;
}

export interface WhatsappStateParts {
  clinics: () => readonly ClinicProfile[];
  store: Pick<ConversationStore, 'list'>;
  /** Why nothing can be answered at the moment, if so. */
  trouble: () => Promise<string | undefined>;
  authorise: (request: FastifyRequest) => boolean;
}

export const whatsappPath = '/whatsapp';
export const whatsappStatusPath = '/whatsapp-status';

/** An answer without words: the reply follows by itself. */
const emptyAnswer = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>';

/** Conversations counted for the state of a number; beyond it the count says “at least”. */
const mostCounted = 100_000;

/** Twilio's webhooks of WhatsApp. Everything is proven to be Twilio's before it has any effect. */
export function whatsappRoutes(app: FastifyInstance, parts: WhatsappRouteParts): void {
  const { clock, metrics, log } = parts;
  const gate = createFloodGate(clock);

  function isSigned(request: FastifyRequest): boolean {
    const { signature } = parts;
    const url = request.raw.url ?? '';
    const isTrue =
      signature === undefined ||
      signature.webhook(url, request.headers['x-twilio-signature'], formOf(request));
    if (!isTrue) metrics.count('webhook_rejected_total', { where: request.routeOptions.url ?? '' });
    return isTrue;
  }

  app.post(whatsappPath, async (request, reply) => {
    const begunMs = clock.monotonicMs();
    if (!isSigned(request)) return reply.code(403).send();
    const accepted = await accept(formOf(request));
    metrics.observe('webhook_seconds', (clock.monotonicMs() - begunMs) / 1_000);
    if (!accepted) return reply.code(503).send();
    return reply.type('text/xml; charset=utf-8').send(emptyAnswer);
  });

  /** @returns false when it could not be kept: Twilio's fallback address, when there is one, is asked next */
  async function accept(form: Record<string, unknown>): Promise<boolean> {
    const message = parseInboundMessage(form);
    if (!message) {
      metrics.count('text_messages_total', { channel: 'whatsapp', what: 'ignored' });
      return true;
    }
    const { to, ...rest } = message;
    const clinic = clinicForWhatsapp(parts.clinics(), to);
    if (!clinic) {
      log.warn('a message came to a WhatsApp number that no clinic has');
      metrics.count('text_messages_total', { channel: 'whatsapp', what: 'no-clinic' });
      return true;
    }
    if (!gate.mayPass(`${clinic.id} ${message.from}`)) {
      metrics.count('text_messages_total', { channel: 'whatsapp', what: 'flood' });
      return true;
    }
    try {
      const answer = await parts.worker.accept({
        ...rest,
        clinic: clinic.id,
        atMs: clock.wallMs(),
      });
      if (answer === 'exists') metrics.count('webhook_duplicate_total', { where: whatsappPath });
      else metrics.count('text_messages_total', { channel: 'whatsapp', what: 'received' });
      return true;
    } catch (err) {
      log.error({ err }, 'a message could not be kept');
      return false;
    }
  }

  app.post<{ Querystring: { conversation?: string; message?: string } }>(
    whatsappStatusPath,
    async (request, reply) => {
      if (!isSigned(request)) return reply.code(403).send();
      const status = parseMessageStatus(formOf(request));
      const { conversation, message } = request.query;
      if (status && typeof conversation === 'string' && typeof message === 'string') {
        await parts.store.update(conversation, (newest) => reported(newest, message, status));
        if (status.delivery === 'failed')
          log.warn(
            { conversationId: conversation, code: status.code },
            'the carrier did not deliver a message',
          );
        metrics.count('text_messages_total', { channel: 'whatsapp', what: status.delivery });
      }
      return reply.code(204).send();
    },
  );
}

/** Whether each number is served, and what goes on there: for staff and for who watches the system. */
export function whatsappStateRoutes(
  app: FastifyInstance,
  parts: WhatsappStateParts,
  done: () => void,
): void {
  requireBearer(app, parts.authorise);
  app.get('/api/v1/whatsapp', async () => {
    const trouble = await parts.trouble();
    const served = parts.clinics().filter(({ whatsapp }) => whatsapp !== undefined);
    return {
      numbers: await Promise.all(served.map((clinic) => whatsappState(parts, clinic, trouble))),
    };
  });
  app.get<{ Params: { clinic: string } }>('/api/v1/whatsapp/:clinic', async (request, reply) => {
    const clinic = parts.clinics().find(({ id }) => id === request.params.clinic);
    if (clinic?.whatsapp) return whatsappState(parts, clinic, await parts.trouble());
    return reply
      .code(404)
      .send(problem('not-found', 'Esta clínica não existe ou não tem WhatsApp.'));
  });
  done();
}

/** How a clinic's WhatsApp number is, and what goes on there. @param trouble why nothing can be answered, if so */
export async function whatsappState(
  { store }: Pick<WhatsappStateParts, 'store'>,
  clinic: ClinicProfile,
  trouble: string | undefined,
) {
  const query = { clinics: [clinic.id], channel: 'whatsapp' } as const;
  const open = await store.list({ ...query, status: 'open', limit: mostCounted });
  const [newest] = await store.list({ ...query, limit: 1 });
  return {
    clinic: clinic.id,
    number: clinic.whatsapp?.number ?? null,
    status: trouble === undefined ? ('ready' as const) : ('not-ready' as const),
    reason: trouble ?? null,
    openConversations: open.length,
    heldByPeople: open.filter(({ heldBy }) => heldBy !== null).length,
    awaitingReply: open.filter(({ isPending }) => isPending).length,
    lastMessageAt: newest ? new Date(newest.updatedAtMs).toISOString() : null,
    templates: Object.keys(clinic.whatsapp?.templates ?? {}),
  };
}

function formOf(request: FastifyRequest): Record<string, unknown> {
  const { body } = request;
  return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
}
