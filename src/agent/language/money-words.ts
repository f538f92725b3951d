import { withCardinals } from './number-words.ts';
import { withoutAccents } from './said-words.ts';

/** Sums of money as they are said: “cem reais”, “duzentos e cinquenta”, “dois e cinquenta”, `R$ 1.250,50`. Pure. */

export type MoneyReading =
  /** Whole centavos. */
  | { kind: 'money'; centavos: number }
  /** “Cem e cinquenta”: a hundred and a half, or a hundred and fifty? */
  | { kind: 'ambiguous'; options: number[] }
  | { kind: 'not-understood' };

/** Nobody pays more over the telephone; and every sum below is exact in a double. Reais. */
const largestSum = 1_000_000;
const longestText = 200;

const fillers =
  /\b(?:eu|vou|quero|pagar|pago|com|em|dinheiro|especie|troco|para|pra|tenho|da|o|valor|de|seria|e de|sao|foi|total|so|isso|ok|por favor|certo|reais mesmo)\b/g;

const currency = '(?:real|reais|contos?|pilas?|mangos?)';
const sum = '(?<reais>\\d+)';
const shapes: [
  RegExp,
  (said: Partial<Record<string, string>>) => number | 'doubtful' | undefined,
][] = [
  [new RegExp(`^${sum} ${currency} e? ?(?<cents>\\d{1,2})(?: centavos?)?$`), inReaisAndCentavos],
  [new RegExp(`^${sum}(?: ${currency})?$`), ({ reais }) => Number(reais) * 100],
  [new RegExp(`^${sum},(?<cents>\\d{2})(?: ${currency})?$`), inReaisAndCentavos],
  [/^(?<cents>\d{1,2}) centavos?$/, inReaisAndCentavos],
  // “Dois e cinquenta”; without “centavos”, fewer than ten are not said so.
  [new RegExp(`^${sum} e (?<cents>\\d{2})(?: ${currency})?$`), shortSum],
  [new RegExp(`^${sum} e (?<cents>\\d{1,2}) centavos?$`), inReaisAndCentavos],
];

function inReaisAndCentavos({ reais, cents }: Partial<Record<string, string>>): number {
  return Number(reais ?? 0) * 100 + Number(cents ?? 0);
}

/** “Cem e vinte” is “cento e vinte” badly said, or a hundred and twenty centavos. */
function shortSum(said: Partial<Record<string, string>>): number | 'doubtful' {
  const isRound = Number(said.reais) % 100 === 0;
  return isRound ? 'doubtful' : inReaisAndCentavos(said);
}

export function parseMoney(text: string): MoneyReading {
  if (text.length > longestText) return { kind: 'not-understood' };
  const said = moneyWords(text);
  const notes = sumOfNotes(said);
  if (notes !== undefined) return inBounds(notes);
  const words = said
    .replace(fillers, ' ')
    .replace(/ +/g, ' ')
    .trim()
    .replace(/^uma? /, '1 ');
  for (const [shape, read] of shapes) {
    const groups = shape.exec(words)?.groups;
    const centavos = groups && read(groups);
    if (groups && centavos === 'doubtful') return doubtful(groups);
    if (typeof centavos === 'number') return inBounds(centavos);
  }
  return { kind: 'not-understood' };
}

function doubtful({ reais, cents }: Partial<Record<string, string>>): MoneyReading {
  const whole = Number(reais);
  return {
    kind: 'ambiguous',
    options: [whole * 100 + Number(cents), (whole + Number(cents)) * 100],
  };
}

function inBounds(centavos: number): MoneyReading {
  return centavos <= largestSum * 100 ? { kind: 'money', centavos } : { kind: 'not-understood' };
}

/** No accents, numbers in digits, decimal comma kept, thousands joined. */
function moneyWords(text: string): string {
  const words = withoutAccents(text)
    .replace(/r\$/g, ' ')
    .replace(/(\d)\.(?=\d{3}(?:\D|$))/g, '$1')
    .replace(/(\d)[.,](\d{2})(?!\d)/g, '$1#$2')
    .replace(/[^a-z0-9# ]+/g, ' ')
    .replaceAll('#', ',')
    .split(' ')
    .filter(Boolean);
  return withCardinals(words);
}

/** “Duas notas de cem e uma de cinquenta”. */
function sumOfNotes(said: string): number | undefined {
  const notes =
    /(?:^| )(?:(?:(\d+) )?(?:notas?|cedulas?)|(\d+)) de (\d+)((?: e (\d+) de (\d+))*)$/.exec(said);
  if (!notes) return undefined;
  const more = [...(notes[4] ?? '').matchAll(/(\d+) de (\d+)/g)];
  const all = [[notes[1] ?? notes[2] ?? '1', notes[3]], ...more.map((one) => [one[1], one[2]])];
  return all.reduce((total, [count, value]) => total + Number(count) * Number(value) * 100, 0);
}
