import { numberWord, readCardinal } from './language/number-words.ts';
import { covers, folded, grammarWords, stems } from './portuguese-words.ts';
import type { TransferDestination } from './transfer-setting.ts';

/** The part of a clinic's file that says who may be called for a caller. */
export interface TransferClinic {
  transfers: readonly TransferDestination[];
  reception?: string | undefined;
}

export type FoundTransfer =
  | { outcome: 'found'; destination: TransferDestination }
  /** Several fit, or one fits in part: the caller says which. */
  | { outcome: 'ambiguous'; options: TransferDestination[] }
  | { outcome: 'unknown'; options: TransferDestination[] }
  /** A telephone number was asked for: never dialled, whoever asks. To be counted. */
  | { outcome: 'number-refused'; options: TransferDestination[] };

/** Longest wish that is read, in UTF-16 units. */
const longestWish = 300;

const receptionId = 'recepcao';
const receptionAliases = [
  'recepção',
  'recepcionista',
  'atendente',
  'atendimento',
  'secretária',
  'secretaria',
  'uma pessoa',
  'pessoa de verdade',
  'ser humano',
  'humano',
  'alguém',
];

/** Everybody a caller may be put through to: the file's list, and the reception under the words people use for it. */
export function transferDestinations({ transfers, reception }: TransferClinic) {
  const isReception = ({ id, number }: TransferDestination) =>
    id === receptionId || number === reception;
  const listed = transfers.map((one) =>
    isReception(one) ? { ...one, aliases: [...one.aliases, ...receptionAliases] } : one,
  );
  if (!reception || listed.some(isReception)) return listed;
  const added: TransferDestination = {
    id: receptionId,
    name: 'Recepção',
    number: reception,
    aliases: receptionAliases,
    kind: 'cold',
    onHolidays: false,
  };
  return [...listed, added];
}

/** Who is meant by an id, a name, an alias or a caller's sentence with one of them in it. */
export function findTransfer(words: string, clinic: TransferClinic): FoundTransfer {
  const destinations = transferDestinations(clinic);
  const wish = folded(words.slice(0, longestWish));
  const exact = destinations.filter((one) => namesOf(one).includes(wish));
  if (exact.length === 1 && exact[0]) return { outcome: 'found', destination: exact[0] };
  if (saysNumber(wish, destinations)) return { outcome: 'number-refused', options: destinations };
  return byWords(wish, destinations);
}

function namesOf({ id, name, aliases }: TransferDestination): string[] {
  return [id, name, ...aliases].map(folded);
}

const politeWords =
  'quero queria gostaria preciso pode poderia falar conversar passar passa passe transferir transfere transfira ligar liga me eu pro para favor gentileza setor departamento ramal telefone numero dr dra doutor doutora senhor senhora seu dona ai la agora so ver se consegue chamar chama tem como';
const fillers = new Set([...grammarWords, ...politeWords.split(' ')]);

interface Fit {
  destination: TransferDestination;
  /** Words of the name that were said: of two that fit whole, the longer name is meant. */
  whole: number;
  inPart: boolean;
}

function byWords(wish: string, destinations: TransferDestination[]): FoundTransfer {
  const said = stems(wish, fillers);
  const fits = destinations.map((one) => fitOf(said, one));
  const best = Math.max(0, ...fits.map(({ whole }) => whole));
  const meant = fits.filter(({ whole, inPart }) => (best > 0 ? whole === best : inPart));
  const options = meant.map(({ destination }) => destination);
  if (best > 0 && options.length === 1 && options[0])
    return { outcome: 'found', destination: options[0] };
  return options.length > 0
    ? { outcome: 'ambiguous', options }
    : { outcome: 'unknown', options: destinations };
}

function fitOf(said: string[], destination: TransferDestination): Fit {
  const names = namesOf(destination).map((name) => stems(name, fillers));
  const whole = Math.max(0, ...names.map((name) => (covers(said, name) ? name.length : 0)));
  const inPart = names.some((name) => name.some((word) => covers(said, [word])));
  return { destination, whole, inPart };
}

/** From so many digits on, written or spoken, it is a telephone number: 190 has three. */
const leastDigits = 3;

/** Numbers that belong to a name, like “sala 204”, are no telephone numbers. */
function saysNumber(wish: string, destinations: readonly TransferDestination[]): boolean {
  const names = destinations.flatMap(namesOf).filter((name) => /\d|\s/.test(name));
  const rest = names.reduce((text, name) => text.replaceAll(` ${name} `, ' '), ` ${wish} `);
  return digitsIn(rest.split(' ').filter(Boolean)) >= leastDigits;
}

function digitsIn(words: readonly string[]): number {
  let digits = 0;
  for (let at = 0; at < words.length; ) {
    const read = isCount(words, at) ? readCardinal(words, at) : undefined;
    const written = /^\d+$/.test(words[at] ?? '') ? (words[at]?.length ?? 0) : 0;
    if (read) digits += String(read.value).length;
    else if (words[at] === 'meia') digits += 1;
    else digits += written;
    at += Math.max(1, read?.length ?? 1);
  }
  return digits;
}

/** “Um” and “uma” stand before most nouns; beside another number they count. */
function isCount(words: readonly string[], at: number): boolean {
  if (!/^uma?$/.test(words[at] ?? '')) return numberWord(words[at]) !== undefined;
  return [words[at - 1], words[at + 1]].some(
    (word) => numberWord(word) !== undefined || /^\d+$|^meia$/.test(word ?? ''),
  );
}
