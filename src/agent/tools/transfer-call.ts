import { z } from 'zod';
import { inConversationTurn } from '../conversation-state.ts';
import type { FrontDesk } from '../front-desk.ts';
import { clinicTime } from '../spoken-portuguese.ts';
import { defineTool, refused, type Tool, type ToolAnswer, type ToolContext } from '../tool.ts';
import { transferBriefing } from '../transfer-briefing.ts';
import { mostAttempts } from '../transfer-outcome.ts';
import { alternativesText, planTransfer, type TransferPlan } from '../transfer-plan.ts';
import type { TransferDestination } from '../transfer-setting.ts';

const schema = z.strictObject({
  destination: z
    .string()
    .max(300)
    .describe('Com quem a pessoa quer falar, nas palavras dela, como "recepção". Nunca um número.'),
  reason: z.string().max(300).optional().describe('Motivo, se a pessoa disse.'),
});

const description =
  'Passa a ligação para uma pessoa ou setor da clínica. A primeira chamada confere se há quem atenda e diz o que perguntar; chame de novo depois do sim.';

/** Asks for a transfer; whoever holds the call lets it be announced first, then dials. Nothing that was said is dialled. */
export function createTransferCall(desk: FrontDesk): Tool {
  return defineTool({
    name: 'transfer_call',
    description,
    schema,
    run: ({ destination }, context) =>
      inConversationTurn(desk.state, async () => transfer(desk, destination, context)),
  });
}

function transfer(desk: FrontDesk, words: string, context: ToolContext): ToolAnswer {
  if (context.channel !== 'voice') return voiceOnly;
  const { clinic, clock } = context;
  const now = clinicTime(clock.wallMs(), clinic.timeZone);
  const plan = planTransfer(words, clinic, now);
  if (plan.outcome !== 'dial') return notDialled(desk, plan, context);
  const { destination } = plan;
  const { state, metrics } = desk;
  const failedBefore = state.failedTransfers.get(destination.id) ?? 0;
  if (failedBefore >= mostAttempts) return triedEnough(destination);
  if (!agreedTo(desk, destination, context)) return askCaller(destination);
  const briefing = transferBriefing({
    state,
    reason: 'asked-for-person',
    timeZone: clinic.timeZone,
    currentYear: now.year,
  });
  state.agreedTransfer = { destination, briefing, failedBefore };
  metrics.count('transfers_total', { kind: destination.kind, outcome: 'agreed' });
  return {
    outcome: 'ok',
    output: { ok: true, destination: destination.name, message: plan.say },
    effects: [{ type: 'transfer-agreed', destination: destination.id }],
  };
}

/** The caller has spoken since they were asked about this very destination. */
function agreedTo({ state }: FrontDesk, { id }: TransferDestination, context: ToolContext) {
  const { offeredTransfer: offered } = state;
  const turn = context.callerTurn();
  if (offered?.id === id) return turn > offered.atTurn;
  state.offeredTransfer = { id, atTurn: turn };
  return false;
}

function notDialled(
  { log, metrics }: FrontDesk,
  plan: Exclude<TransferPlan, { outcome: 'dial' }>,
  { conversationId }: ToolContext,
): ToolAnswer {
  const { outcome, say } = plan;
  metrics.count('transfers_total', { outcome });
  if (outcome === 'number-refused')
    log.warn({ callId: conversationId }, 'a transfer to a spoken number was refused');
  const options = 'options' in plan ? { options: plan.options } : {};
  return refused({ code: outcome, field: 'destination', message: say, ...options });
}

function askCaller({ name }: TransferDestination): ToolAnswer {
  return refused({
    code: 'wait-for-caller',
    message: `Posso passar a ligação agora: ${name}. Quer que eu passe?`,
  });
}

function triedEnough({ name }: TransferDestination): ToolAnswer {
  return refused({
    code: 'tried-enough',
    message: `${name}: já tentei e não foi possível falar. ${alternativesText(['message', 'call-back'])}`,
  });
}

const voiceOnly = refused({
  code: 'voice-only',
  message: `Por aqui não dá para passar a ligação. ${alternativesText(['message', 'call-back'])}`,
});
