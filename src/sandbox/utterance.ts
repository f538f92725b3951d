import { bareName, findName, hasNumber, plain } from './portuguese-slots.ts';
import { findMoment, findWish, hasNoPreference, isForAnother } from './utterance-wishes.ts';

/** What the tools ask for, by the names of their arguments. Values are the caller's words. */
export type Field =
  | 'service'
  | 'practitioner'
  | 'when'
  | 'method'
  | 'cash_amount'
  | 'patient_name'
  | 'birth_date'
  | 'rg'
  | 'cpf'
  | 'address'
  | 'phone'
  | 'email'
  | 'exams'
  | 'message'
  | 'code';

/** What the last question of the receptionist was about. */
export type Topic =
  | Exclude<Field, 'practitioner'>
  | 'wish'
  | 'slot'
  | 'more'
  | 'confirmation'
  | 'change'
  | 'which-appointment'
  | 'confirm-cancel'
  | 'confirm-move'
  | 'confirm-transfer'
  | 'confirm-stop'
  | 'contact-person'
  | 'contact'
  | 'contact-absent'
  | 'contact-cancel'
  | 'code-offer'
  | 'waiting-list'
  | 'offer-booking'
  | 'anything-else';

/** What a caller came for. */
export type Task =
  | 'booking'
  | 'results'
  | 'cancelling'
  | 'moving'
  | 'message'
  | 'waiting-list'
  /** To speak with somebody: a message where nobody can be called. */
  | 'person'
  /** To be left alone. */
  | 'stop-calls'
  /** Nobody came: we rang them about something, and they answer. */
  | 'contact';

/** One thing a caller said, understood in the light of what they had been asked. */
export interface Utterance {
  text: string;
  /** Lower case, no accents, no punctuation. */
  bare: string;
  task?: Task;
  services: string[];
  practitioner?: string;
  /** Words about a day or a time. */
  when?: string;
  anyTime: boolean;
  method?: 'cash' | 'pix' | 'credit-card' | 'debit-card';
  /** A name the caller introduced, or the answer to who it is for. */
  name?: string;
  /** It is for somebody else. */
  forAnother: boolean;
  /** Facts said with their name: “o RG é…”. */
  told: Partial<Record<Field, string>>;
  /** A field the caller named without giving its value: “o horário está errado”. */
  mentioned?: Field;
  asksAbout?: 'service' | 'clinic' | 'exams' | 'consultations';
  declines: boolean;
  yes: boolean;
  no: boolean;
  corrects: boolean;
  /** They are hanging up. */
  farewell: boolean;
  /** “Só isso”: nothing more to say about what was asked. */
  enough: boolean;
  thanksOnly: boolean;
  asksRepeat: boolean;
  asksToWait: boolean;
  /** Only shows that they are there: “aham”, “alô?”, “estou aqui”. */
  present: boolean;
}

const yesWords =
  /^(?:(?:e )?isso|(?:agora )?sim|confirm[oa]|confirmado|pode|podemos|claro|certo|correto|exato|exatamente|perfeito|(?:esta|ta) (?:tudo )?(?:bom|bem|cert[oa]|otimo)|ok|positivo|com certeza|quero|tudo certo|por favor|beleza|aceito|otimo|gostaria)\b/;
const noWords = /^(?:nao|nenhum|nenhuma|nada|negativo|de jeito nenhum|deixa)\b/;
const correctionWords =
  /\b(?:na verdade|alias|quer dizer|mudei de ideia|corrig|em vez d|muda|mudar|troca|trocar|errad[oa])/;
const declineWords =
  /\b(?:nao (?:tenho|uso|quero|precisa|preciso|vou|sei|lembro)|prefiro nao|sem (?:e ?mail|telefone|cpf))/;
const farewellWords = /\b(?:tchau|ate logo|ate mais|vou desligar|pode desligar|adeus)\b/;
const enoughWords =
  /\b(?:so iss[oa]|so ess[ea]|so est[ea]|e so|era so|mais nada|nada mais|isso e tudo)(?: mesmo)?(?: por enquanto)?(?: (?:muito )?obrigad[oa])?$/;
const waitWords =
  /^(?:nao )?(?:espera|espere|um (?:momento|minuto|instante|segundo)|so um|perai|calma|aguarda)/;
const repeatWords = /\b(?:repet|nao (?:entendi|ouvi|escutei)|como e)/;
const presenceWords =
  /^(?:aham|uhum|hum+|mhm|ah|ta|sei|alo|oi|ola|bom dia|boa tarde|boa noite|(?:sim )?estou (?:aqui|ouvindo|na linha))$/;

const taskWords: [Task, RegExp][] = [
  [
    'stop-calls',
    /\bnao (?:me )?(?:lig|telefon|cham|mand)\p{L}* mais\b|\b(?:nao quero|parem? de|chega de) (?:mais )?(?:receber |me )?(?:(?:mais|essas) )?(?:lig|telefon|mensage|mandar)|\btir(?:a|e|em) (?:o )?meu (?:numero|telefone)/u,
  ],
  ['waiting-list', /\blista de espera\b/],
  ['results', /\bresultados?\b/],
  [
    'moving',
    /\b(?:remarcar|reagendar|adiar|antecipar|(?:mudar|trocar) (?:(?:o|a|minha|meu) )?(?:dia|data|horario|consulta|exame))\b/,
  ],
  ['cancelling', /\b(?:cancelar|desmarcar|cancelamento)\b/],
  ['message', /\brecado\b/],
  [
    'person',
    /\b(?:falar com|prefiro|quero|queria|passa[rm]? (?:para|pra)|chama[rm]?) (?:a |o |um |uma )?(?:recepcao|alguem|atendente|pessoa|humano|gerente|secretaria)\b/,
  ],
  [
    'booking',
    /\b(?:marcar|agendar|consulta|avaliacao|retorno|exame|reuniao|encaixe|sessao|procedimento)\b/,
  ],
];
const methods: [NonNullable<Utterance['method']>, RegExp][] = [
  ['pix', /\bpix\b/],
  ['cash', /\b(?:dinheiro|especie)\b/],
  ['debit-card', /\bdebito\b/],
  ['credit-card', /\b(?:credito|cartao)\b/],
];
const clinicQuestions =
  /\b(?:onde fica|endereco|como cheg|que horas (?:abre|fecha)|abre[m]?|fecha[m]?|funciona[m]?|convenio|plano|aceita[m]?|estacionamento|qual o telefone)\b/;
const serviceQuestions =
  /\b(?:quanto (?:custa|e|fica|sai)|preco|valor|preparo|jejum|(?:o que )?(?:preciso |tem que |devo )?levar|quais dias|que dias?|quem atende|voces (?:fazem|oferecem|realizam))\b/;

/** What there is at all. */
const listQuestions: [NonNullable<Utterance['asksAbout']>, RegExp][] = [
  ['exams', /\b(?:quais|que|lista d[eo]s?) (?:os |sao os )?exames\b/],
  [
    'consultations',
    /\b(?:quais|que|lista d[eo]s?) (?:[oa]s |sao [oa]s )?(?:medic[oa]s|profissionais|especialidades|especialistas|consultas)\b/,
  ],
];

const mentions: [Field, RegExp][] = [
  ['birth_date', /\b(?:data de nascimento|nascimento|nasci|nasceu)\b/],
  ['rg', /\b(?:rg|identidade)\b/],
  ['cpf', /\bcpf\b/],
  ['cash_amount', /\btroco para\b/],
  ['email', /\be ?mail\b/],
  ['phone', /\b(?:telefone|celular)\b/],
  ['address', /\b(?:meu endereco|endereco e)\b/],
  ['method', /\b(?:pagamento|pagar|forma de pag)/],
  ['patient_name', /\bnome\b/],
  ['when', /\b(?:horario|hora|dia|data)\b/],
  ['service', /\b(?:exame|consulta|medic[oa]|especialidade|profissional)\b/],
];
/** Facts that are numbers: their name followed by one is the fact itself. */
const numbered: readonly Field[] = ['birth_date', 'rg', 'cpf', 'phone'];
/** Answers in which a number is no day and no hour. */
const notAboutDays: readonly (Topic | undefined)[] = [
  'birth_date',
  'rg',
  'cpf',
  'phone',
  'code',
  'cash_amount',
  'email',
  'message',
  'exams',
  'address',
];

/** @param asked what the caller had been asked */
export function understand(text: string, asked: Topic | undefined): Utterance {
  const said = plain(text)
    .replace(/[.,;:!]+/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  const bare = said.replace(/\?/g, '').trim();
  const found = { ...findWords(text, bare, asked), told: findTold(text, bare, asked) };
  const mentioned = mentions.find(([, words]) => words.test(bare))?.[0];
  const isFact = Object.keys(found.told).length > 0 || found.when !== undefined;
  return {
    text: text.trim(),
    bare,
    ...found,
    ...(mentioned ? { mentioned } : {}),
    ...manner(bare, isFact),
  };
}

function manner(bare: string, isFact: boolean) {
  const corrects = correctionWords.test(bare);
  return {
    declines: declineWords.test(bare) || noWords.test(bare),
    yes: yesWords.test(bare) && !corrects,
    no: noWords.test(bare),
    corrects,
    farewell: farewellWords.test(bare),
    enough: enoughWords.test(bare),
    thanksOnly: /^(?:muito )?obrigad[oa]$/.test(bare),
    asksRepeat: repeatWords.test(bare),
    asksToWait: waitWords.test(bare) && !isFact,
    present: presenceWords.test(bare),
  };
}

function findWords(text: string, bare: string, asked: Topic | undefined) {
  const aboutDays = !notAboutDays.includes(asked);
  const name = findName(text) ?? answeredName(text, asked);
  const wish = findWish(text, asked === 'service');
  const when = aboutDays && !/\bnasci|nasceu/.test(bare) ? findMoment(text) : undefined;
  const task = aboutDays ? taskWords.find(([, words]) => words.test(bare))?.[0] : undefined;
  const method = methods.find(([, words]) => words.test(bare))?.[0];
  const asksAbout = questionIn(text, bare);
  return {
    services: aboutDays && !(name && asked === 'patient_name') ? wish.services : [],
    anyTime: hasNoPreference(text),
    forAnother: isForAnother(text),
    ...(task ? { task } : {}),
    ...(wish.practitioner && aboutDays ? { practitioner: wish.practitioner } : {}),
    ...(when ? { when } : {}),
    ...(method ? { method } : {}),
    ...(name ? { name } : {}),
    ...(asksAbout ? { asksAbout } : {}),
  };
}

function questionIn(text: string, bare: string): Utterance['asksAbout'] {
  if (!text.includes('?') && !/^(?:quanto|onde|aceita|quais|qual)/.test(bare)) return undefined;
  const list = listQuestions.find(([, words]) => words.test(bare))?.[0];
  if (list) return list;
  if (serviceQuestions.test(bare)) return 'service';
  return clinicQuestions.test(bare) ? 'clinic' : undefined;
}

/** Who was asked for a name gives only that; who was asked “com quem falo e como posso ajudar?” may. */
function answeredName(text: string, asked: Topic | undefined): string | undefined {
  if (asked === 'patient_name') return bareName(text);
  const name = asked === 'wish' ? bareName(text) : undefined;
  const isWish = taskWords.some(([, words]) => words.test(plain(text)));
  return name?.includes(' ') && !isWish ? name : undefined;
}

function findTold(
  text: string,
  bare: string,
  asked: Topic | undefined,
): Partial<Record<Field, string>> {
  const told: Partial<Record<Field, string>> = {};
  if (asked === 'message') return told;
  if (/\barroba\b|@/.test(bare)) told.email = text.trim();
  for (const field of numbered) {
    if (field === asked) continue;
    const words = mentions.find(([known]) => known === field)?.[1];
    const value = words ? afterMention(text, words) : '';
    if (hasNumber(value)) told[field] = value;
  }
  return told;
}

/** What follows a field's name in the sentence, up to the next clause that is not a number. */
function afterMention(text: string, words: RegExp): string {
  const tokens = text.trim().split(/\s+/);
  for (let length = 1; length <= tokens.length; length++) {
    if (!words.test(plain(tokens.slice(0, length).join(' ')))) continue;
    const rest = tokens
      .slice(length)
      .join(' ')
      .replace(/^(?:é|eh|foi|em|:)\s+/i, '');
    return rest.split(/,\s+(?=\p{L}+\s+(?:cpf|rg|é))/iu)[0] ?? '';
  }
  return '';
}
