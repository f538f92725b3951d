import {
  type AnswerSituation,
  folded,
  longestAnswer,
  nameIn,
  readAnswer,
} from './script-answer.ts';
import type { QuestionType, ScriptBody, ScriptQuestion } from './script-record.ts';
import type { ScriptStep } from './script-run.ts';

/**
 * What the first messages have answered already, so that it is not asked again: only what stands there plainly and alone.
 * An answer that is not taken costs a question; one that is wrongly taken costs the person's trust. Pure.
 */

/** Words of which a single message may hold more than can be told apart. */
const longestRead = 2_000;

/** @param text the messages that asked for the script, one a line */
export function answersIn(
  text: string,
  { questions }: Pick<ScriptBody, 'questions'>,
  situation: AnswerSituation,
): ScriptStep[] {
  const said = text.slice(0, longestRead);
  const isAboutAnother = anotherPerson.test(folded(said));
  return questions.flatMap((question) => {
    // Two questions of one kind: which of them was answered?
    const isOnly = questions.filter(({ type }) => type === question.type).length === 1;
    if (!isOnly && question.type !== 'choice') return [];
    if (isAboutAnother && ofPerson.has(question.type)) return [];
    const words = finders[question.type]?.(said, question);
    const read = words === undefined ? undefined : readAnswer(words, question, situation);
    if (read?.kind !== 'answer' || read.shown.length > longestAnswer) return [];
    const { id, label } = question;
    return [{ id, label, value: read.value, shown: read.shown, isChecked: true, isTaken: true }];
  });
}

/** Whose data are meant is not plain when somebody else is spoken of. */
const anotherPerson =
  /\b(?:filh[oa]s?|mae|pai|avo|net[oa]|espos[oa]|marido|mulher|irma[o]?|ti[oa]|sogr[oa]|beb[e]|namorad[oa]|sobrinh[oa]|amig[oa]|dele|dela)\b/;
const ofPerson: ReadonlySet<QuestionType> = new Set([
  'name',
  'cpf',
  'phone',
  'birth-date',
  'email',
]);

type Finder = (text: string, question: ScriptQuestion) => string | undefined;

/** The part of the text that is the answer; the kinds that are missing are always asked. */
const finders: Partial<Record<QuestionType, Finder>> = {
  name: introducedName,
  choice: onlyOption,
  date: wantedDay,
  'birth-date': (text) =>
    only(text, /\b(?:nasci(?:da|do)?|nascimento)\D{0,12}?(\d{1,2}\/\d{1,2}\/\d{4})\b/giu),
  cpf: (text) =>
    only(text, /(?<!\d)(\d{3}\.\d{3}\.\d{3}-\d{2})(?!\d)/g) ??
    only(text, /\bcpf\D{0,8}(\d{11})(?!\d)/gi),
  phone: (text) =>
    only(text, /(?<![\d.])((?:\+?55[\s-]?)?\(\d{2}\)\s?9?\d{4}[\s-]?\d{4})(?!\d)/g) ??
    only(
      text,
      /\b(?:telefone|celular|fone|zap|whats\p{L}*)\D{0,12}(\d{2}\s?9\d{4}[\s-]?\d{4})(?!\d)/giu,
    ),
  email: (text) => only(text, /(?<![\w.])([\w.+-]+@[\w-]+(?:\.[\w-]+)+)/g),
};

/** The first group of the only match. */
function only(text: string, words: RegExp): string | undefined {
  const found = [...text.matchAll(words)];
  return found.length === 1 ? found[0]?.[1] : undefined;
}

/** “Sou a Maria Lima”: names have capitals there, or it may be “sou a mãe”. Where the whole name is asked for, one word is not it. */
function introducedName(text: string, { ask, label }: ScriptQuestion): string | undefined {
  const introduced =
    /(?:(?:[Mm]eu nome (?:completo )?(?:é|eh)|[Mm]e chamo|[Ee]u sou [ao]|[Ss]ou [ao]|[Aa]qui é [ao])\s+)(\p{Lu}[\p{Ll}'’-]+(?:\s+(?:(?:d[aeo]s?|e)\s+)?\p{Lu}[\p{Ll}'’-]+){0,5})/gu;
  const name = only(text, introduced);
  const isWhole = /completo/i.test(`${ask} ${label}`);
  if (name === undefined || (isWhole && !/\s/.test(name))) return undefined;
  return nameIn(name);
}

/** “Boa tarde” is no time of the day. */
const greetings = /\b(?:bom dia|boa tarde|boa noite)\b/g;

/** Who asks about something has not chosen it yet. */
const asking =
  /\b(?:qual|quais|quanto|quando|como|posso|pode|podem|tem|teria|da (?:pra|para)|vcs|voces|aceita[m]?)\b/;

/** One option is named in full, nothing is denied, nothing is asked. */
function onlyOption(text: string, { options }: ScriptQuestion): string | undefined {
  const said = ` ${folded(text).replace(greetings, ' ')} `;
  if (/ (?:nao|n|sem|nem) /.test(said) || text.includes('?') || asking.test(said)) return undefined;
  const named = options.filter(({ label, aliases }) =>
    [label, ...aliases.filter((one) => one.includes(' '))].some((way) =>
      said.includes(` ${folded(way)} `),
    ),
  );
  const [option] = named;
  if (named.length !== 1 || !option || /^outr[oa]\b/.test(folded(option.label))) return undefined;
  return option.label;
}

/** What stands already, or lies behind, has a day as well. */
const otherDay =
  /\b(?:remarc|reagend|mud|troc|cancel|desmarc|marcad[oa]|agendad[oa]|fiz|foi|fui|desde|entre|ou)/;

/** “Para o dia 15/12”; without “para” only where no other day can be meant. One date, written in numbers. */
function wantedDay(text: string): string | undefined {
  const date = only(text, /(?<![\d/])(\d{1,2}\/\d{1,2}(?:\/\d{4})?)(?![\d/])/g);
  if (date === undefined) return undefined;
  const before = folded(text.slice(0, text.indexOf(date)));
  if (/(?:^| )(?:para|pra|p|pro)(?: o)?(?: dia)?$/.test(before)) return date;
  return otherDay.test(folded(text)) ? undefined : date;
}
