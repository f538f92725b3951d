import type { ClinicProfile } from '../agent/clinic-profile.ts';
import { plainText } from '../agent/plain-text.ts';
import type { Conversation, Outgoing } from './conversation-record.ts';
import type { SendResult } from './outbox-steps.ts';
import { isWindowOpen } from './whatsapp-text.ts';

/** Ours, in the outbox, where the carrier would answer the same: no free text to who has not written for a day. */
export const outsideWindow = 63_016;

type WhatsappMessage = {
  to: string;
  from: string;
  by: 'whatsapp';
  statusCallback: string;
} & ({ body: string } | { contentSid: string; contentVariables: Record<string, string> });

/** Pure: what is asked of the carrier. To who has not written for a day only an approved template may go. */
export function messageFor(given: {
  conversation: Pick<Conversation, 'id' | 'senderKey' | 'heardAtMs'>;
  message: Pick<Outgoing, 'id' | 'text' | 'template'>;
  clinic: Pick<ClinicProfile, 'name' | 'whatsapp'> | undefined;
  nowMs: number;
  statusUrl: string;
}): WhatsappMessage | { code: number } {
  const { conversation, message, clinic, nowMs, statusUrl } = given;
  const number = clinic?.whatsapp?.number;
  if (!clinic || !number) return { code: 0 };
  const query = new URLSearchParams({ conversation: conversation.id, message: message.id });
  const addressed = {
    to: conversation.senderKey,
    from: number,
    by: 'whatsapp',
    statusCallback: `${statusUrl}?${query}`,
  } as const;
  if (isWindowOpen(conversation.heardAtMs, nowMs)) return { ...addressed, body: message.text };
  const contentSid = message.template ? clinic.whatsapp?.templates[message.template] : undefined;
  return contentSid
    ? { ...addressed, contentSid, contentVariables: { 1: plainText(clinic.name).slice(0, 60) } }
    : { code: outsideWindow };
}

/** In words of our own, while free text is taken; the approved texts say the same. No health detail in either. */
export const invitationTexts: Record<NonNullable<Outgoing['template']>, string> = {
  continueBooking:
    'Olá! A nossa ligação caiu. Se quiser, podemos continuar por aqui: é só responder esta mensagem. Para não receber mais, escreva PARAR.',
  reopen:
    'Olá! Temos uma resposta para você. Responda esta mensagem para continuarmos por aqui. Para não receber mais, escreva PARAR.',
};

/** Too many at once, or not even sent: asked again later. What may have arrived is not. */
export function toSendResult(
  answer:
    | { outcome: 'sent'; messageSid: string }
    | { outcome: 'refused'; code: number; httpStatus: number }
    | { outcome: 'unknown' },
): SendResult {
  if (answer.outcome !== 'refused') return answer;
  const { code, httpStatus } = answer;
  return { outcome: 'refused', code, mayRepeat: httpStatus === 429 || httpStatus === 0 };
}
