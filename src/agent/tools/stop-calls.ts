import { z } from 'zod';
import { inConversationTurn } from '../conversation-state.ts';
import type { FrontDesk } from '../front-desk.ts';
import type { OutboundContact } from '../outbound-contact.ts';
import { defineTool, refused, type Tool, type ToolAnswer, type ToolContext } from '../tool.ts';

/** Nothing is taken from the model: the number is that of the conversation, whoever asks for another one. */
const schema = z.strictObject({});

const description =
  'A pessoa não quer mais receber ligações nem mensagens da clínica. Vale só para o número desta conversa. A primeira chamada diz o que perguntar; chame de novo depois do sim.';

/**
 * Puts the number that speaks to us on the list of people who are not contacted on any channel, once they have said so
 * twice. @param contact when we rang them: their row of the list has the answer, too
 */
export function createStopCalls(desk: FrontDesk, contact?: OutboundContact): Tool {
  return defineTool({
    name: 'stop_calls',
    description,
    schema,
    run: (_nothing, context) =>
      inConversationTurn(desk.state, () => stopCalls(desk, contact, context)),
  });
}

async function stopCalls(
  { state, optOuts, metrics }: FrontDesk,
  contact: OutboundContact | undefined,
  context: ToolContext,
): Promise<ToolAnswer> {
  const { callerE164, channel, clock, conversationId } = context;
  if (callerE164 === undefined) return unknownNumber;
  const turn = context.callerTurn();
  state.stopCallsAskedAtTurn ??= turn;
  if (turn <= state.stopCallsAskedAtTurn) return askFirst;
  await optOuts.add({ e164: callerE164, atMs: clock.wallMs(), channel });
  await contact?.keepAnswer('do-not-call', conversationId);
  if (!state.deeds.some(({ type }) => type === 'calls-stopped')) {
    state.deeds.push({ type: 'calls-stopped' });
    metrics.count('opt_outs_total', { channel });
  }
  return { outcome: 'ok', output: { ok: true, message: done } };
}

const unknownNumber = refused({
  code: 'unknown-number',
  message:
    'Por aqui não sei de que telefone se trata, então não consigo tirar da lista. Posso anotar um recado para a equipe fazer isso?',
});

const askFirst = refused({
  code: 'wait-for-caller',
  message:
    'O que já está marcado continua valendo. Quer que este número não receba mais ligações nem mensagens nossas, nem lembretes?',
});

const done =
  'Pronto, não vamos mais ligar nem mandar mensagens para este número. O que já está marcado continua valendo. Posso ajudar em mais alguma coisa?';
