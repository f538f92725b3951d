/** What the parts of a clinic's file say about each other. Pure; the words are for the clinic's staff. */

interface Named {
  id: string;
}

interface Whose {
  practitioner?: string | undefined;
}

/** The part of a clinic's file that names other parts of it. */
interface NamingParts {
  practitioners: readonly (Named & {
    schedules: readonly Whose[];
    consultations: readonly (Named & { rooms: readonly string[] })[];
  })[];
  services: readonly (Named & {
    schedules: readonly Whose[];
    offers: readonly Whose[];
    rooms: readonly string[];
    variants: readonly (Named & { offers: readonly Whose[] })[];
  })[];
  exceptions: readonly Whose[];
  rooms: readonly Named[];
  transfers: readonly (Named & { number: string })[];
  numbers: readonly string[];
  consent: { policy: 'notice' | 'question'; wording?: string | undefined };
  persona: { greeting?: string | undefined };
}

type Path = readonly (string | number)[];
export interface ClinicProblem {
  path: (string | number)[];
  message: string;
}

export function clinicProblems(clinic: NamingParts): ClinicProblem[] {
  return [
    ...repeatedIds(clinic),
    ...unknownPractitioners(clinic),
    ...unknownRooms(clinic),
    ...greetingAndConsent(clinic),
    ...ownTransfers(clinic),
  ];
}

/** Put through to its own number, the caller would meet the agent again. */
function ownTransfers({ numbers, transfers }: NamingParts): ClinicProblem[] {
  return transfers.flatMap(({ number }, index) =>
    numbers.includes(number)
      ? [{ path: ['transfers', index, 'number'], message: 'é um número da própria agente' }]
      : [],
  );
}

function repeatedIds({ practitioners, services, rooms, transfers }: NamingParts): ClinicProblem[] {
  return [
    ...repeats(practitioners, ['practitioners']),
    ...repeats(services, ['services']),
    ...repeats(rooms, ['rooms']),
    ...repeats(transfers, ['transfers']),
    ...practitioners.flatMap((one, i) =>
      repeats(one.consultations, ['practitioners', i, 'consultations']),
    ),
    ...services.flatMap((one, i) => repeats(one.variants, ['services', i, 'variants'])),
    ...sharedBetween(practitioners, services),
  ];
}

function repeats(list: readonly Named[], path: Path): ClinicProblem[] {
  return list.flatMap(({ id }, index) =>
    list.findIndex((other) => other.id === id) < index
      ? [{ path: [...path, index, 'id'], message: `“${id}” aparece mais de uma vez` }]
      : [],
  );
}

/** `service/variant` and `practitioner/consultation` are ids of one kind: appointments keep them. */
function sharedBetween(
  practitioners: readonly Named[],
  services: readonly Named[],
): ClinicProblem[] {
  const people = new Set(practitioners.map(({ id }) => id));
  return services.flatMap(({ id }, i) =>
    people.has(id)
      ? [{ path: ['services', i, 'id'], message: `“${id}” já é o id de um profissional` }]
      : [],
  );
}

function unknownPractitioners(clinic: NamingParts): ClinicProblem[] {
  const { practitioners, services, exceptions } = clinic;
  const known = new Set(practitioners.map(({ id }) => id));
  const check = (list: readonly Whose[], path: Path) =>
    list.flatMap(({ practitioner }, index) =>
      practitioner === undefined || known.has(practitioner)
        ? []
        : [{ path: [...path, index, 'practitioner'], message: 'não está em “practitioners”' }],
    );
  return [
    ...check(exceptions, ['exceptions']),
    ...practitioners.flatMap((one, i) => check(one.schedules, ['practitioners', i, 'schedules'])),
    ...services.flatMap((one, i) => [
      ...check(one.schedules, ['services', i, 'schedules']),
      ...check(one.offers, ['services', i, 'offers']),
      ...one.variants.flatMap((variant, j) =>
        check(variant.offers, ['services', i, 'variants', j, 'offers']),
      ),
    ]),
  ];
}

function unknownRooms({ practitioners, services, rooms }: NamingParts): ClinicProblem[] {
  const known = new Set(rooms.map(({ id }) => id));
  const check = (wanted: readonly string[], path: Path) =>
    wanted.flatMap((id, index) =>
      known.has(id) ? [] : [{ path: [...path, 'rooms', index], message: 'não está em “rooms”' }],
    );
  return [
    ...services.flatMap((one, i) => check(one.rooms, ['services', i])),
    ...practitioners.flatMap((one, i) =>
      one.consultations.flatMap((consultation, j) =>
        check(consultation.rooms, ['practitioners', i, 'consultations', j]),
      ),
    ),
  ];
}

/** Words of which one tells that a person may be asked for. */
const person = /pessoa|algu[eé]m|atendente|recep[cç]|secret[aá]ria|equipe|humano/i;

/**
 * With a notice, the greeting gives it; with a question, the question is all that is said of recording. Either way it tells
 * that the caller may ask for a person.
 */
function greetingAndConsent({ consent, persona }: NamingParts): ClinicProblem[] {
  const { greeting } = persona;
  if (greeting === undefined) return [];
  const problem = (message: string) => [{ path: ['persona', 'greeting'], message }];
  if (!person.test(greeting))
    return problem('precisa dizer que dá para pedir para falar com uma pessoa');
  if (consent.policy === 'question')
    return /grava/i.test(greeting)
      ? problem('não fala da gravação: a pergunta vem depois dela')
      : [];
  if (!/grava/i.test(greeting)) return problem('precisa dizer que a ligação pode ser gravada');
  const isMissing = consent.wording !== undefined && !greeting.includes(consent.wording);
  return isMissing ? problem('precisa conter o texto de “consent.wording”') : [];
}
