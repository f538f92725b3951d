import { dictatedDigits } from './digit-words.ts';
import { numberWord } from './number-words.ts';
import { withoutAccents } from './said-words.ts';

/** E-mail addresses as they are said: “maria ponto silva arroba gmail ponto com, tudo junto”. Pure. */

export type EmailReading =
  | { kind: 'email'; email: string }
  /** “Yahoo” without more, or digits that can be written in two ways. */
  | { kind: 'ambiguous'; options: string[] }
  | { kind: 'not-understood' };

/** RFC 5321: 64 before the @ and 254 in all; the words for them are longer. */
const longestText = 600;
const longestLocalPart = 64;

/** What recognisers write for the signs, and for the providers everybody has. */
const signWords: [RegExp, string][] = [
  [/\b(?:tudo )?(?:junto|minusculo|minuscula|em minusculo|sem (?:espaco|acento|ponto))s?\b/g, ' '],
  [/\b(?:com )?letras? minusculas?\b/g, ' '],
  [/\s*\b(?:arroba|aroba|a roba)\b\s*/g, '@'],
  [/\s*\b(?:underline|underscore|anderline|anderlaine|sublinhado|traco baixo)\b\s*/g, '_'],
  [/\s*\b(?:hifen|ifen|traco|tracinho)\b\s*/g, '-'],
  [/\s*\bponto\b\s*/g, '.'],
  [/\b(?:g mail|gimeil|gmeil|gemail|jmail|g meil)\b/g, 'gmail'],
  [/\b(?:hot mail|rotmail|rot mail|hotmeil|rotmeil)\b/g, 'hotmail'],
  [/\b(?:out look|autlook|outluk)\b/g, 'outlook'],
  [/\b(?:i cloud|aicloud|icloud)\b/g, 'icloud'],
  [/\b(?:iahoo|ia hoo|yahu|iarru)\b/g, 'yahoo'],
  [/\b(?:be erre|b r)\b/g, 'br'],
];

/** Names of letters that are no words of their own. */
const letterNames: Record<string, string> = {
  efe: 'f',
  aga: 'h',
  jota: 'j',
  eme: 'm',
  ene: 'n',
  erre: 'r',
  dabliu: 'w',
  xis: 'x',
  ipsilon: 'y',
};

/** A provider said without its ending. */
const bareProviders: Record<string, string[]> = {
  gmail: ['gmail.com'],
  hotmail: ['hotmail.com'],
  outlook: ['outlook.com'],
  icloud: ['icloud.com'],
  live: ['live.com'],
  uol: ['uol.com.br'],
  bol: ['bol.com.br'],
  yahoo: ['yahoo.com', 'yahoo.com.br'],
};

const introduction =
  /^(?:(?:entao|bom|olha|ai|ta|sim|claro|anota|pode anotar|anote|o|a|meu|minha|seu|nosso|dele|dela|e ?mail|endereco|eh|e|seria|para contato|de contato) )+/;
const farewell = /^(?:(?:so|isso|ok|ta|certo|obrigad[oa]|por favor|viu|ne|tudo) ?)*$/;
const address = /^[a-z0-9](?:[a-z0-9._+-]*[a-z0-9_])?@[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}$/;

export function parseEmail(text: string): EmailReading {
  if (text.length > longestText) return { kind: 'not-understood' };
  const [before, after, ...more] = signs(text).split('@');
  if (before === undefined || after === undefined || more.length > 0) {
    return { kind: 'not-understood' };
  }
  const locals = localParts(before.replace(introduction, ''));
  const options = locals.flatMap((local) => domains(after).map((domain) => `${local}@${domain}`));
  const valid = [...new Set(options)].filter(isAddress);
  const [only] = valid;
  if (!only) return { kind: 'not-understood' };
  return valid.length === 1
    ? { kind: 'email', email: only }
    : { kind: 'ambiguous', options: valid };
}

function isAddress(email: string): boolean {
  return address.test(email) && !email.includes('..') && email.indexOf('@') <= longestLocalPart;
}

function signs(text: string): string {
  const folded = withoutAccents(text)
    .replace(/\be-mail\b/g, 'email')
    .replace(/[,;:!?"“”()]+/g, ' ')
    .replace(/\.(?= |$)/g, ' ')
    .replace(/ +/g, ' ');
  const said = signWords.reduce((words, [pattern, sign]) => words.replace(pattern, sign), folded);
  return said
    .replace(/\s*([@._])\s*/g, '$1')
    .replace(/ +/g, ' ')
    .trim();
}

/** More ways to write one address than this, and it must be said again. */
const mostSpellings = 8;

/** All ways to write what stands before the @; spaces are not said, so they are dropped. */
function localParts(said: string): string[] {
  const parts = said.split(/([._+-])/);
  return combined(parts.map((part) => (/^[._+-]$/.test(part) ? [part] : joined(part))));
}

/** One of each, in every combination; none when there are too many. */
function combined(parts: readonly (readonly string[])[]): string[] {
  let heads = [''];
  for (const tails of parts) {
    heads = heads.flatMap((head) => tails.map((tail) => head + tail));
    if (heads.length > mostSpellings) return [];
  }
  return heads;
}

/** Words put together, runs of numbers as digits: `maria vinte e dois` → `maria22`. */
function joined(part: string): string[] {
  const words = spelledLetters(part).split(' ').filter(Boolean);
  const spellings: (readonly string[])[] = [];
  for (let at = 0; at < words.length; ) {
    const length = numberRun(words, at);
    const run = words.slice(at, at + length).join(' ');
    spellings.push(length > 0 ? (dictatedDigits(run) ?? []) : asWord(words[at] ?? ''));
    at += Math.max(1, length);
  }
  return combined(spellings);
}

/** `m de maria` → `m`, `jota` → `j`. */
function spelledLetters(part: string): string {
  return part
    .replace(/\b([a-z]) de (?=\1)[a-z]+\b/g, '$1')
    .split(' ')
    .map((word) => (Object.hasOwn(letterNames, word) ? letterNames[word] : word))
    .join(' ');
}

function numberRun(words: readonly string[], at: number): number {
  let length = 0;
  while (isNumberAt(words, at + length, length > 0)) length += 1;
  return length;
}

/** A lone “meia” is a six or a word. */
function asWord(word: string): string[] {
  return word === 'meia' ? ['6', 'meia'] : [word];
}

/** “E” belongs to a number only between two of its words; “meia” only beside other digits. */
function isNumberAt(words: readonly string[], at: number, isInside: boolean): boolean {
  const word = words[at];
  if (word === 'e') return isInside && numberWord(words[at + 1]) !== undefined;
  if (word !== 'meia') return numberWord(word) !== undefined;
  return isInside || words[at + 1] === 'meia' || numberWord(words[at + 1]) !== undefined;
}

/** “meu site ponto com”: words up to the first dot are one; after the address, only a farewell. */
function domains(said: string): string[] {
  const words = said.trim().split(' ');
  const dotted = words.findIndex((word) => word.includes('.'));
  const end = Math.max(0, dotted) + 1;
  if (!farewell.test(words.slice(end).join(' '))) return [];
  const host = words.slice(0, end).join('');
  return Object.hasOwn(bareProviders, host) ? (bareProviders[host] ?? []) : [host];
}
