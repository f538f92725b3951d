import {
  be,
  cannot,
  type DangerPattern,
  danger,
  few,
  is,
  justNow,
  nose,
  rightNow,
  sleep,
  someone,
  very,
} from './emergency-pattern.ts';

/** What a body does when it fails: heart, breath, consciousness, blood, brain. See `emergency-words`. */

const breast =
  'peito d[oe] pe(?!\\w)|bico do peito|mama|mamilo|seios?(?!\\w)|amament|leite|frango|silicone|protese|caroco|nodulo|mastite';
const heartAttack =
  '(?:infarto|infarte|enfarto|enfarte|ataque cardiaco|ataque do coracao|parada cardiaca)';
/** “Pressão alta e raio X do tórax”: the chest belongs to the exam. */
const symptomGap =
  '(?:(?!(?:nao|nem|sem|mas|raio|rx|tomo\\w*|radio\\w*|exames?|ultra\\w*|ressonancia|cirurgia|testes?) |\\.)\\S+ ){0,4}';
const heart: DangerPattern[] = [
  danger(
    'heart',
    `(?:dor(?:es|zinha|zona)?|doi|doendo|aperto|apertando|pressao|pontadas?|peso|fisgadas?|queimacao|ardencia|desconforto|agonia) ${symptomGap}(?:n[ou]|nos|do|pro|para o|pelo|meu) ${few(2)}(?:peitos?|peto|pelto|torax)`,
    breast,
  ),
  danger('heart', `do[,]? no pe[it]+o|dor de peito|mao no peito`, breast),
  danger(
    'heart',
    `peito (?:que |dele |dela )?${be}${very}(?:doendo|dolorido|apertad[oa]|apertando|queimando|ardendo|doi|pesado)`,
    breast,
  ),
  danger(
    'heart',
    `dor(?:es)? ${few(2)}(?:no|do|de) coracao|coracao ${few(1)}${be}(?:parou|parando|doendo)`,
  ),
  danger('heart', `${rightNow}${heartAttack}`),
  danger(
    'heart',
    `[ie]nfartando|acabou de (?:ter um infarto|[ie]nfartar?)|(?:[ie]nfartou|(?:teve|deu) (?:um )?${heartAttack}) ${justNow}|(?:vou|vai) [ie]nfartar?`,
  ),
];

const breathing: DangerPattern[] = [
  danger(
    'breathing',
    '(?:falta|farta) d[ei]? ?ar|faltadear|falta de a(?= [,.]| *$)',
    'condicionado',
  ),
  danger(
    'breathing',
    `(?:${is}|fiquei|quase) ${few(1)}sem (?:conseguir respirar?|respirar?|ar|folego)`,
    'condicionado|carro|sala|quarto|gelad|de tanto|corr[ei]',
  ),
  danger(
    'breathing',
    'faltando (?:o )?ar|ar (?:(?:ta|esta|me) )*faltando|ar nao (?:(?:ta|esta) )?(?:entra|entrando|vem|vindo|chega|chegando)|falta o ar|me falta (?:o )?ar',
    'condicionado',
  ),
  danger(
    'breathing',
    `(?:${cannot}|mal (?:${is} )?(?:consigo|consegue|conseguindo)) (?:nem )?${few(2)}(?:respirar?|puxar? (?:o )?ar|pegar? (?:o )?ar|tomar? folego)`,
    nose,
  ),
  danger(
    'breathing',
    `nao (?:(?:ta|esta|to|estou|tem) )?(?:mais )?respira(?:ndo)?|(?:parou|parando|para) de respirar?`,
    `${nose}|${sleep}|telefone|exame|raio x`,
  ),
  danger(
    'breathing',
    `(?:dificuldades?|dificil|custando|esforco) ${few(1)}(?:para |pra |de |em |pa )?(?:o ar|respirar?)|respirando ${very}(?:mal|com (?:muita )?dificuldade|ruim|fraco|pouco)|respiracao ${be}${very}(?:dificil|parando|fraca|curta)`,
    `${nose}|${sleep}`,
  ),
  danger('breathing', 'sufoca(?:r|ndo|d[oa])|asfixia(?:ndo|d[oa])', 'trabalho|divida|conta'),
  danger('breathing', `(?:labios?|boca) ${few(2)}(?:rox[oa]s?|azulad[oa]s?|azuis)`),
];

const notAwake =
  '(?:acorda|acordando|acordar|desperta|despertando|reage|reagindo|responde|respondendo)';
const unconscious: DangerPattern[] = [
  danger(
    'unconscious',
    'di?e?s?i?maiou|desmai(?:ei|ad[oa]|ando|aram)|(?:deu|teve|tendo|tive|sofreu) (?:um |uns )?desmaio',
    'quando ((?:eu|ela|ele|for|vai|vou|foi|fui) )*(?:tir|colh|ve[jr]|viu|vi(?!\\w)|faz|fac|tom)|toda vez|sempre que|costum|de sono',
  ),
  danger('unconscious', 'inconsciente|desacordad[oa]|desfalec(?:eu|endo|id[oa])'),
  danger('unconscious', 'perd(?:eu|i|endo) (?:a consciencia|os sentidos|o sentido)'),
  danger(
    'unconscious',
    `${someone} ${few(3)}nao (?:(?:ta|esta|quer|consegue) )?(?:mais )?${notAwake}(?! (?:cedo|antes|as|ao|aos|para|pra|a noite|de noite|na hora|(?:o|a|os)(?! nada)|meu|minha|minhas|meus|mensage\\w+|whats\\w*|zap|telefone|ligac\\w+|e?mail))`,
    'autis|surd',
  ),
  danger(
    'unconscious',
    `${someone} ${few(2)}apagou(?= [,.]| e nao| *$)|caiu ${few(2)}dur[oa]`,
    'luz|celular|mensage|foto',
  ),
];

const convulsion = 'conv(?:ul|u)[cs]+(?:ao|oes)';
const chronic =
  'desde (?:que|pequen|crianca|bebe|nasc|novo|nova|os )|controlad|(?:tomo|toma|tomava) (?:remedio|gardenal)|febris';
const seizure: DangerPattern[] = [
  danger('seizure', 'conv(?:ul|u)[cs]+ion(?:ando|ou)', chronic),
  danger(
    'seizure',
    `(?:tendo|teve|tive|deu|dando|comecou|entrou|entrando|sofreu|sofrendo|esta|ta) ${few(3)}${convulsion}`,
    chronic,
  ),
  danger(
    'seizure',
    `ataque epil[ei]p?tico|crise (?:epil[ei]p?tica|convulsiva)|crise de (?:${convulsion}|epilepsia)`,
    chronic,
  ),
  danger(
    'seizure',
    `se debatendo|(?:revirando|virando|virou|revirou) (?:os )?olhos?|espumando|tremendo (?:tod[oa]|inteir[oa]|o corpo)`,
    'frio|medo',
  ),
];

const muchBlood = '(?:muito|tanto|bastante|demais)';
const bleeding: DangerPattern[] = [
  danger(
    'bleeding',
    `(?:sangramento|hemorragia|sangra|perda de sangue) ${few(2)}(?:fortes?|intens[oa]|grande|grave|abundante|interna|${muchBlood}|que nao para)`,
  ),
  danger(
    'bleeding',
    '(?:tendo|com|deu|entrou em|entrando em) (?:uma )?hemorragia|esvaindo em sangue',
  ),
  danger(
    'bleeding',
    `sangrando ${few(2)}(?:${muchBlood}|sem parar|forte|horrores|pra caramba|direto)|${muchBlood} sangrando`,
  ),
  danger(
    'bleeding',
    `(?:perdendo|saindo|sai|perdeu|perdi|jorrando|escorrendo) ${few(1)}${muchBlood} sangue|perdendo sangue|tem ${muchBlood} sangue|(?:esguichando|jorrando) ${few(1)}sangue|sangue (?:esguichando|jorrando)`,
  ),
  danger(
    'bleeding',
    `nao (?:(?:ta|esta|quer) )?(?:para|parando|parou|estanca|parar) ${few(1)}(?:de )?(?:sangrar?|sair sangue|o sangue|o sangramento)|(?:sangue|sangramento|sangrando) ${few(2)}(?:que |e )?nao (?:(?:ta|esta|quer) )?(?:para|parando|parou|estanca|parar)`,
    'gengiva',
  ),
  danger(
    'bleeding',
    `(?:vomit|tossi|cuspi|escarr|botando|evacua)\\w* ${few(1)}sangue|sangue pela boca`,
    'gengiva|dente|escov',
  ),
  danger('bleeding', `cort(?:ou|ei|e) ${few(3)}(?:profund[oa]|fundo|a veia|uma veia|a arteria)`),
];

const oldNumbness =
  '(?:a|de) noite|quando (?:eu )?(?:acord|durm|deit|digit|trabalh)|dormir|(?:ha|faz) (?:\\w+ )?(?:meses|anos)|tunel|hernia|coluna|as vezes|fisioterap|anestesia';
const stroke: DangerPattern[] = [
  danger(
    'stroke',
    `(?:boca|rosto|face|cara|sorriso|labio) ${few(3)}${be}(?:tort[oa]|puxad[oa]|puxando|repuxad[oa]|repuxando|caid[oa]|paralisad[oa]|entortou|entortando)|(?:rosto|face) ${be}${very}dormente|entortou (?:a|o) (?:boca|rosto)`,
    oldNumbness,
  ),
  danger(
    'stroke',
    `(?:braco|lado|metade|corpo)(?: (?:esquerdo|direito))?(?: (?:do|da|inteiro) ?(?:corpo|rosto|cara|face)?)? ${few(2)}${very}(?:dormente|adormecid[oa]|adormeceu|adormecendo|paralisad[oa]|paralisou|paralisando|parou|sem forca|sem movimento|nao (?:mexe|obedece))`,
    oldNumbness,
  ),
  danger(
    'stroke',
    `(?:perdeu|perdendo|perdi|perder|sem) (?:a |o |os )?(?:forca|movimentos?) ${few(1)}(?:do|no|dos|de um|de) ${few(1)}(?:braco|lado|corpo)|${cannot} ${few(1)}(?:mexer?|mover?) ${few(2)}(?:lado|corpo)|nao (?:(?:ta|esta|to) )?(?:sente|sinto|sentindo) ${few(1)}(?:lado|braco|metade)`,
    oldNumbness,
  ),
  danger(
    'stroke',
    `(?:fala|voz|lingua|falando|falar) ${few(1)}${be}${very}(?:enrolad[oa]|embolad[oa]|arrastad[oa]|enrolou|embolou|enrolando|embolando|pastosa)|${someone} ${few(1)}nao (?:(?:ta|esta) )?(?:consegue|conseguindo) ${few(1)}falar?(?: direito| nada| mais)?(?= [,.]| e | *$)`,
  ),
  danger(
    'stroke',
    `${rightNow}(?:avc|a v c|avece|derrame|acidente vascular)|(?:teve|deu|dando) (?:um )?(?:avc|a v c|avece|derrame) ${justNow}`,
    'derrame (?:no|na|articular|pleural|pericard)',
  ),
];

export const bodyDangers: readonly DangerPattern[] = [
  ...heart,
  ...breathing,
  ...unconscious,
  ...seizure,
  ...bleeding,
  ...stroke,
];
