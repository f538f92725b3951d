import type { Temporal } from 'temporal-polyfill';
import { consentAnswerIn } from './consent-answer.ts';
import { parseBirthDate } from './language/birth-date.ts';
import { parseCpf } from './language/document-number.ts';
import { parseEmail } from './language/email-words.ts';
import { parseDay, parseTime } from './language/moment.ts';
import { parseMoney } from './language/money-words.ts';
import { numberWord } from './language/number-words.ts';
import { parsePhone } from './language/phone-words.ts';
import { withoutAccents } from './language/said-words.ts';
import { plainText } from './plain-text.ts';
import type { QuestionType, ScriptQuestion } from './script-record.ts';
import { weekdayNames, weekdayOf, writtenMoney } from './spoken-portuguese.ts';

/** What people answer to a script's question. Pure; nothing is guessed to make an answer right. */

/** Longest answer that is kept, characters. */
export const longestAnswer = 500;

export interface AnswerSituation {
  /** In the clinic's zone. */
  now: Temporal.ZonedDateTime;
  /** Two digits; taken for a number without one. */
  areaCode?: string;
}

export type AnswerReading =
  /** `value` for machines (ISO dates, E.164, digits, centavos), `shown` for people. */
  | { kind: 'answer'; value: string; shown: string }
  /** What to ask instead. */
  | { kind: 'again'; message: string };

type Reader = (
  text: string,
  situation: AnswerSituation,
  question: ScriptQuestion,
) => AnswerReading | undefined;

/** @param text one message, as it was written */
export function readAnswer(
  text: string,
  question: ScriptQuestion,
  situation: AnswerSituation,
): AnswerReading {
  const said = plainText(text).slice(0, longestAnswer);
  const read = readers[question.type](said, situation, question);
  return read ?? again(hints[question.type]);
}

const again = (message: string): AnswerReading => ({ kind: 'again', message });
const answer = (value: string, shown = value): AnswerReading => ({ kind: 'answer', value, shown });

const readers: Record<QuestionType, Reader> = {
  text: (text) => (/[\p{L}\d]/u.test(text) ? answer(text) : undefined),
  name: readName,
  choice: readChoice,
  'yes-no': readYesNo,
  date: readDate,
  'birth-date': (text, { now }) => {
    const read = parseBirthDate(text, now.toPlainDate());
    if (read.kind === 'date') return answer(String(read.date), dayShown(read.date));
    if (read.kind === 'ambiguous') return again('Qual é o ano de nascimento, com quatro números?');
    return undefined;
  },
  time: (text, { now }) => {
    const read = parseTime(text, { now: startOfDay(now) });
    if (read.kind === 'time') return answer(String(read.time).slice(0, 5));
    if (read.kind === 'ambiguous')
      return again('É de manhã ou à tarde? Escreva a hora, como 14:30.');
    return undefined;
  },
  phone: (text, { areaCode }) => {
    const read = parsePhone(text, areaCode === undefined ? {} : { areaCode });
    if (read.kind === 'phone') return answer(read.e164, phoneShown(read.e164));
    if (read.kind === 'needs-area-code') return again('Qual é o DDD? Escreva o número com o DDD.');
    if (read.kind === 'needs-ninth-digit')
      return again('Esse celular parece sem o 9 da frente. Pode conferir e escrever de novo?');
    return undefined;
  },
  cpf: (text) => {
    const read = parseCpf(text);
    if (read.kind === 'number') return answer(read.digits, cpfShown(read.digits));
    if (read.kind === 'invalid' && read.reason === 'check-digits')
      return again('Esse CPF não confere. Pode olhar os números e escrever de novo?');
    return undefined;
  },
  email: (text) => {
    const read = parseEmail(text);
    return read.kind === 'email' ? answer(read.email) : undefined;
  },
  number: readNumber,
  money: (text) => {
    const read = parseMoney(text);
    return read.kind === 'money'
      ? answer(String(read.centavos), writtenMoney(read.centavos))
      : undefined;
  },
};

const hints: Record<QuestionType, string> = {
  text: 'Pode escrever com palavras, por favor?',
  name: 'Pode escrever o nome, por favor?',
  choice: 'Escolha uma das opções, pelo número ou pelo nome.',
  'yes-no': 'Responda sim ou não, por favor.',
  date: 'Escreva o dia, como 15/12 ou “segunda que vem”.',
  'birth-date': 'Escreva a data de nascimento, como 12/03/1985.',
  time: 'Escreva a hora, como 14:30.',
  phone: 'Escreva o telefone com DDD, como (88) 99999-0000.',
  cpf: 'Escreva os 11 números do CPF.',
  email: 'Escreva o e-mail completo, como nome@provedor.com.br.',
  number: 'Escreva um número, por favor.',
  money: 'Escreva o valor em reais, como 250 ou 79,90.',
};

const nameLeads =
  /^(?:(?:oi|ol[aá]|bom dia|boa tarde|boa noite|bem)[\s,!.]+)*(?:(?:o )?(?:meu )?nome (?:completo )?(?:dela |dele )?(?:é|e|eh)|me chamo|(?:eu )?sou(?: [oa])?|(?:aqui )?(?:é|eh)(?: [oa])?|pode me chamar de)[\s:,]+/iu;

function readName(text: string): AnswerReading | undefined {
  const name = nameIn(text);
  return name === undefined ? undefined : answer(name);
}

/** “Oi, meu nome é Ana.” is Ana. @param text one line */
export function nameIn(text: string): string | undefined {
  const name = text
    .replace(nameLeads, '')
    .replace(/[.!?,;]+$/, '')
    .trim();
  const letters = name.match(/\p{L}/gu)?.length ?? 0;
  const isName = letters >= 2 && name.length <= 120 && !/\d{3}|https?:|@/.test(name);
  return isName ? name : undefined;
}

function readChoice(
  text: string,
  _: AnswerSituation,
  { options }: ScriptQuestion,
): AnswerReading | undefined {
  const said = folded(text);
  const byNumber = /^(?:opcao |a |o |numero )?(\d{1,2})$/.exec(said)?.[1];
  const numbered = byNumber === undefined ? undefined : options[Number(byNumber) - 1];
  if (numbered) return answer(numbered.label);
  const waysOf = ({ label, aliases }: (typeof options)[number]) => [label, ...aliases].map(folded);
  const exact = options.find((option) => waysOf(option).includes(said));
  if (exact) return answer(exact.label);
  const named = options.filter((option) =>
    waysOf(option).some((way) => ` ${said} `.includes(` ${way} `)),
  );
  // “Cartão de crédito” holds “cartão”: the longest name that was said is meant.
  const [best, other] = named
    .map((option) => ({
      option,
      length: Math.max(
        ...waysOf(option).map((way) => (` ${said} `.includes(` ${way} `) ? way.length : 0)),
      ),
    }))
    .sort((a, b) => b.length - a.length);
  if (!best || best.length === other?.length) return undefined;
  return answer(best.option.label);
}

const plainYes =
  /^(?:s|ss|sim|si|claro|isso|exato|certo|correto|confirmo|quero|tenho|com certeza|positivo|aham|uhum|ok|pode|e sim|ta certo|esta certo|tudo certo|isso mesmo|yes)\b/;
const plainNo = /^(?:n|nn|nao|nunca|negativo|ainda nao|jamais|nem|no)\b/;

function readYesNo(text: string): AnswerReading | undefined {
  const said = folded(text);
  if (plainNo.test(said)) return answer('não');
  if (plainYes.test(said)) return answer('sim');
  const read = consentAnswerIn(text);
  return read === 'unclear' ? undefined : answer(read === 'yes' ? 'sim' : 'não');
}

function readDate(text: string, { now }: AnswerSituation): AnswerReading | undefined {
  const read = parseDay(text, { now });
  switch (read.kind) {
    case 'date':
      return answer(String(read.date), dayShown(read.date));
    case 'past':
      return again('Esse dia já passou. Para que dia seria?');
    case 'impossible':
      return again('Essa data não existe no calendário. Para que dia seria?');
    case 'range':
    case 'alternatives':
    case 'ambiguous':
      return again('Que dia exatamente? Escreva um dia só, como 15/12.');
    default:
      return undefined;
  }
}

function readNumber(text: string): AnswerReading | undefined {
  const said = folded(text);
  const digits = /^\D{0,20}?(\d{1,9})(?:[.,](\d{1,3}))?\D{0,20}$/.exec(text);
  if (digits) return answer(digits[2] ? `${digits[1]}.${digits[2]}` : String(Number(digits[1])));
  const word = said
    .split(' ')
    .map(numberWord)
    .find((one) => one !== undefined);
  return word && word.place !== 'thousand' ? answer(String(word.value)) : undefined;
}

export function folded(text: string): string {
  return withoutAccents(text)
    .replace(/[^a-z0-9]+/g, ' ')
    .trim();
}

/** A time that was said without a day is not judged by what time it is. */
const startOfDay = (now: Temporal.ZonedDateTime) => now.with({ hour: 0, minute: 0, second: 0 });
const two = (value: number) => String(value).padStart(2, '0');

function dayShown(date: Temporal.PlainDate): string {
  return `${weekdayNames[weekdayOf(date)]}, ${two(date.day)}/${two(date.month)}/${date.year}`;
}

function cpfShown(digits: string): string {
  return digits.replace(/^(\d{3})(\d{3})(\d{3})(\d{2})$/, '$1.$2.$3-$4');
}

function phoneShown(e164: string): string {
  return e164.replace(/^\+55(\d{2})(\d{4,5})(\d{4})$/, '($1) $2-$3');
}
