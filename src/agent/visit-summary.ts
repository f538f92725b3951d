import type { Appointment, AppointmentItem } from '../scheduling/appointment.ts';
import type { Bookable, ClinicAgenda } from './clinic-agenda.ts';
import type { ClinicProfile } from './clinic-profile.ts';
import type { HeldVisit, OfferedSlot, PatientDraft, Payment } from './conversation-state.ts';
import { methodNames } from './payment-names.ts';
import { capitalised, listed, type VisitTime, visitMoment, type Wording } from './visit-words.ts';

/** What is held or booked, as it is told to the caller. Pure. */

/** `Consulta de Cardiologia com Dr. …, segunda-feira, dia …, às duas da tarde`. */
function itemText(
  item: VisitTime & { service: string; professional: string | null },
  wording: Wording,
  timeZone: string,
): string {
  const who = item.professional === null ? '' : ` com ${wording.person(item.professional)}`;
  return `${item.service}${who}, ${visitMoment(item, wording, timeZone)}`;
}

/** All items of a visit; with prices where there are several, for one alone the total says it. */
function itemsText(
  items: readonly (Parameters<typeof itemText>[0] & { centavos: number | null })[],
  wording: Wording,
  timeZone: string,
): string {
  return items
    .map((item) => {
      const price =
        items.length === 1 || item.centavos === null ? '' : `, ${wording.money(item.centavos)}`;
      return `${itemText(item, wording, timeZone)}${price}`;
    })
    .join('; e ');
}

const ofSlot = ({ bookable, ...slot }: OfferedSlot) => ({
  ...slot,
  service: bookable.serviceName,
  professional: bookable.practitionerName,
  centavos: bookable.priceCentavos,
});

const ofItem = (item: AppointmentItem) => ({
  date: item.day,
  mode: item.mode,
  startMs: Date.parse(item.startsAt),
  endMs: Date.parse(item.endsAt),
  service: item.service,
  professional: item.professional,
  centavos: item.price?.centavos ?? null,
});

export function heldText(hold: HeldVisit, wording: Wording, timeZone: string): string {
  return itemsText(hold.items.map(ofSlot), wording, timeZone);
}

export function bookedText(appointment: Appointment, wording: Wording, timeZone: string): string {
  return itemsText(appointment.items.map(ofItem), wording, timeZone);
}

/** Nothing where nothing is paid: a clinic's file without `payment` and a service without a price. */
export function totalText(
  centavos: number | null,
  { payment }: ClinicProfile,
  wording: Wording,
): string {
  if (centavos !== null) return `O valor total é ${wording.money(centavos)}.`;
  return payment ? 'O valor é informado na recepção.' : '';
}

const paidHow = {
  cash: 'em dinheiro',
  pix: 'por PIX',
  'credit-card': 'no cartão de crédito',
  'debit-card': 'no cartão de débito',
} as const;

/** `Pagamento em dinheiro, com troco de vinte reais.` */
function paymentText(payment: Payment | null, clinic: ClinicProfile, wording: Wording): string {
  if (!payment) return clinic.payment ? 'O pagamento é feito no dia, na clínica.' : '';
  const change = payment.changeCentavos;
  const rest = change ? `, com troco de ${wording.money(change)}` : '';
  return `Pagamento ${paidHow[payment.method]}${rest}, no dia do atendimento.`;
}

/** `dinheiro, PIX, cartão de crédito ou cartão de débito`. */
export function methodList({ payment }: ClinicProfile): string {
  return listed(
    (payment?.methods ?? []).map((method) => methodNames[method]),
    'ou',
  );
}

/** Everything that will be booked, to be read aloud before the caller says yes. */
export function reviewText(
  hold: HeldVisit,
  draft: PatientDraft,
  clinic: ClinicProfile,
  wording: Wording,
): string {
  return [
    `Vou repetir tudo para conferir. ${patientText(draft, wording)}`,
    `${countText(hold.items, clinic, wording)}: ${heldText(hold, wording, clinic.timeZone)}.`,
    totalText(hold.totalCentavos, clinic, wording),
    paymentText(hold.payment, clinic, wording),
    addressText(clinic, wording),
    'Está tudo certo? Posso confirmar?',
  ]
    .filter(Boolean)
    .join(' ');
}

function patientText(
  { patient, phone, phoneSource, email }: PatientDraft,
  wording: Wording,
): string {
  const { birthDate, rg, cpf, address } = patient;
  const facts = [
    `Paciente: ${patient.name}`,
    birthDate === null ? '' : `nascimento em ${wording.date(birthDate)}`,
    rg === null ? '' : `RG ${wording.code(rg)}`,
    cpf === null ? '' : `CPF ${wording.cpf(cpf)}`,
    address === null ? '' : `endereço ${address}`,
    phone === null || phoneSource !== 'given' ? '' : `telefone ${wording.phone(phone)}`,
    email === null ? '' : `e-mail ${wording.email(email)}`,
  ];
  return `${facts.filter(Boolean).join('; ')}.`;
}

/** `Uma consulta e dois exames`. */
function countText(items: readonly OfferedSlot[], clinic: ClinicProfile, wording: Wording): string {
  const kinds = items.map(({ bookable }) => kindOf(bookable, clinic));
  const count = (kind: ItemKind) => kinds.filter((one) => one === kind).length;
  const say = (kind: ItemKind, one: string, many: string, gender: 'm' | 'f') => {
    const number = count(kind);
    return number === 0 ? [] : [`${wording.count(number, gender)} ${number === 1 ? one : many}`];
  };
  return capitalised(
    listed([
      ...say('consultation', 'consulta', 'consultas', 'f'),
      ...say('exam', 'exame', 'exames', 'm'),
      ...say('meeting', 'reunião', 'reuniões', 'f'),
    ]),
  );
}

type ItemKind = 'consultation' | 'exam' | 'meeting';

export function kindOf({ serviceId }: Bookable, { services }: ClinicProfile): ItemKind {
  const [id] = serviceId.split('/');
  return services.find((service) => service.id === id)?.kind ?? 'consultation';
}

function addressText({ address, city }: ClinicProfile, wording: Wording): string {
  if (!address) return '';
  return `O endereço é ${wording.address([address, city].filter(Boolean).join(', '))}.`;
}

/** What was booked, to be said to its end; then what to bring and how to prepare. */
export function readBackText(
  appointment: Appointment,
  agenda: Pick<ClinicAgenda, 'clinic' | 'bookables'>,
  wording: Wording,
): string {
  const { clinic } = agenda;
  return [
    `${bookedText(appointment, wording, clinic.timeZone)}.`,
    totalText(appointment.price?.centavos ?? null, clinic, wording),
    addressText(clinic, wording),
    `O protocolo é ${wording.code(appointment.protocol)}.`,
    ...instructionTexts(
      appointment.items.flatMap((item) => bookableOf(agenda, item)),
      wording,
    ),
  ]
    .filter(Boolean)
    .join(' ');
}

function bookableOf({ bookables }: Pick<ClinicAgenda, 'bookables'>, item: AppointmentItem) {
  return bookables.filter(
    ({ serviceId, practitionerId }) =>
      serviceId === item.serviceId && practitionerId === item.professionalId,
  );
}

/** `Leve exames recentes.` Each once, whatever the number of services. */
export function instructionTexts(bookables: readonly Bookable[], wording: Wording): string[] {
  const all = (pick: (one: Bookable) => readonly string[]) => [...new Set(bookables.flatMap(pick))];
  const minutes = Math.max(0, ...bookables.map((one) => one.arriveMinutesBefore ?? 0));
  return [
    sentence(
      'Leve',
      all(({ bring }) => bring),
    ),
    sentence(
      'É obrigatório levar',
      all(({ requires }) => requires),
    ),
    sentence(
      'Preparo:',
      all(({ preparation }) => preparation),
    ),
    minutes > 0 ? `Chegue ${wording.count(minutes)} minutos antes.` : '',
  ].filter(Boolean);
}

function sentence(start: string, parts: readonly string[]): string {
  return parts.length > 0 ? `${start} ${listed(parts)}.` : '';
}
