import { z } from 'zod';
import { type ClinicProfile, type PaymentMethod, paymentMethods } from '../clinic-profile.ts';
import { type HeldVisit, inConversationTurn, type Payment } from '../conversation-state.ts';
import type { FrontDesk } from '../front-desk.ts';
import { parseMoney } from '../language/money-words.ts';
import { plainText } from '../plain-text.ts';
import { folded } from '../portuguese-words.ts';
import { defineTool, refused, type Tool, type ToolAnswer, type ToolContext } from '../tool.ts';
import { nextQuestion } from '../visit-questions.ts';
import { methodList } from '../visit-summary.ts';
import { type Wording, wordingFor } from '../visit-words.ts';

const schema = z.strictObject({
  method: z.enum(paymentMethods).describe('Dinheiro, PIX, cartão de crédito ou de débito.'),
  cash_amount: z
    .string()
    .max(200)
    .optional()
    .describe('Só em dinheiro: quanto a pessoa vai levar, nas palavras dela.'),
});

/** How the held visit will be paid; change is counted here, never by the model. */
export function createChoosePayment(desk: FrontDesk): Tool {
  return defineTool({
    name: 'choose_payment',
    description:
      'Anota a forma de pagamento do que está guardado e calcula o troco. O pagamento é feito no dia.',
    schema,
    run: (args, context) =>
      inConversationTurn(desk.state, async () => {
        const { hold } = desk.state;
        if (!hold) return nothingHeld();
        const chosen = paymentFor(args, hold, context);
        if ('refusal' in chosen) return chosen.refusal;
        // What was read back is not what will be booked any more.
        if (JSON.stringify(chosen.payment) !== JSON.stringify(hold.payment)) {
          desk.state.review = undefined;
        }
        const paid: HeldVisit = { ...hold, payment: chosen.payment };
        desk.state.hold = paid;
        return accepted(paid, chosen.payment, context);
      }),
  });
}

function nothingHeld(): ToolAnswer {
  return refused({
    code: 'nothing-held',
    message: 'Ainda não há nenhum horário escolhido. Vamos escolher primeiro o horário?',
  });
}

type Chosen = { payment: Payment } | { refusal: ToolAnswer };

function paymentFor(
  { method, cash_amount }: { method: PaymentMethod; cash_amount?: string | undefined },
  { totalCentavos }: HeldVisit,
  context: ToolContext,
): Chosen {
  const { clinic } = context;
  if (!clinic.payment?.methods.includes(method)) return { refusal: notAccepted(clinic) };
  if (method !== 'cash' || totalCentavos === null) {
    return { payment: { method, cashCentavos: null, changeCentavos: null } };
  }
  return cashFor(plainText(cash_amount ?? ''), totalCentavos, wordingFor(context));
}

function notAccepted(clinic: ClinicProfile): ToolAnswer {
  const message = clinic.payment
    ? `Essa forma de pagamento não é aceita aqui. Aceitamos ${methodList(clinic)}. Qual prefere?`
    : 'A forma de pagamento é combinada direto na clínica. Podemos seguir com os dados.';
  return refused({ code: 'method-not-accepted', field: 'method', message });
}

/** “Não preciso de troco”, “certinho”: exactly what it costs. */
const exactWords =
  /\b(?:sem troco|nao (?:\w+ ){0,2}(?:de )?troco|valor exato|exato|exata|certinho|trocado|valor certo)\b/;

function cashFor(said: string, total: number, wording: Wording): Chosen {
  const ask = (message: string, code = 'cash-needed'): Chosen => ({
    refusal: refused({ code, field: 'cash_amount', message, total: wording.money(total) }),
  });
  if (said === '') {
    return ask(
      `O total é ${wording.money(total)}. Quanto vai levar em dinheiro, para eu calcular o troco?`,
    );
  }
  const reading = parseMoney(said);
  if (reading.kind === 'ambiguous') {
    return ask(`Seriam ${reading.options.map((one) => wording.money(one)).join(', ou ')}?`);
  }
  const isExact = reading.kind === 'not-understood' && exactWords.test(folded(said));
  if (reading.kind === 'not-understood' && !isExact) {
    return ask(`Não entendi o valor. O total é ${wording.money(total)}. Quanto vai levar?`);
  }
  const cash = reading.kind === 'money' ? reading.centavos : total;
  if (cash < total) {
    return ask(
      `Esse valor não chega: o total é ${wording.money(total)}. Quanto vai levar?`,
      'cash-too-low',
    );
  }
  return { payment: { method: 'cash', cashCentavos: cash, changeCentavos: cash - total } };
}

function accepted(hold: HeldVisit, payment: Payment, context: ToolContext): ToolAnswer {
  const { clinic } = context;
  const wording = wordingFor(context);
  const { totalCentavos } = hold;
  const { changeCentavos } = payment;
  const message = [
    totalCentavos === null ? '' : `O total é ${wording.money(totalCentavos)}.`,
    howToPay(payment, clinic, wording),
    'O pagamento é feito no dia do atendimento, na clínica.',
    hold.replaces ? '' : nextQuestion(hold, clinic),
  ]
    .filter(Boolean)
    .join(' ');
  return {
    outcome: 'ok',
    output: {
      ok: true,
      message,
      ...(totalCentavos === null ? {} : { total: wording.money(totalCentavos) }),
      ...(changeCentavos === null ? {} : { change: wording.money(changeCentavos) }),
    },
  };
}

function howToPay({ method, ...cash }: Payment, clinic: ClinicProfile, wording: Wording): string {
  switch (method) {
    case 'cash':
      if (cash.cashCentavos === null) return 'Anotei pagamento em dinheiro.';
      if (!cash.changeCentavos) return `Você leva ${wording.money(cash.cashCentavos)}, sem troco.`;
      return `Você leva ${wording.money(cash.cashCentavos)} e o troco é ${wording.money(cash.changeCentavos)}.`;
    case 'pix':
      return pixText(clinic, wording);
    case 'credit-card':
    case 'debit-card':
      return 'A maquininha de cartão estará na clínica.';
    default:
      return method satisfies never;
  }
}

function pixText({ payment }: ClinicProfile, wording: Wording): string {
  const key = payment?.pixKey;
  if (!key) return 'A chave PIX é informada na recepção.';
  const digits = key.value.replace(/\D/g, '');
  switch (key.type) {
    case 'cpf':
      return `A chave PIX é o CPF ${wording.cpf(digits)}.`;
    case 'phone':
      return `A chave PIX é o telefone ${wording.phone(`+${digits.replace(/^(?!55)/, '55')}`)}.`;
    case 'email':
      return `A chave PIX é o e-mail ${wording.email(key.value)}.`;
    case 'cnpj':
      return `A chave PIX é o CNPJ ${wording.code(digits)}.`;
    // Thirty-two letters and digits: nobody writes them down from a telephone.
    case 'random':
      return wording.isHeard
        ? 'A chave PIX é informada na recepção.'
        : `A chave PIX é ${key.value}.`;
    default:
      return key.type satisfies never;
  }
}
