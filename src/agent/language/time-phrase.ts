import { anyMonth } from './calendar-words.ts';
import { type Finding, type PhraseRule, phraseRule, type Said } from './phrase-rule.ts';
import { type DayPart, type SaidClock, saidClock, type TimeTerm } from './time-term.ts';

/** Times by the clock: “às duas e meia”, “quinze para as três”, “das oito ao meio-dia”, “depois das quatro”. */

/** @param name told apart when two clocks are in one phrase */
function clockSource(name = ''): string {
  const hour = `(?<h${name}>\\d{1,2}|uma(?! (?:consulta|exame|vaga|segunda|terca|quarta|quinta|sexta))|meio dia|meia noite)`;
  const minutes = `(?<mark${name}>h(?<hm${name}>\\d{2})?| horas?)?(?: e (?<m${name}>meia|meio|\\d{1,2}|um quarto|uma?)(?! de (?:${anyMonth})))?(?<min${name}> minutos?)?`;
  const before = `(?:(?<q${name}>\\d{1,2}|um quarto)(?: minutos)? para (?:as|a|o) )?`;
  const part = `(?: (?:da|de|na|pela|a) (?<part${name}>manha|tarde|noite|madrugada))?`;
  return `${before}${hour}${minutes}(?: em ponto)?${part}`;
}

/** The clock said in one group of names, or undefined when it is none. */
function clockOf(said: Said, name = ''): SaidClock | undefined {
  const word = said[`h${name}`];
  if (word === undefined) return undefined;
  const minutes = minutesOf(said, name);
  if (minutes === undefined) return undefined;
  if (word === 'meio dia') return { candidates: [12 * 60 + minutes] };
  if (word === 'meia noite') return { candidates: [(24 * 60 + minutes) % (24 * 60)] };
  const part = said[`part${name}`] as DayPart | undefined;
  const clock = saidClock(word === 'uma' ? 1 : Number(word), minutes, part);
  const isWritten24 = /^0\d/.test(word) && said[`hm${name}`] !== undefined && !part;
  return isWritten24 ? { ...clock, isWritten24 } : clock;
}

/** “Quinze para as três” takes away; more than half an hour is never said so. */
function minutesOf(said: Said, name: string): number | undefined {
  const before = said[`q${name}`];
  const word = said[`m${name}`] ?? said[`hm${name}`];
  if (before) {
    const minutes = before === 'um quarto' ? 15 : Number(before);
    return word === undefined && minutes > 0 && minutes <= 30 ? -minutes : undefined;
  }
  if (word === undefined) return 0;
  if (word === 'meio' && said[`h${name}`] !== 'meio dia') return undefined;
  if (/^mei[ao]$/.test(word)) return 30;
  const minutes = word === 'um quarto' ? 15 : /^uma?$/.test(word) ? 1 : Number(word);
  return minutes < 60 ? minutes : undefined;
}

/** Something besides a bare number says that this is a time. */
function isMarked(said: Said, name = ''): boolean {
  const word = said[`h${name}`] ?? '';
  const marks = ['mark', 'm', 'min', 'q', 'part'];
  return /^mei/.test(word) || marks.some((mark) => said[`${mark}${name}`] !== undefined);
}

const oneClock = (
  source: string,
  term: (clock: SaidClock) => TimeTerm,
  accept: (said: Said) => boolean = () => true,
): PhraseRule =>
  phraseRule(source, (said) => {
    const clock = clockOf(said);
    return clock && accept(said) ? found(term(clock), said) : undefined;
  });

/** Midnight belongs to two days, and the day's words must know it was said. */
function found(term: TimeTerm, said: Said): readonly Finding[] {
  const finding: Finding = { find: 'time', term };
  return term.term === 'exact' && said.h === 'meia noite' && !said.q
    ? [finding, { find: 'midnight' }]
    : [finding];
}

const between = (source: string, accept: (said: Said) => boolean = () => true): PhraseRule =>
  phraseRule(source, (said) => {
    const [first, last] = [clockOf(said, '1'), clockOf(said, '2')];
    if (!first || !last || !accept(said)) return undefined;
    return [{ find: 'time', term: { term: 'between', from: first, to: last } }];
  });

/** After “depois”, “antes”, “até”: only noon takes “o” and only one o'clock and midnight take “a”; the rest are days. */
const article = '(?:as|a(?= (?:uma|1(?:h| |$)|meia))|o(?= meio))';
const one = clockSource('1');
const two = clockSource('2');
const clock = clockSource();
const exact = (said: SaidClock): TimeTerm => ({ term: 'exact', clock: said });
const from = (said: SaidClock): TimeTerm => ({ term: 'from', clock: said });
const to = (said: SaidClock): TimeTerm => ({ term: 'to', clock: said });
/** “Antes das dez” leaves ten itself out. */
const before = ({ candidates }: SaidClock): TimeTerm => ({
  term: 'to',
  clock: { candidates: candidates.map((minute) => minute - 1).filter((minute) => minute >= 0) },
});
const about =
  '(?:la pelas?|la pelo|la para as|ali pelas?|por volta d[aeo]s?|por volta|mais ou menos(?: as| a| ao| umas)?|cerca d[aeo]s?|perto d[aeo]s?|em torno d[aeo]s?|umas|aproximadamente(?: as| a)?)';

export const timeRules: readonly PhraseRule[] = [
  between(`entre (?:as |a |o )?${one} (?:e|ate) (?:as |a |o )?${two}`),
  between(
    `(?:a partir )?d${article} ${one} (?:as|a(?= uma| 1(?:h| |$)| meia)|ao|ate(?: as| a| o)?) ${two}`,
  ),
  between(`de ${one} (?:as|ao|ate(?: as| a| o)?) ${two}`),
  between(`d(?:e|as) ${one} a ${two}`, (said) => isMarked(said, '1') || isMarked(said, '2')),
  between(`${one} (?:as|ate(?: as| a| o)?|ao) ${two}`, (said) => isMarked(said, '1')),
  oneClock(
    `(?:(?:depois|a partir|passando) d${article}|(?:apos|passad[ao]s?) ${article}) ${clock}`,
    from,
  ),
  oneClock(`(?:depois|a partir) de ${clock}`, from, isMarked),
  oneClock(`antes d${article} ${clock}`, before),
  oneClock(`antes de ${clock}`, before, isMarked),
  oneClock(
    `(?:ate|no maximo|ate no maximo|no mais tardar|o mais tardar) (?:${article}|ao(?= meio)) ${clock}`,
    to,
  ),
  oneClock(`(?:ate|no maximo|ate no maximo) ${clock}`, to, isMarked),
  oneClock(`${about} ${clock}`, (said) => ({ term: 'about', clock: said })),
  oneClock(`(?:as|pelas?|(?:ao|pelo)(?= meio)) ${clock}`, exact),
  // “A oito” is a week from then, no hour; “à uma” can only be one.
  oneClock(`a (?=uma|1(?:h| |$))${clock}`, exact),
  oneClock(clock, exact, isMarked),
  phraseRule('0 horas?', () => [
    { find: 'time', term: exact({ candidates: [0] }) },
    { find: 'midnight' },
  ]),
];

/** A lone number where only a time was asked for. */
export const bareTimeRule: PhraseRule = oneClock(clock, exact);
