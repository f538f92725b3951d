/**
 * Just enough Portuguese for the sandbox receptionist: days, times, names, telephones and e-mails as callers say them.
 * It finds one of each in a sentence and guesses nothing else. Days are `YYYY-MM-DD`, times `HH:MM`, telephones E.164
 * when the area code was said.
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
const spokenWeekdays = [
  'domingo',
  'segunda-feira',
  'terça-feira',
  'quarta-feira',
  'quinta-feira',
  'sexta-feira',
  'sábado',
];
const dayMs = 86_400_000;

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
function withDigits(text: string): string {
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

/** @param today `YYYY-MM-DD` at the clinic. The day is today or later; a bare weekday is never today. */
export function findDay(text: string, today: string): string | undefined {
  const said = withDigits(text);
  return dated(said, today) ?? relative(said, today);
}

function dated(said: string, today: string): string | undefined {
  const iso = /\b(\d{4}) (\d{2}) (\d{2})\b/.exec(said);
  if (iso) return realDay(Number(iso[1]), Number(iso[2]), Number(iso[3]));
  const named = new RegExp(`\\b(\\d{1,2}|primeiro) de (${months.join('|')})(?: de (\\d{4}))?`).exec(
    said,
  );
  const slashed = /\b(\d{1,2})\/(\d{1,2})(?:\/(\d{4}))?\b/.exec(said);
  if (named) return inMonth(named[1], months.indexOf(named[2] ?? '') + 1, named[3], today);
  if (slashed) return inMonth(slashed[1], Number(slashed[2]), slashed[3], today);
  const bare = /\bdia (\d{1,2}|primeiro)\b/.exec(said);
  return bare ? nextMonthday(toMonthday(bare[1]), today) : undefined;
}

const toMonthday = (word: string | undefined) => (word === 'primeiro' ? 1 : Number(word));

function inMonth(
  day: string | undefined,
  month: number,
  year: string | undefined,
  today: string,
): string | undefined {
  if (year) return realDay(Number(year), month, toMonthday(day));
  const thisYear = Number(today.slice(0, 4));
  const found = realDay(thisYear, month, toMonthday(day));
  return found && found >= today ? found : realDay(thisYear + 1, month, toMonthday(day));
}

function nextMonthday(day: number, today: string): string | undefined {
  let [year = 0, month = 1] = today.split('-').map(Number);
  // Twelve months hold every day of month at least once.
  for (let tries = 0; tries < 12; tries++) {
    const found = realDay(year, month, day);
    if (found && found >= today) return found;
    month = month === 12 ? 1 : month + 1;
    if (month === 1) year += 1;
  }
  return undefined;
}

function relative(said: string, today: string): string | undefined {
  if (/\bdepois de amanha\b/.test(said)) return addDays(today, 2);
  if (/\bamanha\b/.test(said)) return addDays(today, 1);
  if (/\bhoje\b/.test(said)) return today;
  const weekday = new RegExp(
    `\\b(${weekdays.join('|')})(?! (?:vez|opcao|via|pessoa|parte))\\b`,
  ).exec(said);
  if (!weekday) return undefined;
  const ahead = (weekdays.indexOf(weekday[1] ?? '') - weekdayOf(today) + 7) % 7;
  return addDays(today, ahead === 0 ? 7 : ahead);
}

function realDay(year: number, month: number, day: number): string | undefined {
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day
    ? date.toISOString().slice(0, 10)
    : undefined;
}

export function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * dayMs).toISOString().slice(0, 10);
}

function weekdayOf(day: string): number {
  return new Date(`${day}T00:00:00Z`).getUTCDay();
}

/** `terça-feira, dia 24 de novembro`. */
export function speakDay(day: string): string {
  const month = months[Number(day.slice(5, 7)) - 1] === 'marco' ? 'março' : undefined;
  const name = month ?? months[Number(day.slice(5, 7)) - 1] ?? '';
  return `${spokenWeekdays[weekdayOf(day)] ?? ''}, dia ${Number(day.slice(8))} de ${name}`;
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

/** `às 10 horas`, `às 14 e 30`, `à uma da tarde`. */
export function speakTime(time: string): string {
  const hours = Number(time.slice(0, 2));
  const minutes = Number(time.slice(3));
  if (hours === 12 && minutes === 0) return 'ao meio-dia';
  const start = hours === 1 ? 'à 1' : `às ${hours}`;
  if (minutes > 0) return `${start} e ${minutes}`;
  return `${start} ${hours === 1 ? 'hora' : 'horas'}`;
}

const introductions =
  /(?:meu nome (?:completo )?[eé]|me chamo|(?:eu )?sou [oa]?|aqui (?:quem fala )?[eé] [oa]?|quem fala [eé] [oa]?|fala [oa]|em nome d[eoa]|no nome d[eoa]|nome:)\s*/iu;
const nameConnectors = new Set(['da', 'de', 'do', 'das', 'dos', 'e']);
/** Words that may begin with a capital, or follow a name, and are never a part of one. */
const notNames = new Set(
  (
    'quero queria gostaria preciso desejo vou posso pode eu que uma um para com por favor obrigado obrigada ola oi bom boa ' +
    'sim nao paciente cliente isso certo da de do e minha meu consulta telefone alo entao eh na no hoje amanha so esta ' +
    'espera espere repete como quanto qual quando onde tem aceita voces um dois momento aham desculpa'
  ).split(' '),
);
const longestName = 6;

/** The name a caller introduced: `Meu nome é Maria Clara Souza, quero…` → `Maria Clara Souza`. */
export function findName(text: string): string | undefined {
  const introduced = introductions.exec(text);
  if (!introduced) return undefined;
  const rest = text.slice(introduced.index + introduced[0].length);
  const cued = /nome|chamo/i.test(introduced[0]);
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

/** `maria ponto clara arroba exemplo ponto com` → `maria.clara@exemplo.com`. */
export function findEmail(text: string): string | undefined {
  const typed = text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/\s*\b(?:arroba)\b\s*/g, '@')
    .replace(/\s+ponto\s+/g, '.')
    .replace(/\s+(?:underline|underscore|sublinhado)\s+/g, '_')
    .replace(/\s+(?:traco|hifen)\s+/g, '-');
  return /[a-z0-9._+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+/.exec(typed)?.[0];
}

/**
 * Ten or eleven digits with the area code → E.164; eight or nine → as said. In telephones “meia” is six.
 * Digits may be written, spoken one by one, or in tens.
 */
export function findPhone(text: string): string | undefined {
  const said = withDigits(text.replace(/[+()./,-]/g, ' ')).replace(/[.,;!?]/g, ' ');
  const words = said.split(/\s+/);
  const runs = [''];
  for (const word of words) {
    const run = runs.at(-1) ?? '';
    if (/^\d+$/.test(word)) runs[runs.length - 1] = run + word;
    else if (word === 'meia' && run.length > 1) runs[runs.length - 1] = `${run}6`;
    else if (word !== 'e') runs.push('');
  }
  const digits = runs.sort((a, b) => b.length - a.length)[0] ?? '';
  if (digits.length < 8) return undefined;
  // Other numbers may touch the telephone (“às dez, onze nove…”): a mobile is the last eleven, with its ninth digit.
  const national = digits.length > 11 ? digits.slice(-11) : digits;
  if (digits.length > 11 && national[2] !== '9') return undefined;
  return national.length < 10 ? national : `+55${national}`;
}
