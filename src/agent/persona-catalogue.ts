import { spokenName } from './catalogue.ts';
import {
  type ClinicProfile,
  type Offer,
  type Practitioner,
  type Service,
  toCentavos,
} from './clinic-profile.ts';
import { writtenMoney } from './spoken-portuguese.ts';

/**
 * What the clinic offers, by name, so that the model knows what it may speak of. Days, preparation and the price of
 * each variant are the tools' to tell.
 */
export function catalogueNames({ practitioners, services }: ClinicProfile): string[] {
  const hasExams = services.some(({ kind }) => kind === 'exam');
  return [
    ...section('## Profissionais', practitioners.map(practitionerLine)),
    ...section(hasExams ? '## Exames' : '## Serviços', services.map(serviceLine)),
  ];
}

function section(title: string, lines: string[]): string[] {
  return lines.length > 0 ? [title, ...lines.map((line) => `- ${line}`)] : [];
}

function practitionerLine(one: Practitioner): string {
  const who = `${spokenName(one)}, ${one.specialties.join(' e ')}`;
  const { consultations } = one;
  const names = consultations.map(({ name }) => name.toLowerCase());
  const kinds = names.length > 1 ? ` (${names.join(', ')})` : '';
  const note = consultations.length === 0 && one.notes ? ` (${one.notes})` : '';
  return `${who}${kinds}${note}${priceText(consultations)}`;
}

function serviceLine({ name, offers, variants }: Service): string {
  const kinds = variants.length > 0 ? ` (${variants.map((one) => one.name).join('; ')})` : '';
  return `${name}${kinds}${priceText([...offers, ...variants.flatMap((one) => one.offers)])}`;
}

/** `: R$ 250`; `: a partir de R$ 130` when it depends. */
function priceText(offers: readonly Pick<Offer, 'priceReais'>[]): string {
  if (offers.length === 0) return '';
  const prices = new Set(offers.map(({ priceReais }) => toCentavos(priceReais)));
  const least = writtenMoney(Math.min(...prices));
  return prices.size === 1 ? `: ${least}` : `: a partir de ${least}`;
}
