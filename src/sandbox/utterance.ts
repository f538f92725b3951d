import {
  bareName,
  findDay,
  findEmail,
  findName,
  findPhone,
  findTime,
  plain,
} from './portuguese-slots.ts';

/** What the receptionist collects for an appointment. */
export type Field = 'service' | 'name' | 'day' | 'time' | 'phone' | 'email' | 'notes';
export const fields: readonly Field[] = [
  'service',
  'name',
  'day',
  'time',
  'phone',
  'email',
  'notes',
];
export const argumentNames: Record<Field, string> = {
  service: 'service',
  name: 'client_name',
  day: 'day',
  time: 'time',
  phone: 'phone',
  email: 'email',
  notes: 'notes',
};
/** What the last question of the receptionist was about. */
export type Topic = Field | 'wish' | 'confirmation' | 'anything-else';

/** One thing a caller said, understood in the light of what they had been asked. */
export interface Utterance {
  facts: Partial<Record<Field, string>>;
  /** “com a doutora Cecília”. */
  practitioner?: string;
  /** A field the caller named without giving its value: “o horário está errado”. */
  mentioned?: Field;
  /** “este mesmo”: the number they are calling from. */
  samePhone: boolean;
  declines: boolean;
  yes: boolean;
  no: boolean;
  corrects: boolean;
  wishes: boolean;
  /** They are hanging up. */
  farewell: boolean;
  /** “Só isso”: nothing more to say about what was asked. */
  enough: boolean;
  thanksOnly: boolean;
  asksRepeat: boolean;
  asksToWait: boolean;
  /** Only shows that they are there: “aham”, “alô?”, “estou aqui”. */
  present: boolean;
  asks: boolean;
}

const yesWords =
  /^(?:sim|isso|confirmo|confirmado|pode|claro|certo|correto|exato|exatamente|perfeito|esta cert[oa]|ta (?:bom|certo)|ok|positivo|com certeza|quero|tudo certo|por favor|beleza)\b/;
const noWords = /^(?:nao|nenhum|nenhuma|nada|negativo|de jeito nenhum)\b/;
const correctionWords =
  /\b(?:na verdade|alias|quer dizer|mudei de ideia|corrig|em vez d|muda|troca|errad[oa])/;
const declineWords =
  /\b(?:nao (?:tenho|uso|quero|precisa|preciso|vou)|prefiro nao|sem (?:e ?mail|telefone|observac))/;
const wishWords =
  /\b(?:marcar|agendar|consulta|avaliacao|retorno|exame|reuniao|atendimento|horario|encaixe|sessao|procedimento)\b/;
const farewellWords = /\b(?:tchau|ate logo|ate mais|vou desligar|pode desligar|adeus)\b/;
const enoughWords =
  /\b(?:so isso|e so|era so|mais nada|nada mais|isso e tudo)(?: mesmo)?(?: (?:muito )?obrigad[oa])?$/;
const waitWords =
  /^(?:nao )?(?:espera|espere|um (?:momento|minuto|instante|segundo)|so um|perai|calma|aguarda)/;
const repeatWords = /\b(?:repet|nao (?:entendi|ouvi|escutei)|de novo|como e)/;
const presenceWords =
  /^(?:aham|uhum|hum+|mhm|ah|ta|sei|alo|oi|ola|bom dia|boa tarde|boa noite|(?:sim )?estou (?:aqui|ouvindo|na linha))$/;
const questionWords =
  /\b(?:quanto|qual|quais|onde|quando|como|aceita|aceitam|tem|atende|atendem|voces|que horas|abre|fecha)\b/;
const samePhoneWords = /\b(?:este|esse|desse|deste|o) (?:mesmo|numero|telefone|que estou)/;
/** What is wanted: a kind of appointment with what follows it, or a specialty by name. */
const services = [
  /\b(?:consulta|avaliação|retorno|exame|sessão|limpeza|procedimento) (?:com|de|da|do) (?:[oa]s? |um |uma )?(?!dr|doutor|manhã|tarde|noite|novo|preferência|segunda|terça|quarta|quinta|sexta|sábado|amanhã|hoje)\p{L}{3,}/iu,
  /\p{L}+(?:ologista|ologia|pediatra|pediatria|ortopedista|psicólog[oa]|nutricionista|dentista|grafia|grama)(?!\p{L})/iu,
  /\b(?:pré-natal|ultrassom|raio.?x|reunião|conversa|consulta|avaliação|retorno|exame|procedimento)(?!\p{L})/iu,
];
const practitioners = /\b(?:dr|dra|doutora?)\.?\s+(\p{Lu}\p{L}+)/iu;
const serviceFillers =
  /^(?:(?:é|eu|quero|queria|gostaria|de|a|o|uma?|seria|para|com|sim|isso)[,.]?\s+)*/iu;

const mentions: [Field, RegExp][] = [
  ['name', /\bnome\b/],
  ['time', /\b(?:horario|hora)\b/],
  ['day', /\b(?:dia|data)\b/],
  ['phone', /\b(?:telefone|numero|celular)\b/],
  ['email', /\be ?mail\b/],
  ['notes', /\bobservac/],
];

/** @param today `YYYY-MM-DD` at the clinic; @param expecting what the caller had been asked. */
export function understand(text: string, expecting: Topic | undefined, today: string): Utterance {
  const said = plain(text)
    .replace(/[.,;:!]+/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  const bare = said.replace(/\?/g, '').trim();
  const corrects = correctionWords.test(bare);
  const facts = expecting === 'notes' && !corrects ? {} : findFacts(text, expecting, today);
  const found = Object.keys(facts).length > 0;
  const practitioner = practitioners.exec(text)?.[1];
  const mentioned = found ? undefined : mentions.find(([, words]) => words.test(bare))?.[0];
  return {
    facts,
    ...(practitioner ? { practitioner } : {}),
    ...(mentioned ? { mentioned } : {}),
    samePhone: samePhoneWords.test(bare),
    declines: declineWords.test(bare) || (noWords.test(bare) && !found),
    yes: yesWords.test(bare) && !corrects,
    no: noWords.test(bare),
    corrects,
    wishes: wishWords.test(bare),
    farewell: farewellWords.test(bare),
    enough: enoughWords.test(bare),
    thanksOnly: /^(?:muito )?obrigad[oa]$/.test(bare),
    asksRepeat: repeatWords.test(bare),
    asksToWait: waitWords.test(bare) && !found,
    present: presenceWords.test(bare),
    asks:
      !found &&
      (text.includes('?') || /^(?:quanto|onde|aceita)/.test(bare)) &&
      questionWords.test(bare),
  };
}

function findFacts(
  text: string,
  expecting: Topic | undefined,
  today: string,
): Partial<Record<Field, string>> {
  const email = findEmail(text);
  const phone = email ? undefined : findPhone(text);
  const day = email ? undefined : findDay(text, today);
  const lone = (expecting === 'time' || expecting === 'day') && !phone && !day;
  const time = email || expecting === 'phone' ? undefined : findTime(text, lone);
  const name = findName(text) ?? answeredName(text, expecting);
  const service = wantedService(text, expecting);
  return {
    ...(service ? { service } : {}),
    ...(name ? { name } : {}),
    ...(day ? { day } : {}),
    ...(time ? { time } : {}),
    ...(phone ? { phone } : {}),
    ...(email ? { email } : {}),
  };
}

/** Who was asked for a name gives only that; who was asked “com quem falo e como posso ajudar?” may. */
function answeredName(text: string, expecting: Topic | undefined): string | undefined {
  if (expecting === 'name') return bareName(text);
  const name = expecting === 'wish' && !wishWords.test(plain(text)) ? bareName(text) : undefined;
  return name?.includes(' ') ? name : undefined;
}

function wantedService(text: string, expecting: Topic | undefined): string | undefined {
  const named = services
    .map((words) => words.exec(text)?.[0])
    .find(Boolean)
    ?.toLowerCase();
  if (named || expecting !== 'service') return named;
  const said = text
    .replace(serviceFillers, '')
    .replace(/[.?!]+$/, '')
    .trim();
  const idle = presenceWords.test(plain(said)) || repeatWords.test(plain(said));
  return said.length > 2 && !idle && !text.includes('?') ? said : undefined;
}
