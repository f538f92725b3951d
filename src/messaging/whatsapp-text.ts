/** Pure: a reply as WhatsApp messages. */

/** One before a date and one before a time; any other picture is taken out: the clinic's script wants them there only. */
const pictures =
  /\p{Extended_Pictographic}(?:\uFE0F|\u200D\p{Extended_Pictographic}|[\u{1F3FB}-\u{1F3FF}])*/gu;
const allowedBefore =
  /^\s*(?:(?:segunda|terça|quarta|quinta|sexta)(?:-feira)?|sábado|domingo|hoje|amanhã|\d{1,2}\/\d{1,2}|(?:às|as|das)?\s*\d{1,2}(?::\d{2}|\s?h))/iu;

/** `terça-feira, 01/12`; also without the weekday, and with a year. */
const dates =
  /(?<!\p{L})(?:(?:segunda|terça|quarta|quinta|sexta)-feira|sábado|domingo), \d{2}\/\d{2}(?:\/\d{4})?(?!\d)/giu;
const times = /(?<!\p{L})(?:às|das) \d{2}:\d{2}(?: às \d{2}:\d{2})?/gu;

/** Pictures by dates and times only. */
export function withDatePictures(text: string): string {
  const bare = text
    .replace(pictures, (picture, at: number) => {
      const rest = text.slice(at + picture.length);
      return isDigitSign(picture) || (isOfTime(picture) && allowedBefore.test(rest)) ? picture : '';
    })
    .replace(/[^\S\n]{2,}/g, ' ')
    .replace(/ +\n/g, '\n')
    .trim();
  return mark(mark(bare, dates, '📅'), times, '🕐');
}

/** Digits and signs like © count as pictographic for Unicode; nobody calls them pictures. */
function isDigitSign(picture: string): boolean {
  return /^[\d#*©®™]/.test(picture);
}

function isOfTime(picture: string): boolean {
  return /^(?:📅|📆|🗓|🕐|🕑|🕒|🕓|🕔|🕕|🕖|🕗|🕘|🕙|🕚|🕛|⏰|⌚)/u.test(picture);
}

function mark(text: string, pattern: RegExp, picture: string): string {
  return text.replace(pattern, (words, at: number) => {
    const before = text.slice(Math.max(0, at - 4), at);
    return /\p{Extended_Pictographic}/u.test(before.replace(/[\d#*]/g, ''))
      ? words
      : `${picture} ${words}`;
  });
}

/**
 * Within the limit, cut where a reader breathes: between paragraphs, else sentences, else words. Nothing is lost but the
 * blank space at the cuts.
 */
export function splitText(text: string, limit: number): string[] {
  const parts: string[] = [];
  let rest = text.trim();
  while (rest.length > limit) {
    const at = cutOf(rest, limit);
    parts.push(rest.slice(0, at).trimEnd());
    rest = rest.slice(at).trimStart();
  }
  return rest === '' ? parts : [...parts, rest];
}

/** A cut before this share of the limit would leave crumbs. */
const leastShare = 0.4;

function cutOf(text: string, limit: number): number {
  const window = text.slice(0, limit + 1);
  const least = Math.floor(limit * leastShare);
  const paragraph = window.lastIndexOf('\n\n');
  if (paragraph >= least) return paragraph;
  const line = window.lastIndexOf('\n');
  const sentence = lastSentenceEnd(window);
  const best = Math.max(line, sentence);
  if (best >= least) return best;
  const space = window.lastIndexOf(' ');
  if (space >= least) return space;
  // A word longer than a message: not between the halves of one character.
  const code = text.charCodeAt(limit - 1);
  return code >= 0xd800 && code < 0xdc00 ? limit - 1 : limit;
}

/** After the sign that ends the last whole sentence; `Dr.` and `Rua São João, n.` end none. */
function lastSentenceEnd(text: string): number {
  let last = -1;
  for (const match of text.matchAll(/[.!?…]+["”»)]?(?=\s)/g)) {
    const word = /(\S+)$/.exec(text.slice(0, match.index + 1))?.[1] ?? '';
    if (/^(?:\d+|dra?|sra?|av|r|n|tel|prof|ex|obs)\.$/i.test(word)) continue;
    last = match.index + match[0].length;
  }
  return last;
}

/** Free text is taken for so long after the person last wrote; a minute less, for the way there. */
export const windowMs = 24 * 3_600_000 - 60_000;

export function isWindowOpen(heardAtMs: number | null, nowMs: number): boolean {
  return heardAtMs !== null && nowMs - heardAtMs < windowMs;
}
