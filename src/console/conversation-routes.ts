import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { ClinicProfile } from '../agent/clinic-profile.ts';
import type { StaffRequestStore } from '../agent/staff-request.ts';
import { isHeldBy } from '../messaging/conversation-handover.ts';
import type { Conversation } from '../messaging/conversation-record.ts';
import type { ConversationStore } from '../messaging/conversation-store.ts';
import type { TextConversations } from '../messaging/text-conversations.ts';
import { isWindowOpen } from '../messaging/whatsapp-text.ts';
import type { Clock } from '../platform/clock.ts';
import { problem } from '../platform/problem.ts';
import type { AppointmentStore } from '../scheduling/appointment-store.ts';
import type { ConsoleAccess } from './console-access.ts';
import { conversationRow, conversationView, versionOf } from './conversation-details.ts';
import type { ConversationListView, OneConversationView } from './conversation-view.ts';
import { createReadingNotes } from './reading-notes.ts';

export interface ConversationRouteParts {
  access: ConsoleAccess;
  texts: Pick<TextConversations, 'takeOver' | 'giveBack' | 'write' | 'close'>;
  conversations: Pick<ConversationStore, 'find' | 'list'>;
  appointments: Pick<AppointmentStore, 'find'>;
  requests: Pick<StaffRequestStore, 'find'>;
  clinics: () => readonly ClinicProfile[];
  clock: Pick<Clock, 'wallMs'>;
}

const idShape = /^[a-z2-7]{26}$/;
const mostRows = 200;

const known = z.object({ unless: z.string().max(40).optional() });
const query = known.extend({
  status: z.enum(['open', 'closed']).optional(),
  channel: z.enum(['whatsapp', 'web-chat']).optional(),
  clinic: z.string().max(100).optional(),
});
const take = z.strictObject({ instead: z.boolean().default(false) });
const message = z.strictObject({ text: z.string().trim().min(1).max(4_000) });

type Ids = { Params: { id: string } };

/** Conversations by text: reading, taking over, writing, giving back, closing. */
export function conversationRoutes(server: FastifyInstance, parts: ConversationRouteParts): void {
  const { access, texts, conversations } = parts;
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
    const who = access.who(request);
    const answer = { conversations: rows.map((row) => conversationRow(row, who)) };
    const version = versionOf(answer);
    if (asked.data.unless === version) return reply.code(204).send();
    const view: ConversationListView = { version, ...answer };
    return view;
  });

  /** As whoever asks may see it. */
  async function viewed(found: Conversation, request: FastifyRequest) {
    const done = await Promise.all(
      found.appointments.map(
        async (id) => (await parts.appointments.find(id)) ?? (await parts.requests.find(id)),
      ),
    );
    const there = done.filter((one) => one !== undefined);
    const conversation = conversationView(found, there, access.who(request), parts.clock.wallMs());
    const view: OneConversationView = { version: versionOf(conversation), conversation };
    return view;
  }

  const notes = createReadingNotes();
  server.get<Ids>(`${path}/:id`, read, async (request, reply) => {
    const found = await seen(request);
    if (!found) return refuseUnknown(reply);
    const view = await viewed(found, request);
    if (known.safeParse(request.query).data?.unless === view.version) return reply.code(204).send();
    const { userId } = access.who(request);
    const nowMs = parts.clock.wallMs();
    if (!notes.isNoted(userId, found.id, nowMs)) await note(request, 'conversation.read', found);
    notes.noted(userId, found.id, nowMs);
    return view;
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
      if (found.status === 'closed') return refuseClosed(reply);
      await note(request, action, found);
      const after = await act(found, request, reply);
      if (reply.sent) return reply;
      if (!after) return refuseUnknown(reply);
      // Somebody else, or the agent's goodbye, was faster.
      if (after.status === 'closed' && name !== 'close') return refuseClosed(reply);
      return viewed(after, request);
    });
  }

  deed('take', 'conversation.take', async ({ id }, request, reply) => {
    const asked = take.safeParse(request.body ?? {});
    if (!asked.success) {
      refuse(reply, 400, 'invalid-request', 'O pedido não pôde ser lido.');
      return undefined;
    }
    const who = access.who(request);
    const after = await texts.takeOver(id, who, asked.data.instead);
    if (after?.heldBy && !isHeldBy(after, who))
      refuse(reply, 409, 'held', `${after.heldBy.name} já está com esta conversa.`);
    return after;
  });
  deed('give-back', 'conversation.give-back', ({ id }) => texts.giveBack(id));
  deed('close', 'conversation.close', ({ id, clinic }) =>
    texts.close(
      id,
      'staff',
      parts.clinics().find((one) => one.id === clinic),
    ),
  );
  deed('messages', 'conversation.write', async (found, request, reply) => {
    const { id, channel, heardAtMs } = found;
    const asked = message.safeParse(request.body);
    if (!asked.success) {
      refuse(reply, 400, 'invalid-message', 'Escreva uma mensagem de até 4.000 caracteres.');
      return undefined;
    }
    const who = access.who(request);
    const isTaken = channel !== 'whatsapp' || isWindowOpen(heardAtMs, parts.clock.wallMs());
    if (!isTaken && isHeldBy(found, who)) {
      refuse(reply, 409, 'outside-window', outsideWindow);
      return undefined;
    }
    const after = await texts.write(id, { text: asked.data.text, by: who });
    if (after?.status === 'open' && !isHeldBy(after, who)) {
      const why = after.heldBy
        ? `${after.heldBy.name} está com esta conversa agora; a mensagem não foi enviada.`
        : 'Assuma a conversa antes de escrever.';
      refuse(reply, 409, 'not-held', why);
    }
    return after;
  });
}

const outsideWindow =
  'A pessoa não escreve há mais de 24 horas, e o WhatsApp não aceita mensagem livre. Use “Retomar conversa”: quando ela responder, você pode escrever.';

function refuseClosed(reply: FastifyReply) {
  return refuse(reply, 409, 'conversation-closed', 'Esta conversa já foi encerrada.');
}

function refuse(reply: FastifyReply, status: number, code: string, text: string) {
  return reply.code(status).send(problem(code, text));
}

function refuseUnknown(reply: FastifyReply) {
  return refuse(reply, 404, 'not-found', 'Esta conversa não existe.');
}
