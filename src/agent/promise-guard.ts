import { Temporal } from 'temporal-polyfill';
import type { Appointment } from '../scheduling/appointment.ts';
import type { ConversationState, Deed } from './conversation-state.ts';
import {
  anySubject,
  type ClaimForm,
  type ClaimKind,
  type ClaimPattern,
  claimPatterns,
  idioms,
  personalData,
} from './promise-words.ts';
import { datesIn, isSameDay } from './read-back-facts.ts';

/** The agent said that something was done. */
export interface Claim {
  kind: ClaimKind;
  form: ClaimForm;
  /** As said: “está marcada”. */
  words: string;
  /** The whole sentence, as said. */
  sentence: string;
}

/** Longest reply that is looked at, in UTF-16 units: far more than a reply's longest minute of speech. */
const longestReply = 4_000;

/**
 * What the agent's own words say was booked, moved, cancelled or passed on. Questions, denials, conditions, plans and
 * what somebody else is said to have said are no claims. In the order of the text.
 * @param since only of sentences that end behind this place
 */
export function claimsIn(text: string, since = 0): Claim[] {
  const said = text.slice(0, longestReply);
  const sentences = sentencesOf(plainLetters(said));
  const asked = sentences.filter((one) => one.from + one.text.length > since);
  return asked.flatMap((sentence) =>
    claimsOfSentence(sentence).map(({ kind, form, from, to }) => ({
      kind,
      form,
      words: said.slice(from, to).trim(),
      sentence: said.slice(sentence.from, sentence.from + sentence.text.length).trim(),
    })),
  );
}

/** The first claim with no deed of this conversation behind it. What is only held is not booked. */
export function unkeptPromise(
  text: string,
  state: Pick<ConversationState, 'deeds' | 'hold'>,
): Claim | undefined {
  return firstUnkept(claimsIn(text), state);
}

/** The same, of claims that are known already. */
export function firstUnkept(
  claims: readonly Claim[],
  state: Pick<ConversationState, 'deeds' | 'hold'>,
): Claim | undefined {
  return claims.find((claim) => !isKept(claim, state));
}

function isKept(claim: Claim, { deeds, hold }: Pick<ConversationState, 'deeds' | 'hold'>) {
  if (claim.kind === 'message-sent') return isPassedOn(claim, deeds);
  if (claim.kind === 'calls-stopped') return deeds.some(isCallsStopped);
  if (claim.kind === 'booked' && hold && /reserv/i.test(claim.words)) return true;
  const behind = appointmentsBehind(claim, deeds);
  return behind.length > 0 && namesDayOf(behind, claim.sentence);
}

function isCallsStopped(deed: Deed): boolean {
  return (
    deed.type === 'calls-stopped' ||
    (deed.type === 'contact-answered' && deed.answer === 'do-not-call')
  );
}

function isPassedOn({ words }: Claim, deeds: readonly Deed[]): boolean {
  // A booking is a request, too; it tells nobody anything else.
  const isRequest = /pedido|solicita/i.test(words);
  return deeds.some(({ type }) => type === 'request-recorded' || (isRequest && isChange(type)));
}

const changes: ReadonlySet<Deed['type']> = new Set([
  'booked',
  'rescheduled',
  'cancelled',
  'request-recorded',
]);
const isChange = (type: Deed['type']) => changes.has(type);

/** What would make the claim true: `shown` only says that an appointment exists, not that anything was done. */
function appointmentsBehind({ kind, form, words }: Claim, deeds: readonly Deed[]): Appointment[] {
  const of = (...types: Deed['type'][]) =>
    deeds.flatMap((deed) =>
      'appointment' in deed && types.includes(deed.type) ? deed.appointment : [],
    );
  if (kind === 'cancelled')
    return [...of('cancelled'), ...(of('rescheduled').length ? known(deeds) : [])];
  if (kind === 'rescheduled') {
    const booked = of('cancelled').length > 0 ? of('booked') : [];
    return [...of('rescheduled'), ...booked];
  }
  // The person said that they will come: “confirmei” is true, “marquei” is not.
  const confirmed = /confirm/i.test(words) ? of('confirmed') : [];
  return form === 'own-deed' ? [...of('booked', 'rescheduled'), ...confirmed] : standing(deeds);
}

function known(deeds: readonly Deed[]): Appointment[] {
  return deeds.flatMap((deed) => ('appointment' in deed ? deed.appointment : []));
}

/** The appointments that this conversation made or saw and that still stand. */
function standing(deeds: readonly Deed[]): Appointment[] {
  const gone = new Set<string>();
  for (const deed of deeds) {
    if (!('appointment' in deed)) continue;
    const { id, status, replaces } = deed.appointment;
    if (replaces) gone.add(replaces);
    if (deed.type === 'cancelled' || status === 'cancelled') gone.add(id);
  }
  return known(deeds).filter(({ id }) => !gone.has(id));
}

/** A date that is said must be one of theirs: the second visit is not booked because the first one is. */
function namesDayOf(appointments: readonly Appointment[], sentence: string): boolean {
  const dates = datesIn(sentence);
  if (dates.length === 0) return true;
  const days = appointments.flatMap(({ day, items }) => [day, ...items.map((item) => item.day)]);
  return days
    .map((day) => Temporal.PlainDate.from(day))
    .some((day) => dates.some((one) => isSameDay(one, day)));
}

/** A stretch of the plain text; `from` counts in the whole reply. */
interface Stretch {
  text: string;
  from: number;
}

interface Sentence extends Stretch {
  isQuestion: boolean;
}

interface FoundClaim {
  kind: ClaimKind;
  form: ClaimForm;
  from: number;
  to: number;
}

/** A lone “é”: a verb, where a lone “e” only joins. */
const isVerb = 'E';

/** Lower case without accents, unit by unit so that positions stay; idioms and quotations are blanked. */
function plainLetters(text: string): string {
  const units = text.split('').map(plainUnit);
  for (const { index } of text.matchAll(/(?<!\p{L})é(?!\p{L})/giu)) units[index] = isVerb;
  return units
    .join('')
    .replace(/["“«][^"”»]*["”»]/g, blank)
    .replace(/\b(?:dra?|sra?|prof|av|tel)\./g, (word) => `${word.slice(0, -1)} `)
    .replace(/(?<=\d)[.:](?=\d)/g, ' ')
    .replace(idioms, blank);
}

function plainUnit(unit: string): string {
  if (unit < '\u0080') return unit.toLowerCase();
  const plain = unit.normalize('NFD').charAt(0).toLowerCase();
  return plain.length === 1 ? plain : ' ';
}

function blank(text: string): string {
  return ' '.repeat(text.length);
}

function sentencesOf(plain: string): Sentence[] {
  return [...plain.matchAll(/[^.!?;…\n]+([.!?;…\n]*)/g)].map((match) => ({
    text: match[0].slice(0, match[0].length - (match[1]?.length ?? 0)),
    from: match.index,
    isQuestion: /\?/.test(match[1] ?? ''),
  }));
}

/** Begins a thought of its own, so that a “não” or “se” before it does not reach it. */
const newThought =
  /[,:()—–]|\b(?:mas|porem|porque|pois|so que)\b|(?<= )e (?=(?:ja|eu|sua|seu|agora|a sua|o seu|ela|ele|tudo|esta|ficou|agendei|marquei|cancelei|desmarquei|remarquei|reagendei|avisei|confirmei|anotei|deixei|posso|quer|nao)\b)/g;

function clausesOf({ text, from }: Stretch): Stretch[] {
  const starts = [0, ...[...text.matchAll(newThought)].map((match) => match.index)];
  return starts.map((start, i) => {
    const clause = text.slice(start, starts[i + 1] ?? text.length);
    const sign = /^[,:()—–]|^e (?=\w)/.exec(clause)?.[0] ?? '';
    return { text: clause.slice(sign.length), from: from + start + sign.length };
  });
}

const conditional =
  '(?:se|caso|quando|assim que|logo que|depois que|ate que|enquanto|desde que|apos|antes de|antes que|uma vez que|a menos que|para que|depois de)';
const opensCondition = new RegExp(
  `^ *(?:(?:e|ou|entao|ai|so|somente|apenas|mas|agora|aqui) )*${conditional} `,
);
/** “Se quiser anotar”, “se precisar”: nothing that was done depends on it. */
const idleCondition =
  /^ *(?:e |mas )?(?:se|caso|quando) (?:[\w-]+ ){0,2}?(?:quiser anotar|puder anotar|precisar|precise|tiver (?:alguma )?duvida|surgir|perguntarem|preferir anotar|nao puder vir)/;
const dependsOnCaller = new RegExp(
  `(?:^| )${conditional} (?:[\\w-]+ ){0,3}(?:confirm|concord|aceit|pass|der|inform|autoriz|complet|termin|disser|quiser|responder)`,
);

function claimsOfSentence(sentence: Sentence): FoundClaim[] {
  const clauses = clausesOf(sentence);
  const found: FoundClaim[] = [];
  let onCondition = false;
  for (const [i, clause] of clauses.entries()) {
    if (/^ *(?:mas|porem)\b/.test(clause.text)) onCondition = false;
    if (opensCondition.test(clause.text) && !idleCondition.test(clause.text)) onCondition = true;
    if (onCondition) continue;
    const rest = clauses.slice(i + 1).map(({ text }) => text);
    const claims = claimsOfClause(clause, rest.join(' , '));
    found.push(...claims.filter(({ form }) => !sentence.isQuestion || isAside(rest, form)));
  }
  return found;
}

/** The question is about something else: “marquei para segunda, posso ajudar em mais alguma coisa?” */
function isAside(rest: readonly string[], form: ClaimForm): boolean {
  const ownQuestion =
    /^ *(?:e )?(?:posso|quer|deseja|gostaria|mais alguma|tem mais|precisa|tudo bem|ok|ta|viu|hein|entendeu|esta bem|esta bom|combinado|o que|qual|quais|como|em que|algo mais|alguma outra)\b/;
  const check = /^ *(?:certo|correto|confere|isso|E isso|nao E|ne|pode ser)\b/;
  return rest.some((text) => ownQuestion.test(text) || (form === 'own-deed' && check.test(text)));
}

function claimsOfClause(clause: Stretch, rest: string): FoundClaim[] {
  // `search` first: `matchAll` works with a copy of the expression, which is compiled anew each time.
  const near = claimPatterns.filter(({ pattern }) => clause.text.search(pattern) >= 0);
  const found = near.flatMap((pattern) =>
    [...clause.text.matchAll(pattern.pattern)]
      .filter((match) => isMeant(pattern, clause.text, match, rest))
      .map((match) => ({
        kind: pattern.kind,
        form: pattern.form,
        from: clause.from + match.index,
        to: clause.from + match.index + match[0].length,
      })),
  );
  return withoutOverlaps(found);
}

const reassurance =
  /\bnao (?:se preocupe|precisa se preocupar|tem problema|ha problema|so|apenas|somente)\b(?: que\b)?|\bsem (?:problemas?|falta|duvida)\b/g;
const denial =
  /\b(?:nao|nada|nunca|nem|jamais|sem|nenhuma?|ninguem|tampouco|impossivel|falta|faltam|quase)\b/;
const doubtOrReport =
  /\b(?:disse|disseram|falou|contou|comentou|mencionou|informou|avisou|acha|achou|pensou|lembra|lembrou|ouvi|entendi|parece|talvez|acho|acredito|imagino|suponho|suponha|imagine|provavelmente|possivelmente|finja|como se|diga|dizer ao|dizendo)\b/;
const inCondition = new RegExp(`(?<![\\w-])${conditional} `);
/** After these, “que está marcada” tells something; after anything else it only says which one. */
const reporting =
  /\b(?:vi|vejo|aqui|consta|confirmo|informo|dizer|avisar|aviso|avisando|lembrando|lembrar|garanto|significa|claro|pronto|agora|ja|E|contar|saber|certeza|tranquil[oa]|certo|sistema|mostra) que(?: [\w-]+){0,6} *$/;

/** “Esse horário já está reservado por outra pessoa”: a refusal, and no promise to whoever hears it. */
const bySomebodyElse =
  / (?:pel[oa] (?:senhora?|cliente)|por (?:voce|outr[oa]|um outro|uma outra|alguem|mais alguem)|(?:para|com) outr[oa] (?:pessoa|paciente|cliente))\b/;

/** Whether the words at a match are said as a fact. */
function isMeant(
  { form, subject, isDenial }: ClaimPattern,
  clause: string,
  match: RegExpMatchArray,
  rest: string,
): boolean {
  const at = match.index ?? 0;
  const before = ` ${clause.slice(0, at).replace(reassurance, ' ')}`;
  const after = clause.slice(at + match[0].length);
  if (denial.test(before) || doubtOrReport.test(before) || inCondition.test(before)) return false;
  if ((!isDenial && /\bnao\b/.test(match[0])) || bySomebodyElse.test(after)) return false;
  if (form === 'own-deed') return !/\bcomo(?: eu)?(?: ja)? $/.test(before);
  if (isRelative(before)) return false;
  if (dependsOnCaller.test(`${after} , ${rest}`) || hasLaterCondition(match[0], before, after))
    return false;
  return form === 'bare' || isAbout(before, subject);
}

/** “A consulta que está marcada”, unlike “vejo aqui que está marcada”. */
function isRelative(before: string): boolean {
  return / que(?: ja| eu)? *$/.test(before) && !reporting.test(before);
}

/** “Fica marcado quando…”, “só está marcado depois de…”. */
function hasLaterCondition(words: string, before: string, after: string): boolean {
  const isOpen = /^ficam?\b/.test(words) || /\b(?:so|somente|apenas) *$/.test(before);
  return isOpen && new RegExp(` (?:${conditional}|com|mediante) `).test(` ${after} `);
}

function isAbout(before: string, subject: RegExp | undefined): boolean {
  const nearest = [...before.matchAll(anySubject)].at(-1)?.[0];
  if (subject) return nearest !== undefined && nearest.search(new RegExp(subject.source)) === 0;
  return nearest === undefined || nearest.search(new RegExp(personalData.source)) !== 0;
}

/** Of claims over the same words the longest; in order. */
function withoutOverlaps(found: readonly FoundClaim[]): FoundClaim[] {
  const kept: FoundClaim[] = [];
  for (const one of [...found].sort((a, b) => b.to - b.from - (a.to - a.from))) {
    if (kept.every(({ from, to }) => one.to <= from || to <= one.from)) kept.push(one);
  }
  return kept.sort((a, b) => a.from - b.from);
}
