import {
  type AppointmentDraft,
  type AppointmentRequest,
  type Checked,
  plainText,
  refusal,
} from './appointment-draft.ts';
import { findPractitioner, findService, onePriceCentavos, spokenName } from './catalogue.ts';
import type { ClinicProfile, Offer } from './clinic-profile.ts';

type Wish = Pick<
  AppointmentDraft,
  'service' | 'serviceId' | 'professional' | 'professionalId' | 'price'
>;

const nothingNamed: Wish = {
  service: null,
  serviceId: null,
  professional: null,
  professionalId: null,
  price: null,
};

/** What is wanted and from whom, in the clinic's own words; the price when only one is possible. */
export function checkWish(request: AppointmentRequest, clinic: ClinicProfile): Checked<Wish> {
  const person = checkPractitioner(plainText(request.practitioner ?? ''), clinic);
  if ('refusal' in person) return person;
  // “Psiquiatra” given as the professional names what is wanted, not yet who.
  const wanted = plainText(request.service ?? '') || (person.value.specialty ?? '');
  return checkService(wanted, person.value.id, clinic);
}

function checkPractitioner(
  words: string,
  clinic: ClinicProfile,
): Checked<{ id?: string; specialty?: string }> {
  if (words === '' || clinic.practitioners.length === 0) return { value: {} };
  const match = findPractitioner(clinic, words);
  if (match.found === 'one') return { value: { id: match.practitioner.id } };
  if (match.found === 'none') {
    const hint = match.names.length > 0 ? ` Seria ${alternatives(match.names)}?` : '';
    const message = `Não encontrei esse profissional na clínica.${hint || ' Pode repetir o nome?'}`;
    return refusal('unknown-practitioner', 'practitioner', message, match.names);
  }
  if (findService(clinic, words).found === 'one') return { value: { specialty: words } };
  const message = `Temos mais de uma pessoa: ${alternatives(match.names)}. Com quem seria?`;
  return refusal('ambiguous-practitioner', 'practitioner', message, match.names);
}

function checkService(
  words: string,
  practitionerId: string | undefined,
  clinic: ClinicProfile,
): Checked<Wish> {
  const professional = namesOf(practitionerId, clinic);
  if (words === '') return { value: { ...nothingNamed, ...professional } };
  if (clinic.services.length === 0 && clinic.practitioners.length === 0) {
    return { value: { ...nothingNamed, service: words } };
  }
  const match = findService(clinic, words, practitionerId);
  if (match.found === 'none') {
    const who = professional.professional ? ` com ${professional.professional}` : '';
    const hint =
      match.closest.length > 0
        ? ` O mais parecido que temos é ${alternatives(match.closest)}.`
        : ' Posso ajudar com outra coisa?';
    const message = `Isso não está disponível aqui${who}.${hint}`;
    return refusal('unknown-service', 'service', message, match.closest);
  }
  if (match.found === 'several') {
    const message = `Há mais de uma opção: ${alternatives(match.names)}. Qual delas?`;
    return refusal('ambiguous-service', 'service', message, match.names);
  }
  const centavos = onePriceCentavos(match.offers);
  return {
    value: {
      service: match.name,
      serviceId: match.id,
      ...(practitionerId ? professional : namesOf(onlyPractitioner(match.offers), clinic)),
      price: centavos === null ? null : { currency: 'BRL', centavos },
    },
  };
}

function onlyPractitioner(offers: readonly Offer[]): string | undefined {
  const ids = new Set(offers.map(({ practitioner }) => practitioner));
  const [id] = ids;
  return ids.size === 1 ? id : undefined;
}

function namesOf(
  id: string | undefined,
  clinic: ClinicProfile,
): Pick<Wish, 'professional' | 'professionalId'> {
  const one = clinic.practitioners.find((practitioner) => practitioner.id === id);
  return one
    ? { professional: spokenName(one), professionalId: one.id }
    : { professional: null, professionalId: null };
}

/** `A, B ou C` */
function alternatives(names: readonly string[]): string {
  const last = names.at(-1) ?? '';
  return names.length > 1 ? `${names.slice(0, -1).join(', ')} ou ${last}` : last;
}
