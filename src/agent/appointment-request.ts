import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import {
  type AppointmentDraft,
  type AppointmentRequest,
  type Checked,
  plainText,
  type RequestSituation,
  refusal,
} from './appointment-draft.ts';
import { checkMoment } from './appointment-moment.ts';
import { checkWish } from './appointment-wish.ts';
import type { ClinicProfile, PaymentMethod } from './clinic-profile.ts';

const shortestName = 2;
const longestName = 120;
const longestEmail = 254;
const longestNotes = 1_000;
/** The request as it can be kept, or the first thing to ask the person about again. */
export function checkRequest(
  request: AppointmentRequest,
  situation: RequestSituation,
): Checked<AppointmentDraft> {
  const when = checkMoment(request, situation);
  if ('refusal' in when) return when;
  const clientName = plainText(request.client_name);
  if (clientName.length < shortestName || clientName.length > longestName) {
    return refusal('invalid-name', 'client_name', 'Pode me dizer o nome completo, por favor?');
  }
  const email = checkEmail(request.email);
  if ('refusal' in email) return email;
  const phone = checkPhone(request.phone, situation.callerE164);
  if ('refusal' in phone) return phone;
  const wish = checkWish(request, situation.clinic);
  if ('refusal' in wish) return wish;
  const payment = checkPayment(request.payment_method, situation.clinic);
  if ('refusal' in payment) return payment;
  const notes = plainText(request.notes ?? '').slice(0, longestNotes) || null;
  return {
    value: {
      clientName,
      email: email.value,
      ...when.value,
      ...phone.value,
      ...wish.value,
      payment: payment.value,
      notes,
    },
  };
}

function checkEmail(given: string | undefined): Checked<string | null> {
  const email = plainText(given ?? '')
    .replaceAll(' ', '')
    .toLowerCase();
  if (email === '') return { value: null };
  if (
    email.length <= longestEmail &&
    /^[^@<>"',;:\\()]+@[^@<>"',;:\\()]+\.[a-z]{2,}$/.test(email)
  ) {
    return { value: email };
  }
  return refusal(
    'invalid-email',
    'email',
    'Não consegui entender o e-mail. Pode soletrar para mim, devagar?',
  );
}

function checkPhone(
  given: string | undefined,
  callerE164: string | undefined,
): Checked<Pick<AppointmentDraft, 'phone' | 'phoneSource'>> {
  const said = plainText(given ?? '');
  if (said !== '') {
    const phone = toE164(said);
    if (phone) return { value: { phone, phoneSource: 'given' } };
    return refusal(
      'invalid-phone',
      'phone',
      'Esse telefone parece incompleto. Pode repetir, com o DDD, devagar?',
    );
  }
  const phone = callerE164?.startsWith('+') ? toE164(callerE164) : undefined;
  return { value: { phone: phone ?? null, phoneSource: phone ? 'caller-number' : null } };
}

/** Numbers without a country are Brazilian. */
function toE164(text: string): string | undefined {
  const parsed = parsePhoneNumberFromString(text, 'BR');
  return parsed?.isValid() ? parsed.number : undefined;
}

function checkPayment(
  method: PaymentMethod | undefined,
  { payment }: ClinicProfile,
): Checked<AppointmentDraft['payment']> {
  if (method === undefined || !payment) return { value: null };
  if (payment.methods.includes(method)) return { value: { method } };
  return refusal(
    'unknown-payment',
    'payment_method',
    'Essa forma de pagamento não é aceita aqui. Qual outra prefere?',
  );
}
