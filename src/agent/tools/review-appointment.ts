import { z } from 'zod';
import { type HeldVisit, inConversationTurn, type PatientDraft } from '../conversation-state.ts';
import type { FrontDesk } from '../front-desk.ts';
import { checkPatient, draftOf } from '../patient-draft.ts';
import { refuseHold } from '../slot-alternatives.ts';
import { defineTool, refused, type Tool, type ToolAnswer, type ToolContext } from '../tool.ts';
import { keepHeld } from '../visit-hold.ts';
import { reviewText } from '../visit-summary.ts';
import { wordingFor } from '../visit-words.ts';

const words = (most: number, meaning: string) => z.string().max(most).optional().describe(meaning);

const schema = z.strictObject({
  patient_name: z.string().max(400).describe('Nome completo de quem vai ser atendido.'),
  birth_date: words(120, 'Data de nascimento, nas palavras da pessoa.'),
  rg: words(120, 'RG, como a pessoa ditou.'),
  cpf: words(200, 'CPF, como a pessoa ditou, se ela quis informar.'),
  address: words(600, 'Endereço, se a pessoa quis informar.'),
  phone: words(200, 'Telefone com DDD, só se a pessoa disse um.'),
  email: words(600, 'E-mail, só se a pessoa disse um.'),
  caller_name: words(400, 'Nome de quem fala, se for outra pessoa.'),
  notes: words(2_000, 'Observações da pessoa, em poucas palavras.'),
});

/** The caller hears the summary and thinks it over: so much of the hold must be left. */
const timeForSummaryMs = 90_000;

/** Checks the patient's data and says everything back; nothing is booked before the caller has agreed to that. */
export function createReviewAppointment(desk: FrontDesk): Tool {
  return defineTool({
    name: 'review_appointment',
    description:
      'Confere os dados de quem vai ser atendido e devolve o resumo. Leia o resumo inteiro e espere a resposta da pessoa.',
    schema,
    run: (args, context) =>
      inConversationTurn(desk.state, async () => {
        const { hold } = desk.state;
        if (!hold) return nothingHeld();
        const checked = hold.replaces
          ? { value: draftOf(hold.replaces) }
          : checkPatient(args, context);
        if ('refusal' in checked) return refused(checked.refusal);
        return review(checked.value, hold, desk, context);
      }),
  });
}

function nothingHeld(): ToolAnswer {
  return refused({
    code: 'nothing-held',
    message: 'Ainda não há nenhum horário escolhido. Vamos escolher primeiro o horário?',
  });
}

async function review(
  draft: PatientDraft,
  before: HeldVisit,
  desk: FrontDesk,
  context: ToolContext,
): Promise<ToolAnswer> {
  const { clinic, conversationId } = context;
  const at = { conversationId, nowMs: context.clock.wallMs() };
  const kept = await keepHeld(desk, before, timeForSummaryMs, at);
  if (kept.outcome !== 'held') return refuseHold(kept, desk, context, 'hold-expired');
  const atTurn = context.callerTurn();
  desk.state.hold = { ...kept.hold, atTurn };
  desk.state.review = { draft, atTurn };
  const message = reviewText(kept.hold, draft, clinic, wordingFor(context));
  return { outcome: 'ok', output: { ok: true, message } };
}
