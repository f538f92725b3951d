import { type Bookable, type ClinicAgenda, findBookables } from './clinic-agenda.ts';
import type { ClinicProfile } from './clinic-profile.ts';
import { plainText } from './plain-text.ts';
import { folded } from './portuguese-words.ts';
import type { Refusal } from './tool.ts';
import { kindOf } from './visit-summary.ts';
import { listed } from './visit-words.ts';

/** What is wanted, in the caller's words. */
interface WishedService {
  service: string;
  practitioner?: string | undefined;
}

type ChoiceRefusal = Omit<Refusal, 'ok'> & { code: string; message: string };

type ServiceChoice =
  /** One service, of everybody who does it. `remark`: what the caller should know about it; may be empty. */
  { bookables: readonly Bookable[]; remark: string } | { refusal: ChoiceRefusal };

/** Kinds said in one question: more are not remembered on a telephone. */
const mostNamesSaid = 3;

/** What the clinic has under these words. It never invents: what is not in the file is refused. */
export function chooseService(agenda: ClinicAgenda, wish: WishedService): ServiceChoice {
  const service = plainText(wish.service);
  const practitioner = plainText(wish.practitioner ?? '');
  const named = practitioner === '' ? {} : { practitioner };
  const exact = practitioner === '' ? namedExactly(agenda, service) : [];
  if (exact.length > 0) return { bookables: exact, remark: '' };
  const match = findBookables(agenda, { service, ...named });
  switch (match.outcome) {
    case 'found':
      return {
        bookables: match.bookables,
        remark: remarkOn(match.bookables, service, agenda.clinic),
      };
    case 'other-practitioner':
      return { bookables: match.bookables, remark: `Quem faz é ${whoDo(match.bookables)}.` };
    case 'ambiguous-service':
      return { refusal: ambiguous(match.options) };
    case 'unknown-practitioner':
      return { refusal: unknown('practitioner', match.closest) };
    case 'unknown-service':
      return { refusal: unknown('service', match.closest) };
    default:
      return match satisfies never;
  }
}

/** What was offered by its name must be found by it: “Consulta de Ginecologia e Obstetrícia”. */
function namedExactly({ bookables }: ClinicAgenda, words: string): Bookable[] {
  const name = folded(words);
  return bookables.filter(({ serviceName }) => folded(serviceName) === name);
}

const examWords = /\b(?:exame|exames|teste|testes)\b/;
const consultationWords = /\b(?:consulta|consultar|medic[oa]|doutor|doutora|\w+ista|\w+logista)\b/;

/** Said when an exam is called a consultation, or the other way round, so that nobody comes for the wrong thing. */
function remarkOn(bookables: readonly Bookable[], words: string, clinic: ClinicProfile): string {
  const [first] = bookables;
  if (!first) return '';
  const said = folded(words);
  const isExamSaid = examWords.test(said);
  const kind = kindOf(first, clinic);
  if (kind === 'consultation' && isExamSaid) return `Isso é com ${whoDo(bookables)}, em consulta.`;
  const isExam = kind === 'exam' && !isExamSaid && consultationWords.test(said);
  if (!isExam) return '';
  return first.practitionerName === null
    ? 'Isso é um exame.'
    : `Isso é um exame, com ${whoDo(bookables)}.`;
}

/** `Dr. A ou Dra. B`. */
function whoDo(bookables: readonly Bookable[]): string {
  const names = bookables.map(({ practitionerName }) => practitionerName ?? 'a equipe da clínica');
  return listed([...new Set(names)], 'ou');
}

function ambiguous(options: string[]): ChoiceRefusal {
  const kinds = kindsOfOne(options);
  const names = (kinds?.kinds ?? options).slice(0, mostNamesSaid);
  // “Doppler venoso, 1 membro”: a comma of its own.
  const some = names.some((name) => name.includes(',')) ? names.join('; ') : listed(names, 'ou');
  const what = kinds ? `vários tipos de ${kinds.service}` : 'várias opções';
  const message =
    options.length > mostNamesSaid
      ? `Temos ${what}, por exemplo: ${some}. Qual é o seu?`
      : `Seria ${listed(options, 'ou')}?`;
  return { code: 'ambiguous-service', field: 'service', message, options };
}

/** “Ultrassonografia (mama)”, “Ultrassonografia (próstata)”: the name once, then what differs. */
function kindsOfOne(names: readonly string[]): { service: string; kinds: string[] } | undefined {
  const parts = names.map((name) => /^(.+) \((.+)\)$/.exec(name));
  const services = new Set(parts.map((part) => part?.[1]));
  const [service] = services;
  if (services.size !== 1 || service === undefined) return undefined;
  return { service, kinds: parts.map((part) => part?.[2] ?? '') };
}

function unknown(field: 'service' | 'practitioner', closest: string[]): ChoiceRefusal {
  const what =
    field === 'service'
      ? 'Isso não está disponível aqui na clínica'
      : 'Não temos esse profissional aqui na clínica';
  const rest =
    closest.length > 0
      ? `O mais parecido que temos é ${listed(closest, 'ou')}. Seria isso?`
      : 'Obrigada por perguntar. Posso ajudar com outra coisa?';
  return { code: `unknown-${field}`, field, message: `${what}. ${rest}`, closest };
}
