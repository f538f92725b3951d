/** The names of days and months without accents, as sources of regular expressions and as numbers. */

const weekdayWords = 'segunda terca quarta quinta sexta sabado domingo'.split(' ');
const monthWords =
  'janeiro fevereiro marco abril maio junho julho agosto setembro outubro novembro dezembro'.split(
    ' ',
  );

export const anyMonth = monthWords.join('|');
/** With “-feira”, which only five of them have. */
export const anyWeekday = `(?:${weekdayWords.join('|')})(?: feira)?`;
export const weekdayStem = weekdayWords.join('|');

/** 1 to 7 from Monday, as Temporal counts. */
export const weekdayNumber = (word: string | undefined) => weekdayWords.indexOf(word ?? '') + 1;
/** 1 to 12. */
export const monthNumber = (word: string | undefined) => monthWords.indexOf(word ?? '') + 1;

/** `15`, `um`, `uma`, `primeiro`. */
export function smallNumber(word: string | undefined): number {
  return /^(um|uma|primeiro)$/.test(word ?? '') ? 1 : Number(word);
}
