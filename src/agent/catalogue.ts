import type { ClinicProfile, Offer, Practitioner, Service } from './clinic-profile.ts';
import { covers, folded, grammarWords, likenessTo, sameStems, stems } from './portuguese-words.ts';

/** One thing that can be asked for by name: an exam, one of its variants, a consultation, a specialty. */
export interface CatalogueEntry {
  /** `ultrassonografia/mama`, `alvaro-quintela/consulta`: service (or practitioner) and variant. */
  id: string;
  /** As the clinic says it: “Ultrassonografia (mama)”, “Consulta de Cardiologia”. */
  name: string;
  /** What it belongs to: the exam, or the specialty. Entries of one group are alternatives of one wish. */
  group: string;
  offers: Offer[];
  /** Every way to say it. */
  phrases: string[];
}

/** Names offered back when something is unknown or ambiguous: more cannot be remembered on a telephone. */
const mostNamesOffered = 3;

export function catalogueOf(clinic: ClinicProfile): CatalogueEntry[] {
  return [
    ...clinic.services.flatMap(serviceEntries),
    ...clinic.practitioners.flatMap((one) => consultationEntries(one)),
  ];
}

function serviceEntries(service: Service): CatalogueEntry[] {
  const names = [service.name, ...service.aliases];
  const variantOffers = service.variants.flatMap(({ offers }) => offers);
  const whole: CatalogueEntry = {
    id: service.id,
    name: service.name,
    group: service.name,
    offers: service.variants.length === 0 ? service.offers : variantOffers,
    phrases: names,
  };
  const variants = service.variants.map((variant) => ({
    id: `${service.id}/${variant.id}`,
    name: `${service.name} (${variant.name})`,
    group: service.name,
    offers: variant.offers,
    phrases: [variant.name, ...variant.aliases].flatMap((own) => [
      own,
      ...names.map((name) => `${name} ${own}`),
    ]),
  }));
  return [whole, ...variants];
}

function consultationEntries(practitioner: Practitioner): CatalogueEntry[] {
  const specialty = practitioner.specialties.join(' e ');
  const specialties = [...practitioner.specialties, ...practitioner.aliases];
  return practitioner.consultations.map(({ id, name, aliases, priceReais }) => ({
    id: `${practitioner.id}/${id}`,
    name: genericNames.test(name) ? `${name} de ${specialty}` : name,
    group: specialty,
    offers: [{ practitioner: practitioner.id, priceReais }],
    phrases: [
      // A bare specialty means the plain consultation; the others must be named.
      ...(id === 'consulta' || practitioner.consultations.length === 1 ? specialties : []),
      ...[name, ...aliases].flatMap((own) => [own, ...specialties.map((one) => `${own} ${one}`)]),
    ],
  }));
}

/** Names that say nothing without the specialty. */
const genericNames = /^(consulta|sessão|retorno)$/i;

/**
 * What a caller's words for a service may mean here: the entries they fit best, all equally well; when there are none,
 * names of what looks most like them. Accents, endings (-ista, -ia) and one wrong letter are forgiven; a specialty that
 * merely looks alike is not (reumatologista is not dermatologista).
 */
export function findEntries(
  clinic: ClinicProfile,
  words: string,
  practitionerIds?: readonly string[],
): { best: CatalogueEntry[]; closest: string[] } {
  const entries = catalogueOf(clinic).filter(
    ({ offers }) =>
      !practitionerIds ||
      offers.some(({ practitioner }) => practitioner && practitionerIds.includes(practitioner)),
  );
  const best = bestOf(entries, words);
  return { best, closest: best.length > 0 ? [] : closestNames(entries, words) };
}

/** Everybody with these words in the name; when there is nobody, everybody of that specialty. */
export function findPractitioners(clinic: ClinicProfile, words: string): Practitioner[] {
  const wanted = stems(words);
  const all = clinic.practitioners;
  const byName = all.filter(({ name }) => covers(stems(name), wanted));
  if (byName.length > 0) return byName;
  return all.filter(({ specialties, aliases }) =>
    [...specialties, ...aliases].some((one) => sameStems(stems(one), wanted)),
  );
}

export function closestPractitioners({ practitioners }: ClinicProfile, words: string): string[] {
  const likeness = likenessTo(words);
  return bestScored(new Map(practitioners.map((one) => [spokenName(one), likeness(one.name)])));
}

export function spokenName({ title, name }: Pick<Practitioner, 'title' | 'name'>): string {
  return title ? `${title} ${name}` : name;
}

/** The entries that fit best: said word for word, else but for endings, else but for words like “exame”, else in part. */
function bestOf(entries: CatalogueEntry[], words: string): CatalogueEntry[] {
  const literal = folded(words);
  const close = stems(words, grammarWords);
  const loose = stems(words);
  const fits: ((phrase: string) => boolean)[] = [
    (phrase) => literal !== '' && folded(phrase) === literal,
    (phrase) => sameStems(stems(phrase, grammarWords), close),
    (phrase) => sameStems(stems(phrase), loose),
    (phrase) => covers(stems(phrase), loose),
  ];
  for (const fit of fits) {
    const best = entries.filter(({ phrases }) => phrases.some(fit));
    if (best.length > 0) return best;
  }
  return [];
}

/** Below this likeness, offering a name back would be a wrong medical hint. */
const leastLikeness = 0.5;

/** Groups whose names look most like the words, for “não temos X, mas temos Y”; often none. */
function closestNames(entries: CatalogueEntry[], words: string): string[] {
  const likeness = likenessTo(words);
  const scores = new Map<string, number>();
  for (const { group, phrases } of entries) {
    const score = Math.max(...phrases.map(likeness));
    scores.set(group, Math.max(score, scores.get(group) ?? 0));
  }
  return bestScored(scores);
}

function bestScored(scores: Map<string, number>): string[] {
  return [...scores]
    .filter(([, score]) => score >= leastLikeness)
    .sort(([, a], [, b]) => b - a)
    .slice(0, mostNamesOffered)
    .map(([name]) => name);
}
