import type { FastifyInstance } from 'fastify';
import type { ClinicProfile } from '../agent/clinic-profile.ts';
import type { OptOutStore } from '../agent/opt-out-store.ts';
import { isHeldBy } from '../messaging/conversation-handover.ts';
import type { Conversation } from '../messaging/conversation-record.ts';
import type { ConversationStore } from '../messaging/conversation-store.ts';
import type { TextConversations } from '../messaging/text-conversations.ts';
import { invitationTexts } from '../messaging/whatsapp-sending.ts';
import { isWindowOpen } from '../messaging/whatsapp-text.ts';
import type { Clock } from '../platform/clock.ts';
import { problem } from '../platform/problem.ts';
import type { ConsoleAccess } from './console-access.ts';
import type { ReopenedView } from './conversation-view.ts';

export interface ReopenRouteParts {
  access: ConsoleAccess;
  texts: Pick<TextConversations, 'reopen'>;
  conversations: Pick<ConversationStore, 'find' | 'findOpen'>;
  optOuts: Pick<OptOutStore, 'has'>;
  clinicOf(id: string): Pick<ClinicProfile, 'whatsapp'> | undefined;
  clock: Pick<Clock, 'wallMs'>;
}

const idShape = /^[a-z2-7]{26}$/;
/** One such message a person in this time, ms. */
const againAfterMs = 24 * 3_600_000;

type Refusal = keyof typeof refusals;
const refusals = {
  'not-whatsapp': 'Só conversas do WhatsApp podem ser retomadas assim.',
  'window-open': 'A pessoa escreveu há menos de 24 horas: assuma a conversa e escreva normalmente.',
  'no-template':
    'Esta clínica não tem um modelo de mensagem aprovado para retomar conversas. Peça a um administrador que o registre no arquivo da clínica, ou telefone.',
  'opted-out': 'Esta pessoa pediu para não ser procurada.',
  'already-asked': 'Já pedimos resposta a esta pessoa nas últimas 24 horas. Espere, ou telefone.',
  held: 'Outra pessoa da equipe está com esta conversa.',
} as const;

/** Staff ask a person who has not written on WhatsApp for a day to answer, with words that were approved beforehand. */
export function reopenRoutes(server: FastifyInstance, parts: ReopenRouteParts): void {
  const { access, conversations, texts, clock } = parts;

  server.post<{ Params: { id: string } }>(
    '/console/api/conversations/:id/reopen',
    { onRequest: access.only('staff', 'admin') },
    async (request, reply) => {
      const { id } = request.params;
      const asked = idShape.test(id) ? await conversations.find(id) : undefined;
      if (!asked || !access.sees(request, asked.clinic))
        return reply.code(404).send(problem('not-found', 'Esta conversa não existe.'));
      const { clinic: clinicId, channel, senderKey } = asked;
      const sender = { clinic: clinicId, channel, senderKey };
      const open = await conversations.findOpen(sender);
      const by = access.who(request);
      const refuse = (code: Refusal) => reply.code(409).send(problem(code, refusals[code]));
      if (open?.heldBy && !isHeldBy(open, by)) return refuse('held');
      const refusal = refusalOf(asked, open, {
        clinic: parts.clinicOf(clinicId),
        isOptedOut: parts.optOuts.has(senderKey),
        nowMs: clock.wallMs(),
      });
      if (refusal) return refuse(refusal);
      await access.audit(request, { action: 'conversation.reopen', clinicId, object: id });
      const text = invitationTexts.reopen;
      const after = await texts.reopen(sender, { text, template: 'reopen', by });
      if (!after || !isHeldBy(after, by)) return refuse('held');
      const view: ReopenedView = { conversation: after.id };
      return view;
    },
  );
}

/** Pure. @param open of the same person; the one that was asked for may be closed */
export function refusalOf(
  asked: Pick<Conversation, 'channel' | 'heardAtMs' | 'outbox'>,
  open: Pick<Conversation, 'heardAtMs' | 'outbox'> | undefined,
  given: {
    clinic: Pick<ClinicProfile, 'whatsapp'> | undefined;
    isOptedOut: boolean;
    nowMs: number;
  },
): Refusal | undefined {
  const { clinic, isOptedOut, nowMs } = given;
  if (asked.channel !== 'whatsapp') return 'not-whatsapp';
  if (isOptedOut) return 'opted-out';
  const isTaken = isWindowOpen((open ?? asked).heardAtMs, nowMs);
  // In one that is closed nobody can write, whatever WhatsApp takes.
  if (isTaken) return open ? 'window-open' : undefined;
  if (!clinic?.whatsapp?.templates.reopen) return 'no-template';
  const last = [...asked.outbox, ...(open?.outbox ?? [])].findLast(
    ({ template, state }) => template === 'reopen' && state !== 'refused',
  );
  return last && nowMs - last.atMs < againAfterMs ? 'already-asked' : undefined;
}
