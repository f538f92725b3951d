/** Comparing what a caller says with the names a clinic uses, in Portuguese. Pure. */

/** Lower case without accents; everything but letters and digits becomes a space. */
export function folded(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, ' ')
    .trim();
}

const wordSet = (words: string) => new Set(words.split(' '));

export const grammarWords = wordSet(
  'a o as os um uma de da do das dos com para por pra no na em e',
);

/** Also words that every wish may contain. */
const fillerWords = new Set([
  ...grammarWords,
  ...wordSet(
    'dr dra doutor doutora medico medica consulta consultar exame exames teste testes marcar fazer agendar preciso quero',
  ),
]);

const numberWords = new Map([
  ['um', '1'],
  ['uma', '1'],
  ['dois', '2'],
  ['duas', '2'],
  ['ambos', '2'],
  ['ambas', '2'],
]);

/** Words without accents, fillers and endings, so that cardiologia, cardiologista and Cardiológica meet. */
export function stems(text: string, fillers: ReadonlySet<string> = fillerWords): string[] {
  const words = folded(text).split(' ').filter(Boolean);
  const meaningful = words
    .map((word, i) => (isCounted(words[i + 1]) ? (numberWords.get(word) ?? word) : word))
    .filter((word) => !fillers.has(word));
  return meaningful.map(stem);
}

/** Before these words, “um” and “dois” count something and are no fillers. */
function isCounted(next: string | undefined): boolean {
  return next !== undefined && /^(membro|perna|braco)s?$/.test(next);
}

const endings = /(?:istas?|icos?|icas?|ias?|os?|as?|es?|s)$/;

function stem(word: string): string {
  const short = word.replace(endings, '');
  return short.length >= 4 ? short : word;
}

export function sameStems(said: string[], wanted: string[]): boolean {
  return said.length === wanted.length && covers(said, wanted);
}

export function covers(said: string[], wanted: string[]): boolean {
  return (
    wanted.length > 0 && wanted.every((word) => said.some((candidate) => alike(candidate, word)))
  );
}

/** From this length on, one wrong, missing or extra letter is a slip and not another word. */
const forgivingLength = 6;

function alike(a: string, b: string): boolean {
  if (a === b) return true;
  if (Math.min(a.length, b.length) < forgivingLength) return false;
  return isOneEditApart(a, b);
}

function isOneEditApart(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false;
  let start = 0;
  while (start < a.length && a[start] === b[start]) start += 1;
  const restA = a.slice(start);
  const restB = b.slice(start);
  if (a.length === b.length) return restA.slice(1) === restB.slice(1);
  return a.length > b.length ? restA.slice(1) === restB : restA === restB.slice(1);
}

/** Shared pairs of letters with these words, 0 to 1, without what half of medicine ends in. */
export function likenessTo(words: string): (name: string) => number {
  const core = (text: string) =>
    letterPairs(
      stems(text)
        .map((word) => word.replace(/(olog|graf|scop|gram|terap)$/, ''))
        .join(' '),
    );
  const wanted = core(words);
  return (name) => overlap(core(name), wanted);
}

function letterPairs(text: string): Set<string> {
  const pairs = new Set<string>();
  for (let i = 0; i + 1 < text.length; i += 1) pairs.add(text.slice(i, i + 2));
  return pairs;
}

function overlap(a: Set<string>, b: Set<string>): number {
  let shared = 0;
  for (const pair of a) if (b.has(pair)) shared += 1;
  return (2 * shared) / Math.max(1, a.size + b.size);
}
