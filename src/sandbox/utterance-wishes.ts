import { hasNumber, plain } from './portuguese-slots.ts';

/** Cuts out of a sentence the words for what is wanted, with whom and when. What they mean, the tools know. */

const greetings = /^\s*(?:(?:alô|olá|oi|bom dia|boa tarde|boa noite|por favor|então)[\s,.!]*)+/iu;
/** Words after which a wish is named. */
const wishVerbs =
  /^.*(?<!\p{L})(?:marcar|marca|agendar|remarcar|cancelar|desmarcar|fazer|reservar|realizar|(?:quero|queria|preciso|gostaria)(?: de)?|tem|têm|fazem|atendem|custa|valor d[aoe]|preço d[aoe]|preparo (?:d[aoe]|para)|para levar n[oa])\s+/iu;
/** Verbs that make whatever follows them the name of a service. */
const bookingVerbs = /(?<!\p{L})(?:marcar|agendar|fazer|reservar|realizar)\s+\p{L}/iu;
const leadingFillers =
  /^(?:(?:é|eu|acho que|quero|queria|gostaria|de|a|o|as|os|uma?|outr[oa]|mais|também|seria|pode ser|ser|para|pra|com|sim|não|isso|então|na verdade|desse|dess[ae]|d[ao]|minha|meu|ess[ea])[,.]?\s+)+/iu;
/** For whom, in which words it ends. */
const clauseEnds =
  /[,.;:!?]|\s(?:para|pra|pro|por favor|quando|quanto|se der|aí|daí|também)(?!\p{L})|\se (?=também|depois|queria|quero)/iu;
const practitioner =
  /(?:\s*(?<!\p{L})(?:com|d[oa]|n[oa])\s+)?(?:(?<!\p{L})[oa]\s+)?(?<!\p{L})(?:dra?|doutora?)\.?\s+(\p{L}+(?:\s+\p{Lu}\p{L}+)*)/u;
/** A service named by its own kind of word, whatever the sentence around it. */
const namedServices = [
  /(?:consulta|avaliação|retorno|sessão|limpeza|procedimento|exame|teste)\s+(?:com|de|da|do)\s+(?:[oa]s?\s+|uma?\s+)?(?!dra?(?!\p{L})|doutor|manhã|tarde|noite|novo|preferência|segunda|terça|quarta|quinta|sexta|sábado|amanhã|hoje)\p{L}{3,}/iu,
  /(?:ultrass?om|ultrassonografia|doppler|raio.?x)(?:\s+\p{L}+){0,5}/iu,
  /\p{L}+(?:ologista|ologia|pediatra|pediatria|ortopedista|otorrino|psicólog[oa]|psiquiatra|nutricionista|dentista|grafia|grama|scopia|toxicológico)(?!\p{L})/iu,
  /(?<!\p{L})(?:pré-natal|prevenção|preventivo|ressonância|reunião|consultoria|terapia|eletro)(?!\p{L})/iu,
];
/** What everybody wants who calls: it names nothing. */
const vagueServices =
  /^(?:consultas?|exames?|hor[aá]rio|hora|atendimento|agendamento|procedimento|encaixe|coisa|vaga|m[eé]dic[oa]|especialista|(?:muito )?obrigad[oa]|s[oó] iss[oa]|(?:mais )?nada|sim|n[ãa]o|nenhuma?|tudo bem)(?: d[eoa])?$/iu;
const anotherService = /\se\s+(?:também\s+)?(?=(?:uma?|outr[oa])\s+\p{L})/iu;

/** Somebody else is the patient: “para o meu filho”. */
const otherPatient =
  /(?<!\p{L})(?:para|pra|pro|com|d[aoe])\s+(?:[oa]\s+)?(?:meu|minha|noss[oa]|outra pessoa)\s*(?:m[ãa]e|pai|filh[oa]|net[oa]|av[óôo]|espos[oa]|marido|mulher|irm[ãa]o?|ti[oa]|sogr[oa]|beb[êe]|namorad[oa])?(?!\p{L})/iu;

/** Is it for somebody else than who speaks? */
export function isForAnother(text: string): boolean {
  const kin = otherPatient.exec(text)?.[0] ?? '';
  return /(?:m[ãa]e|pai|filh|net[oa]|av[óôo]|espos|marido|mulher|irm|ti[oa]|sogr|beb|namorad|pessoa)/iu.test(
    kin,
  );
}

export interface Wish {
  /** The caller's words for each service, in the order said. */
  services: string[];
  practitioner?: string;
}

/** @param bare the whole sentence may be the name of a service, for it was asked for */
export function findWish(text: string, bare: boolean): Wish {
  const said = text.replace(greetings, '').replace(otherPatient, ' ');
  const who = practitioner.exec(said);
  const rest = who ? said.replace(who[0], ',') : said;
  const without = withoutMoment(rest);
  const services = without.split(anotherService).flatMap((part) => {
    const service = serviceIn(part, bare);
    return service ? [service] : [];
  });
  // “Uma consulta com a doutora Cecília”: with a name the plain word says enough.
  const plainKind = who ? /consulta|sessão|retorno|exame/iu.exec(without)?.[0] : undefined;
  return {
    services: services.length > 0 ? services : plainKind ? [plainKind.toLowerCase()] : [],
    ...(who?.[1] ? { practitioner: who[1] } : {}),
  };
}

function serviceIn(text: string, bare: boolean): string | undefined {
  const named = namedServices.map((words) => words.exec(text)?.[0]).find(Boolean);
  const verb = wishVerbs.exec(text)?.[0] ?? '';
  const isAsked = bare || bookingVerbs.test(text);
  const said = (
    text.slice(verb.length).replace(leadingFillers, '').split(clauseEnds)[0] ?? ''
  ).trim();
  const whole = isAsked && said.length > 2 && !vagueServices.test(said) ? said : undefined;
  // The clause holds more than the kind of word alone: “ultrassom obstétrico do bebê”.
  const best = named && whole?.toLowerCase().includes(named.toLowerCase()) ? whole : named;
  return (best ?? whole)?.toLowerCase().trim();
}

const momentWords =
  /^(?:domingos?|segundas?|tercas?|quartas?|quintas?|sextas?|sabados?)(?: feiras?)?$|^(?:hoje|amanha|manha|tarde|tardinha|noite|semana|mes|feriado|natal|almoco|horas?|meio dia|janeiro|fevereiro|marco|abril|maio|junho|julho|agosto|setembro|outubro|novembro|dezembro)$|^\d{1,2}(?:h|:)\d{0,2}$|^\d{1,2}\/\d{1,2}/;
/** A number after one of these is a day or an hour. */
const beforeNumber = /^(?:as|das|pelas|dia|ate|apos|pras)$/;
/** Belong to a moment when they stand beside one. */
const aroundMoment =
  /^(?:n[ao]s?|em|as?|de|d[aeo]s?|pel[ao]s?|para|pra|ate|dia|depois|antes|partir|la|proxim[ao]|primeir[ao]|que|vem|e|meia|meio|ou|mais|cedo|qualquer|ao|feira|horas?|deste|dest[ae]|ess[ae]|est[ae]|fim|comeco|final)$/;
const ordinalUses = /^(?:vez|opcao|via|pessoa|parte|alternativa)$/;

/** Any day will do: the search needs no words about it. */
const noPreference =
  /\b(?:tanto faz|qualquer (?:dia|hora|horario|data|um)|(?:o )?(?:quanto antes|mais cedo|mais rapido|primeir[oa] (?:horario|vaga|data|dia)|proxim[oa] (?:horario|vaga|data))|o que tiver|sem preferencia|nao tenho preferencia)\b/;

export function hasNoPreference(text: string): boolean {
  return noPreference.test(plain(text));
}

/** The words of a sentence about a day or a time: `Quero marcar na quinta que vem, às dez` → `na quinta que vem, às dez`. */
export function findMoment(text: string): string | undefined {
  const { words, from, to } = momentSpan(text);
  return from === undefined
    ? undefined
    : words
        .slice(from, to)
        .join(' ')
        .replace(/[.,;!?]+$/, '');
}

function withoutMoment(text: string): string {
  const { words, from, to } = momentSpan(text);
  if (from === undefined) return text;
  return [...words.slice(0, from), ',', ...words.slice(to)].join(' ');
}

function momentSpan(text: string): { words: string[]; from?: number; to?: number } {
  const words = text.replace(greetings, '').split(/\s+/).filter(Boolean);
  const keys = words.map((word) => plain(word).replace(/[.,;:!?]+$/, ''));
  const isCore = (key: string, at: number) =>
    (momentWords.test(key) && !ordinalUses.test(keys[at + 1] ?? '')) ||
    (beforeNumber.test(keys[at - 1] ?? '') && hasNumber(key));
  const cores = keys.flatMap((key, at) => (isCore(key, at) ? [at] : []));
  let from = cores[0];
  let to = cores.at(-1);
  if (from === undefined || to === undefined) return { words };
  const belongs = (at: number) => {
    const key = keys[at] ?? '';
    // “É às onze”: without its accent it would be the “e” of “às onze e meia”.
    return words[at] !== 'é' && key !== '' && (aroundMoment.test(key) || hasNumber(key));
  };
  while (from > 0 && belongs(from - 1) && !/[,.]$/.test(words[from - 1] ?? '')) from -= 1;
  while (!/[.;!?]$/.test(words[to] ?? '') && belongs(to + 1)) to += 1;
  return { words, from, to: to + 1 };
}
