import type { EmergencySetting } from './clinic-emergency.ts';
import { type DangerPattern, type EmergencyKind, emergencyKinds } from './emergency-pattern.ts';
import { dangerPatterns } from './emergency-words.ts';
import { withoutAccents } from './language/said-words.ts';
import { folded } from './portuguese-words.ts';

/** Somebody is in danger, by their own words or those of who is with them. */
export interface Emergency {
  kind: EmergencyKind;
  /** The words that say so, without accents or capitals. Personal: for the record, never for a log. */
  phrase: string;
}

/** Longest text that is read, in UTF-16 units: minutes of speech, or a long message. */
const longestText = 4_000;

/**
 * The most particular danger in what a caller said or wrote, or undefined. Danger that is denied (“sem dor no peito”),
 * clearly long past (“no ano passado”) or somebody's death is none. A condition (“se eu tiver dor no peito?”), a question
 * (“vocês atendem dor no peito?”), “ontem” and “não sei se é” are danger: the sentence that answers them is what they
 * need to hear. Without a profile, what every clinic has.
 */
export function emergencyIn(
  text: string,
  profile?: { emergency: EmergencySetting },
): Emergency | undefined {
  return emergenciesIn(text, profile)[0];
}

/** One of each kind that is in the words, the most particular first. */
export function emergenciesIn(
  text: string,
  profile?: { emergency: EmergencySetting },
): Emergency[] {
  const said = withoutPhrases(plainSpeech(text), profile?.emergency.notEmergencies ?? []);
  const patterns = [...dangerPatterns, ...(profile?.emergency.phrases ?? []).map(clinicPattern)];
  const found = new Map<EmergencyKind, Emergency>();
  for (const pattern of patterns) {
    const { kind } = pattern;
    const match = found.has(kind) ? undefined : firstMeant(said, pattern);
    if (match) found.set(kind, { kind, phrase: match });
  }
  return emergencyKinds.flatMap((kind) => found.get(kind) ?? []);
}

/** “É” says something, “e” only joins; as the reading keeps it through the loss of accents. */
const loneIs = /(?<!\p{L})(?:é|É|e\u0301)(?!\p{L})/gu;
const verbIs = '\u0001';

/** Words with one space around each, `,` and `.` alone among them; what hesitation repeats is said once. */
function plainSpeech(text: string): string {
  const words = withoutAccents(text.slice(0, longestText).replace(loneIs, verbIs))
    .replaceAll(verbIs, 'E')
    .replace(/[.!?;:\n…]+/g, ' . ')
    .replace(/[,()–—]+/g, ' , ')
    .replace(/[^a-zE0-9,. ]+/g, ' ')
    .replace(/\b(?:n|naum|nan)\b/g, 'nao')
    .replace(
      /\bnum (?=consig|consegu|to\b|ta\b|esta|estou|ten?[hm]|sint|respir|acord|respond|reag|quer|aguent|par[ao])/g,
      'nao ',
    )
    .replace(/\b(?:eh|ah|ahn|hum|hmm|uh|ne|tipo|ai)\b/g, ' ')
    .replace(/\s+/g, ' ');
  return ` ${words.trim()} `.replace(/ (\w+)(?: ,)?(?= \1 )/g, '');
}

function withoutPhrases(said: string, phrases: readonly string[]): string {
  return phrases.reduce((rest, phrase) => rest.replaceAll(` ${folded(phrase)} `, ' . '), said);
}

function clinicPattern(phrase: string): DangerPattern {
  return { kind: 'other', pattern: new RegExp(`(?<!\\w)${folded(phrase)}(?!\\w)`, 'g') };
}

function firstMeant(said: string, { kind, pattern, unless }: DangerPattern): string | undefined {
  // `matchAll` works with a copy of the expression, which is compiled anew each time.
  if (said.search(pattern) < 0) return undefined;
  for (const match of said.matchAll(pattern)) {
    const at = { from: match.index, to: match.index + match[0].length };
    const clause = clauseAround(said, at);
    if (unless?.test(clause.text)) continue;
    if (exaggeration.test(clause.text)) continue;
    if (isDenied(said, at) || isOnlyNamed(said.slice(0, at.from), kind)) continue;
    // Who thought of it years ago is told whom to call all the same.
    if (kind !== 'suicide' && isLongPast(said, at, clause)) continue;
    return match[0].trim().toLowerCase();
  }
  return undefined;
}

/** “Quase infartei com esse preço.” */
const exaggeration =
  /\b(?:de (?:rir|vergonha|raiva)|com (?:o|a|esse|essa|este|esta) (?:preco|valor|conta))\b/;

interface Stretch {
  from: number;
  to: number;
}

/** Between the nearest of these, the words belong together. */
const clauseEnd = / (?=[.,] )| (?=(?:mas|porem|so que|e agora|e hoje) )/g;

function clauseAround(said: string, at: Stretch): Stretch & { text: string } {
  const ends = [...said.matchAll(clauseEnd)].map(({ index }) => index);
  const from = ends.filter((end) => end <= at.from).at(-1) ?? 0;
  const to = ends.find((end) => end >= at.to) ?? said.length;
  return { from, to, text: said.slice(from, to) };
}

function sentenceAround(said: string, at: Stretch): string {
  const to = said.indexOf(' . ', at.to);
  return said.slice(said.lastIndexOf(' . ', at.from) + 1, to < 0 ? said.length : to);
}

const stateVerb =
  '(?:disse que|falei que|estou|esta|estao|estava|estamos|to|tou|ta|tao|tem|tenho|temos|teve|tive|tinha|tendo|sinto|sente|senti|sentindo|ha|houve|foi|[eE]|era|apresenta|apresentou|esteja|quero|vou|vai|apareceu)';
const filler =
  '(?:com|de|a|o|um|uma|nenhum|nenhuma|qualquer|mais|muita|muito|nada|ter|sentindo|tendo|nem|tanta|mesmo|caso|se|do)';
/** What is denied in one breath with something worse: “sem febre, tosse ou falta de ar”. */
const symptom =
  '(?:febres?|tosse|dor(?:es)?(?: (?:de|na|no|nas|nos) \\w+)?|nausea|vomitos?|tontura|enjoo|alergias?|cansaco|fraqueza|calafrios?|desmaios?|palpitac\\w+|falta de ar|sangramentos?|gripe|catarro|coriza|suor|formigamento|problemas?)';
const listed = `(?:${symptom} (?:(?:,|e|ou|nem) )+(?:${filler} )*)*`;
/** `nao` denies by a verb only: “não, dor no peito” denies something else. */
const deniedBefore = new RegExp(
  ` (?:(?:nao|nunca|jamais|nem|tampouco) (?:(?:mais|eu|ele|ela|me) )*(?:${stateVerb} )+|(?:sem|nem|nenhuma?|nada de) )(?:${filler} )*${listed}$`,
);
const deniedAfter =
  /^ (?:, )?(?:isso )?(?:(?:eu|ele|ela) )?(?:nao|nunca)(?: (?:tenho|sinto|tem|sente|tive|teve|estou|esta|to|ta)(?: mais| nao)?)?(?= [,.]| *$)/;
/** “Não ele não acorda”: the first “não” answers something else. */
const opensWithNoun =
  /^(?:dor|do |aperto|press|pontad|peso|fisgad|queima|desconf|falta|farta|dific|sangr|hemorr|crise|ataque|avc|a v c|inf|enf|overd|choque|edema|acid|fratura|parada|peito|boca|rosto|face|braco|lado|garganta|lingua|coracao|ele|ela|mae|pai|avo|filh|irm|bebe|nenem|crianca|menin)/;
/** “Nunca senti uma dor no peito assim” denies nothing. */
const likeNever = /^ (?:\w+ ){0,2}(?:assim|igual|tao|como ess|desse jeito|dess)/;

function isDenied(said: string, { from, to }: Stretch): boolean {
  const before = said.slice(0, from);
  const after = said.slice(to);
  const words = said.slice(from, to);
  if (/ (?:nao|nunca|jamais) (?:(?:mais|eu|se|me) )*$/.test(before) && !opensWithNoun.test(words))
    return !likeNever.test(after);
  if (deniedBefore.test(before)) return !(/ nunca [^.]*$/.test(before) && likeNever.test(after));
  return /^ , nao /.test(after) ? false : deniedAfter.test(after);
}

const exam =
  /(?:exames?|testes?|laudo|resultados?|atestado|livro|palestra|curso|video|campanha|cartaz|prevencao|historico(?: familiar| pessoal)?|antecedentes?(?: familiar(?:es)?| pessoa(?:l|is))?|pesquisa|especialista) (?:de|do|da|sobre|contra|ao|em|com) (?:\w+ )?$/;
const remedy =
  /(?:remedios?|medicamentos?|tratamento|bombinha) (?:de|do|da|contra|para|pra) (?:a |o )?$/;
const death =
  /(?:morr\w+|falec\w+|morte|obito|perdi \w+ \w+) (?:\w+ ){0,2}(?:de|por|com) (?:\w+ )?$/;
const fear = /(?:medo|risco|riscos|chance|possibilidade|perigo|receio) de (?:\w+ ){0,3}$/;

/** The words stand for something else than what happens now. Whoever fears their own hand is in danger. */
function isOnlyNamed(before: string, kind: EmergencyKind): boolean {
  if (kind === 'suicide') return exam.test(before);
  return [exam, remedy, death, fear].some((governor) => governor.test(before));
}

const present =
  /\b(?:agora|hoje|(?:neste|nesse) momento|de novo|novamente|outra vez|voltou|voltando|continua|ainda|acabou de|acabei de|ha pouco|faz pouco|minutos?|sinto|sente|doi|venho|vem|tenho (?:dor|falta|aperto|sentido|tido))\b|\b(?:esta|estou|to|tou|ta|tao|estamos)(?! (?:ligando|querendo|precisando|marcando|falando|procurando|pedindo|com (?:o |a |um |uma )?(?:exame|encaminhamento|guia|pedido|medo|receita)))\b/;
const months =
  'janeiro|fevereiro|marco|abril|maio|junho|julho|agosto|setembro|outubro|novembro|dezembro';
const longPast = new RegExp(
  `\\b(?:(?:no |na |do |da )?(?:ano|mes|semana) (?:passad[oa]|retrasad[oa])|(?:\\w+ )?(?:anos?|meses|mes|semanas?) atras|(?:ha|faz|tem) (?:\\w+ ){1,3}(?:anos?|meses|mes|semanas)(?! que)|em (?:19|20)\\d\\d|em dois mil|em (?:${months})|quando (?:\\w+ ){0,2}(?:era|eramos|tinha|nasc\\w+|crianca|jovem|pequen\\w+|tive|teve|peguei|pegou|fiz|fez|estava)|na (?:infancia|adolescencia|juventude|pandemia|epoca|gestacao passada|outra gravidez|primeira gravidez)|no passado|antigamente|(?<!de )uma vez|aos \\w+ anos|ja (?:tive|teve|tinha|sofri|sofreu|fui|foi|fiquei|desmaiei|desmaiou|engasgou|convulsionou))\\b`,
);
const pastVerb =
  /\b(?:tive|teve|tinha|tiveram|sofri|sofreu|senti|sentiu|sentia|fui|foi|fiquei|ficou|passei|passou|deu|caiu|cai|desmaiou|desmaiei|ficava)\b/;
/** “Teve convulsão com dois anos”: the age then. Before the match it is the age now. */
const ageThen = /^ (?:\w+ ){0,2}(?:com|aos) \w+ (?:anos?|meses)(?: de idade)?\b/;

function isLongPast(said: string, at: Stretch, clause: Stretch & { text: string }): boolean {
  if (present.test(clause.text)) return false;
  if (longPast.test(clause.text)) return true;
  if (!pastVerb.test(clause.text)) return false;
  return ageThen.test(said.slice(at.to, clause.to)) || longPast.test(sentenceAround(said, at));
}
