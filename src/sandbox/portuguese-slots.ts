/**
 * Just enough Portuguese for the sandbox receptionist: names, and the days and times (`HH:MM`) by which a caller picks
 * one of a few offers. What a day, a number or a sum means is the tools' work: they are given the words.
 */

const unitWords: Record<string, number> = {
  zero: 0,
  um: 1,
  uma: 1,
  dois: 2,
  duas: 2,
  tres: 3,
  quatro: 4,
  cinco: 5,
  seis: 6,
  sete: 7,
  oito: 8,
  nove: 9,
};
const teenWords: Record<string, number> = {
  dez: 10,
  onze: 11,
  doze: 12,
  treze: 13,
  quatorze: 14,
  catorze: 14,
  quinze: 15,
  dezesseis: 16,
  dezessete: 17,
  dezoito: 18,
  dezenove: 19,
};
const tenWords: Record<string, number> = {
  vinte: 20,
  trinta: 30,
  quarenta: 40,
  cinquenta: 50,
  sessenta: 60,
  setenta: 70,
  oitenta: 80,
  noventa: 90,
};
const weekdays = ['domingo', 'segunda', 'terca', 'quarta', 'quinta', 'sexta', 'sabado'];
const months = [
  'janeiro',
  'fevereiro',
  'marco',
  'abril',
  'maio',
  'junho',
  'julho',
  'agosto',
  'setembro',
  'outubro',
  'novembro',
  'dezembro',
];
/** Lower case, no accents, hyphens as spaces: `Terça-feira, às` → `terca feira, as`. */
export function plain(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll('-', ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

/** Plain text with number words as digits: `às vinte e duas e meia` → `as 22 e meia`. */
export function withDigits(text: string): string {
  const words = plain(text).split(' ');
  const out: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const [, core = '', tail = ''] = /^(.*?)([.,;:!?]*)$/.exec(words[i] ?? '') ?? [];
    const ten = own(tenWords, core);
    const unit = words[i + 1] === 'e' ? spokenUnit(words[i + 2]) : undefined;
    if (ten !== undefined && tail === '' && unit !== undefined) {
      out.push(`${ten + unit.value}${unit.tail}`);
      i += 2;
      continue;
    }
    const value = ten ?? own(teenWords, core) ?? own(unitWords, core);
    out.push(value === undefined ? `${core}${tail}` : `${value}${tail}`);
  }
  return out.join(' ');
}

function own(words: Record<string, number>, word: string): number | undefined {
  return Object.hasOwn(words, word) ? words[word] : undefined;
}

function spokenUnit(word: string | undefined): { value: number; tail: string } | undefined {
  const [, core = '', tail = ''] = /^(.*?)([.,;:!?]*)$/.exec(word ?? '') ?? [];
  const value = own(unitWords, core);
  return value === undefined || value === 0 ? undefined : { value, tail };
}

/** Does it hold a number, in words or digits? `uma` and `um` alone are articles. */
export function hasNumber(text: string): boolean {
  return (
    /\d/.test(withDigits(text.replace(/\b(?:um|uma)\b/gi, ' '))) ||
    /\bmil\b|\bcem\b|\bcento\b|(?:duz|trez|quinh)entos|\w+centos\b/.test(plain(text))
  );
}

/** A day named by itself: its weekday (0 is Sunday) or its number in the month. */
export interface NamedDay {
  weekday?: number;
  monthday?: number;
}

/** The day a caller picks from a list: `na quinta`, `dia vinte e seis`. It is not looked up in a calendar. */
export function findNamedDay(text: string): NamedDay | undefined {
  const said = withDigits(text);
  const monthday =
    /\bdia (\d{1,2}|primeiro)\b/.exec(said)?.[1] ??
    new RegExp(`\\b(\\d{1,2}|primeiro) de (?:${months.join('|')})`).exec(said)?.[1];
  const weekday = new RegExp(
    `\\b(${weekdays.join('|')})(?! (?:vez|opcao|via|pessoa|parte))\\b`,
  ).exec(said)?.[1];
  if (!monthday && !weekday) return undefined;
  return {
    ...(weekday ? { weekday: weekdays.indexOf(weekday) } : {}),
    ...(monthday ? { monthday: monthday === 'primeiro' ? 1 : Number(monthday) } : {}),
  };
}

/** @param day `YYYY-MM-DD` */
export function isNamedDay(day: string, named: NamedDay): boolean {
  const { weekday, monthday } = named;
  return (
    (weekday === undefined || weekday === weekdayOf(day)) &&
    (monthday === undefined || monthday === Number(day.slice(8, 10)))
  );
}

function weekdayOf(day: string): number {
  return new Date(`${day}T00:00:00Z`).getUTCDay();
}

/** `2026-11-24` → `dia 24 de novembro`. */
export function speakDay(day: string): string {
  return `dia ${Number(day.slice(8, 10))} de ${months[Number(day.slice(5, 7)) - 1] ?? ''}`;
}

const period = '(?:\\s+(?:da|de|na|a|pela) (manha|tarde|noite))?';
const hour = '(\\d{1,2})(?! ?[\\d/])';
const timeShapes = [
  // 14:30, 14h30
  new RegExp(`\\b(\\d{1,2}) ?(?::|h) ?(\\d{2})\\b${period}`),
  // às 10 horas e meia, a partir das 14, lá pelas 3 da tarde
  new RegExp(`\\b(?:as|das|pelas|a) ${hour}(?: ?h(?:oras?)?\\b)?(?: e (meia|\\d{1,2}))?${period}`),
  // 10 horas e 15
  new RegExp(`\\b${hour} ?h(?:oras?)?\\b(?: e (meia|\\d{1,2}))?${period}`),
  // 10 e meia da manhã
  new RegExp(`\\b${hour} e (meia|15|30|45)\\b${period}`),
  // 10 da manhã
  new RegExp(`\\b${hour}()\\s+(?:da|de) (manha|tarde|noite)\\b`),
];

/**
 * `bare` also accepts a lone number, for an answer to “que horas?”.
 * Without a part of the day, one to six o'clock means the afternoon: clinics are closed at dawn.
 */
export function findTime(text: string, bare = false): string | undefined {
  const said = withDigits(text)
    .replace(/\bdia \d{1,2}\b/g, ' ')
    .replace(/\b\d{1,2} de (?=[a-z]{4,})(?!manha|tarde|noite)/g, ' ');
  const noon = /\bmeio dia( e meia)?\b/.exec(said);
  if (noon) return noon[1] ? '12:30' : '12:00';
  const before = /\b(\d{1,2}|um quarto) (?:minutos )?para (?:as|a|o) (\d{1,2})\b/.exec(said);
  if (before) return minutesBefore(Number(before[1]), Number(before[2]), said);
  for (const shape of timeShapes) {
    const found = shape.exec(said);
    const time = found && toTime(Number(found[1]), minutesOf(found[2]), found[3]);
    if (time) return time;
  }
  const lone = bare ? /^\D{0,20}\b(\d{1,2})\b\D{0,20}$/.exec(said) : null;
  return lone ? toTime(Number(lone[1]), 0, undefined) : undefined;
}

const minutesOf = (word: string | undefined) => (word === 'meia' ? 30 : Number(word ?? 0));

function minutesBefore(minutes: number, hours: number, said: string): string | undefined {
  const part = /\b(manha|tarde|noite)\b/.exec(said)?.[1];
  const whole = toTime(hours, 0, part);
  if (!whole || minutes < 1 || minutes > 59) return undefined;
  return `${pad(Number(whole.slice(0, 2)) - 1)}:${pad(60 - minutes)}`;
}

function toTime(hours: number, minutes: number, part: string | undefined): string | undefined {
  if (hours > 23 || minutes > 59 || Number.isNaN(minutes)) return undefined;
  const afternoon =
    hours > 0 && hours < 12 && (part === 'tarde' || part === 'noite' || (!part && hours < 7));
  return `${pad(afternoon ? hours + 12 : hours)}:${pad(minutes)}`;
}

const pad = (value: number) => String(value).padStart(2, '0');

const introductions =
  /(?:meu nome (?:completo )?[eé]|[oa] nome (?:certo |completo |correto |dele |dela |d[oa] (?:meu |minha )?\p{L}+ )*[eé]|(?:el[ea] )?se chama|me chamo|(?:eu )?sou [oa]?|aqui (?:quem fala )?[eé] [oa]?|quem fala [eé] [oa]?|fala [oa]|em nome d[eoa]|no nome d[eoa]|nome:)\s*/iu;
const nameConnectors = new Set(['da', 'de', 'do', 'das', 'dos', 'e']);
/** Words that may begin with a capital, or follow a name, and are never a part of one. */
const notNames = new Set(
  (
    'quero queria gostaria preciso desejo vou posso pode eu que uma um para com por favor obrigado obrigada ola oi bom boa ' +
    'sim nao paciente cliente isso certo da de do e minha meu consulta telefone alo entao eh na no hoje amanha so esta ' +
    'espera espere repete como quanto qual quando onde tem aceita voces um dois momento aham desculpa pix dinheiro cartao ' +
    'marcar cancelar remarcar tanto faz qualquer dia errado outro outra nenhum nenhuma primeira primeiro segunda ultima ultimo'
  ).split(' '),
);
const longestName = 6;

/** The name a caller introduced: `Meu nome é Maria Clara Souza, quero…` → `Maria Clara Souza`. */
export function findName(text: string): string | undefined {
  const introduced = introductions.exec(text);
  if (!introduced) return undefined;
  const rest = text.slice(introduced.index + introduced[0].length);
  const cued = /nome|chamo|chama/i.test(introduced[0]);
  if (!cued && !/^\p{Lu}/u.test(rest)) return undefined;
  return takeName(rest);
}

/** An answer that is only a name: `É Maria Clara Souza.` → `Maria Clara Souza`. */
export function bareName(text: string): string | undefined {
  const answer = text.replace(
    /^\s*(?:(?:é|sim|claro|pois não|olá|oi)[,.!]?\s+)*(?:[oa]\s+)?/iu,
    '',
  );
  const name = takeName(answer);
  const rest = name ? plain(answer).slice(plain(name).length) : '';
  return name && /^[\s.,!?]*$/.test(rest.replace(/por favor|obrigad[oa]/g, '')) ? name : undefined;
}

function takeName(text: string): string | undefined {
  const words: string[] = [];
  const phrase = /^[^.,;:!?\d]*/.exec(text)?.[0] ?? '';
  for (const word of phrase.trim().split(/\s+/)) {
    const key = plain(word);
    const connects = words.length > 0 && nameConnectors.has(key);
    if (!connects && (notNames.has(key) || !/^\p{L}[\p{L}'-]+$/u.test(word))) break;
    words.push(connects ? key : word.charAt(0).toUpperCase() + word.slice(1));
    if (words.length === longestName) break;
  }
  while (words.length > 0 && nameConnectors.has(words.at(-1) ?? '')) words.pop();
  return words.length > 0 ? words.join(' ') : undefined;
}
