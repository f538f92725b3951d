import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { ClinicProfile } from '../agent/clinic-profile.ts';
import type { Conversation, ConversationHead } from '../messaging/conversation-record.ts';
import { type ConversationStore, spokenLines } from '../messaging/conversation-store.ts';
import type { JobQueue } from '../messaging/job-store.ts';
import type { TextConversations } from '../messaging/text-conversations.ts';
import { problem } from '../platform/problem.ts';
import type { ConsoleAccess } from './console-access.ts';
import type {
  ConversationLineView,
  ConversationRow,
  ConversationView,
  DeadJobView,
} from './conversation-view.ts';

export interface ConversationRouteParts {
  access: ConsoleAccess;
  texts: Pick<TextConversations, 'takeOver' | 'giveBack' | 'write' | 'close'>;
  conversations: Pick<ConversationStore, 'find' | 'list'>;
  jobs: Pick<JobQueue, 'dead' | 'revive' | 'counts'>;
  clinics: () => readonly ClinicProfile[];
}

const idShape = /^[a-z2-7]{26}$/;
const mostRows = 200;
const mostDead = 200;

const query = z.object({
  status: z.enum(['open', 'closed']).optional(),
  channel: z.enum(['whatsapp', 'web-chat']).optional(),
  clinic: z.string().max(100).optional(),
});
const message = z.strictObject({ text: z.string().trim().min(1).max(4_000) });

type Ids = { Params: { id: string } };

/** Conversations by text: reading, taking over, writing, giving back; and what the queue gave up. */
export function conversationRoutes(server: FastifyInstance, parts: ConversationRouteParts): void {
  const { access, texts, conversations, jobs } = parts;
  const path = '/console/api/conversations';
  const read = { onRequest: access.only('staff', 'admin', 'auditor') };
  const write = { onRequest: access.only('staff', 'admin') };

  async function seen(request: FastifyRequest<Ids>): Promise<Conversation | undefined> {
    const { id } = request.params;
    const found = idShape.test(id) ? await conversations.find(id) : undefined;
    return found && access.sees(request, found.clinic) ? found : undefined;
  }
  const note = (request: FastifyRequest, action: string, { id, clinic }: Conversation) =>
    access.audit(request, { action, clinicId: clinic, object: id });

  server.get(path, read, async (request, reply) => {
    const asked = query.safeParse(request.query);
    if (!asked.success) return refuse(reply, 400, 'invalid-request', 'O filtro não pôde ser lido.');
    const { clinic, status, channel } = asked.data;
    const clinics = parts
      .clinics()
      .map(({ id }) => id)
      .filter((id) => access.sees(request, id) && (!clinic || id === clinic));
    const rows = await conversations.list({
      clinics,
      limit: mostRows,
      ...(status ? { status } : {}),
      ...(channel ? { channel } : {}),
    });
    return { conversations: rows.map(rowOf) };
  });

  server.get<Ids>(`${path}/:id`, read, async (request, reply) => {
    const found = await seen(request);
    if (!found) return refuseUnknown(reply);
    await note(request, 'conversation.read', found);
    return { conversation: viewOf(found) };
  });

  /** Each does one thing to a conversation that is open, and answers with it. */
  function deed(
    name: string,
    action: string,
    act: (
      conversation: Conversation,
      request: FastifyRequest<Ids>,
      reply: FastifyReply,
    ) => Promise<Conversation | undefined>,
  ): void {
    server.post<Ids>(`${path}/:id/${name}`, write, async (request, reply) => {
      const found = await seen(request);
      if (!found) return refuseUnknown(reply);
      if (found.status === 'closed')
        return refuse(reply, 409, 'conversation-closed', 'Esta conversa já foi encerrada.');
      await note(request, action, found);
      const after = await act(found, request, reply);
      if (reply.sent) return reply;
      return after ? { conversation: viewOf(after) } : refuseUnknown(reply);
    });
  }

  deed('take', 'conversation.take', ({ id }, request) =>
    texts.takeOver(id, access.who(request).name),
  );
  deed('give-back', 'conversation.give-back', ({ id }) => texts.giveBack(id));
  deed('close', 'conversation.close', ({ id, clinic }) =>
    texts.close(
      id,
      'staff',
      parts.clinics().find((one) => one.id === clinic),
    ),
  );
  deed('messages', 'conversation.write', async ({ id, heldBy }, request, reply) => {
    const asked = message.safeParse(request.body);
    if (!asked.success) {
      refuse(reply, 400, 'invalid-message', 'Escreva uma mensagem de até 4.000 caracteres.');
      return undefined;
    }
    if (!heldBy) {
      refuse(reply, 409, 'not-held', 'Assuma a conversa antes de escrever.');
      return undefined;
    }
    return texts.write(id, { text: asked.data.text, by: access.who(request).name });
  });

  const admin = { onRequest: access.only('admin') };
  server.get('/console/api/jobs', admin, async () => {
    const dead = await jobs.dead(mostDead);
    return { counts: await jobs.counts(), dead: dead.map(deadView) };
  });
  server.post<Ids>('/console/api/jobs/:id/retry', admin, async (request, reply) => {
    const { id } = request.params;
    await access.audit(request, { action: 'job.retry', object: id.slice(0, 120) });
    const outcome = await jobs.revive(id);
    if (outcome === 'revived') return { outcome };
    return refuse(reply, 404, 'not-found', 'Esta tarefa não está entre as que falharam.');
  });
}

function rowOf(head: ConversationHead): ConversationRow {
  const { id, clinic, channel, senderName, senderKey, protocol, status, heldBy } = head;
  return {
    ...{ id, clinic, channel, protocol, status },
    name: senderName,
    number: channel === 'whatsapp' ? `•••• ${senderKey.slice(-4)}` : null,
    openedAt: toIso(head.openedAtMs),
    updatedAt: toIso(head.updatedAtMs),
    heldBy: heldBy?.name ?? null,
    isPending: head.isPending,
  };
}

function viewOf(conversation: Conversation): ConversationView {
  const { inbox, summary, closedBecause, appointments, turn, answerDue } = conversation;
  const lines = spokenLines(conversation).map((line): ConversationLineView => {
    const { who, text, atMs } = line;
    return { at: toIso(atMs), who, text, ...(who === 'staff' ? { by: line.by } : {}) };
  });
  const waiting = inbox.map(({ atMs, text, kind }) => ({
    at: toIso(atMs),
    who: 'sender' as const,
    text: text || `[${kind}]`,
  }));
  return {
    ...rowOf({ ...conversation, isPending: inbox.length > 0 || turn !== null || answerDue }),
    lines: [...lines, ...waiting],
    outbox: conversation.outbox.map(({ atMs, text, by, state, delivery, code }) => ({
      at: toIso(atMs),
      ...{ text, by, state, delivery, code },
    })),
    summary,
    closedBecause,
    appointments,
  };
}

function deadView({
  id,
  kind,
  attempts,
  reason,
  diedAtMs,
}: Awaited<ReturnType<JobQueue['dead']>>[number]): DeadJobView {
  return { id, kind, attempts, reason, diedAt: toIso(diedAtMs) };
}

function toIso(ms: number): string {
  return new Date(ms).toISOString();
}

function refuse(reply: FastifyReply, status: number, code: string, text: string) {
  return reply.code(status).send(problem(code, text));
}

function refuseUnknown(reply: FastifyReply) {
  return refuse(reply, 404, 'not-found', 'Esta conversa não existe.');
}
