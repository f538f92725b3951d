import {
  baby,
  be,
  type DangerPattern,
  danger,
  few,
  justNow,
  nose,
  sleep,
  very,
} from './emergency-pattern.ts';

/** What was swallowed, done to oneself or befell somebody; birth, small children, and plain calls for an ambulance. */

const choking: DangerPattern[] = [
  danger(
    'choking',
    'engasg(?:ou|ad[oa]|ando|uei)|(?:entalad[oa]|entalou|entalei|pres[oa]|atravessad[oa]) (?:na garganta|com (?:a |uma? )?(?:comida|osso|espinha|pedaco|carne|pao))',
    'as vezes|toda vez|sempre|sensacao|refluxo|catarro|conta(?!\\w)',
  ),
  danger(
    'choking',
    `engoliu ${few(2)}(?:pilha|bateria|moeda|bolinha|ima|peca|tampa|brinquedo|caroco)`,
  ),
];

const took =
  '(?:tomei|tomou|tomaram|tomando|tomar|tomado|bebi|bebeu|bebendo|engoli|engoliu|ingeriu|ingeri|usou)';
const medicine =
  '(?:remedios?|comprimidos?|medicamentos?|medicacao|pilulas?|rivotril|clonazepam|calmantes?|insulina|dipirona|paracetamol)';
const course =
  'nao (?:melhor|pass|adiant|resolv)|xarope|anticoncepcional|antibiotico|tratamento|conforme|receit';
const poisoning: DangerPattern[] = [
  danger(
    'poisoning',
    `${took} ${few(3)}(?:veneno|chumbinho|agua sanitaria|soda caustica|cloro|desinfetante|detergente|gasolina|querosene|raticida|agrotoxico|alvejante|acido muriatico|qboa|kboa|produto de limpeza|acetona|naftalina)`,
  ),
  danger(
    'poisoning',
    `${took} ${few(2)}${medicine} ${few(4)}(?:demais|de mais|a mais|de uma vez|de vez|tudo junto)`,
    course,
  ),
  danger(
    'poisoning',
    `${took} ${few(2)}(?:cartelas?|caixas?|vidros?|frascos?|punhado|monte) (?:de ${few(2)}${medicine}|inteir[oa]s?|tod[oa]s?)|${took} ${few(6)}(?:cartela|caixa|vidro|frasco) (?:tod[oa]|inteir[oa])|${took} ${few(1)}(?:(?:muitos|varios|todos os) ${medicine} (?:para|pra) dormir|(?:dez|quinze|vinte|trinta|quarenta|cinquenta|\\d\\d) comprimidos)|${medicine} ${few(8)}(?:tomei|tomou) (?:demais|tudo)`,
    course,
  ),
  danger(
    'poisoning',
    'overdos[ei]|overdoze|overdoses',
    'de (?:trabalho|informac|doce|acucar|serie)',
  ),
  danger('poisoning', 'envenenad[oa]|se envenenou|envenenamento|envenenando'),
  danger(
    'poisoning',
    `(?:picad[oa]|picou|picada|mordid[oa]|mordeu|ferroad[oa]|ferroou) ${few(3)}(?:cobra|escorpiao|jararaca|cascavel|serpente|aranha)|(?:cobra|escorpiao|jararaca|cascavel|serpente|aranha) ${few(2)}(?:picou|mordeu|ferroou)`,
  ),
];

const hyperbole =
  'de (?:rir|tant|trabalhar|estudar|cansaco|vergonha|raiva|fome|sede|esperar|saudade)';
const suicide: DangerPattern[] = [
  danger(
    'suicide',
    `(?:quero|vou|queria|querendo|pens\\w+ em|pens\\w+ ate em|vontade de|tent\\w+|ameac\\w+|disse que|plane\\w+|falando em|falou em|ideia de) ${few(2)}(?:me|se) mata(?:r|sse)?|(?:quer|vai|ia) ${few(1)}se matar?`,
    hyperbole,
  ),
  danger(
    'suicide',
    `(?:quero|queria|quer|querendo|vontade de|pens\\w+ em|preferia|prefiro|era melhor|melhor eu) ${few(1)}morrer?`,
    `morrer? ${hyperbole}`,
  ),
  danger(
    'suicide',
    `nao (?:quero|queria|quer|aguento|aguenta|tenho vontade de|vejo (?:sentido|motivo|razao) (?:em|pra|para)|vale a pena) ${few(1)}viver?|nao (?:tenho|sinto|tem) mais (?:vontade|motivo|razao|sentido) (?:de|em|pra|para) viver?|(?:sem vontade|cansei|cansad[oa]|desisti|perdi a vontade|perdeu a vontade) de viver?`,
  ),
  danger(
    'suicide',
    `(?<!vai )(?:tirar?|acabar? com|dar fim (?:a|na|em)|por fim (?:a|na)|terminar? com) ${few(1)}(?:minha|propria)(?: propria)? vida|(?:quero|vou|queria|vontade de) acabar com tudo`,
  ),
  danger(
    'suicide',
    `(?:me|se) suicidar?|cometer suicidio|(?:pens\\w+|ideias?|plano|tentativa|tentou|tentei|vontade|ideacao) ${few(2)}suicid\\w+`,
  ),
  danger(
    'suicide',
    `(?:pular|me jogar|se jogar) ${few(1)}(?:da|do|de) ${few(1)}(?:ponte|predio|janela|sacada|viaduto|andar)|(?:me|se) enforc(?:ar?|ou)|cort(?:ar|ei|ou|ando) (?:os|meus|os meus) pulsos|tiro na cabeca`,
  ),
];

const pregnant = '(?:gravid\\w*|gestante|gestacao|gestacional)';
const waters = '(?:sangr(?:ando|amento|ou|ei)|perdendo (?:liquido|sangue|agua)|saindo sangue)';
const pregnancy: DangerPattern[] = [
  danger('pregnancy', `${pregnant} ${few(8)}${waters}|${waters} ${few(7)}${pregnant}`),
  danger(
    'pregnancy',
    'bolsa (?:\\w+ ){0,3}(?:estourou|estourar|rompeu|romper|estourada|rompida|estourando)|estourou a bolsa',
  ),
  danger(
    'pregnancy',
    `nao (?:(?:to|tou|estou) )?(?:sinto|sentindo) ${few(2)}(?:bebe|nenem) ${few(1)}(?:se )?mexer?|(?:bebe|nenem) ${few(1)}(?:parou de (?:se )?mexer?|nao (?:(?:ta|esta|se) )*mexe\\w*)`,
  ),
  danger(
    'pregnancy',
    `(?:entrei|entrou|entrando|estou|to|esta|ta) em trabalho de parto|(?:nenem|bebe) (?:esta |ta )?nascendo`,
  ),
];

const infant: DangerPattern[] = [
  danger(
    'infant',
    `${baby} ${few(4)}(?:ficou|esta|ta|ficando|tod[oa]) ${very}(?:rox[oa]|roxinh[oa]|azulad[oa]|molinh[oa]|desfalecid[oa])`,
  ),
  danger(
    'infant',
    `${baby} ${few(4)}(?:nao (?:(?:ta|esta|consegue|conseguindo) )*(?:mais )?(?:respira\\w*|reag\\w+)|parou de respirar?|engasg(?:ou|ad[oa]|ando)|sufocando|convul[cs]ion\\w+)`,
    `${nose}|${sleep}|as vezes`,
  ),
];

const injury: DangerPattern[] = [
  danger(
    'injury',
    `acidente ${few(3)}(?:grave|feio|serio|horrivel)|(?:acabou|acabei|acabamos) de ${few(2)}acidente|(?:teve|aconteceu|houve) (?:um )?acidente ${justNow}`,
  ),
  danger('injury', 'atropelad[oa]|atropelou|atropelaram', 'cachorr|gat[oa](?!\\w)'),
  danger(
    'injury',
    `(?:levou|levei|tomou|tomei) ${few(1)}(?:tiros?|facadas?|choque (?:eletrico|forte|na tomada))|balead[oa]|esfaquead[oa]|eletrocutad[oa]`,
  ),
  danger('injury', 'se afog(?:ou|ando)|afogamento|afogad[oa]', 'trabalho|divida'),
  danger(
    'injury',
    `(?:caiu|cai|queda|bateu a cabeca|bati a cabeca) ${few(8)}(?:nao (?:(?:ta|esta|se|consegue|consigo) )*(?:mexe\\w*|levant\\w+|acord\\w+)|sangrando|vomitando|desmai\\w+|desacord\\w+)`,
  ),
  danger(
    'injury',
    `queimadura ${few(1)}(?:grave|feia|de terceiro|grande|profunda)|queimou ${few(1)}(?:o corpo|tod[oa]|feio|o rosto)|queimei ${few(1)}(?:o corpo|tod[oa]|feio|o rosto)|pegando fogo`,
  ),
  danger(
    'injury',
    `fratura exposta|osso ${few(2)}(?:pra fora|para fora|aparecendo|exposto)|(?:amputou|decepou|arrancou) (?:o|um|a) (?:dedo|mao|braco)`,
  ),
];

const allergy: DangerPattern[] = [
  danger(
    'allergy',
    `garganta ${be}${few(2)}(?:fechando|fechou|fechad[oa]|trancando|trancou|inchando)`,
  ),
  danger('allergy', 'fechou (?:a|minha) garganta|fechando (?:a|minha) garganta'),
  danger(
    'allergy',
    `(?:lingua|rosto|labios?|boca|olhos|cara) ${few(2)}${be}inchando|(?:inchou|inchando) (?:a|minha) (?:lingua|glote)|(?:lingua|glote) ${few(1)}${be}${very}(?:inchad[oa]|inchou|fechando|fechou)|edema de glote|choque (?:anafilatico|alergico)|anafila\\w+`,
  ),
  danger(
    'allergy',
    `(?:tendo|teve|deu|dando|com) (?:uma )?(?:reacao alergica|alergia) ${few(1)}(?:muito )?(?:grave|forte|severa|seria)`,
    'alergia (?:grave |forte )?(?:a|ao) ',
  ),
];

const planned = 'buscar|levar|transport|transfer|remocao|agend|amanha|semana|trabalh';
const other: DangerPattern[] = [
  danger(
    'other',
    '(?:isso|aqui|isto) [eE] emergencia|(?:[eE]|[eE] uma|[eE] caso de|trata se de uma|caso de vida ou) (?:emergencia|morte)(?: medica)?',
    'urgencia [eE]|atende|setor|telefone|numero|contato|plano|e uma pergunta',
  ),
  danger(
    'other',
    `(?:cham(?:a|e|em|ar|ando)|lig(?:a|ue|ar) (?:pro|para o|pra o)|acion(?:a|e|ar)|mand(?:a|e|em|ar)) ${few(2)}(?:samu|ambulancia|resgate|bombeiros?)|(?:precis\\w+|quero) ${few(2)}(?:ambulancia|samu)`,
    planned,
  ),
  danger(
    'other',
    `(?:esta|estou|to|tou|ta|ele|ela|acho que|sinto que) ${few(1)}(?:morrendo|vou morrer|vai morrer)(?! de )`,
    'celular|bateria|planta|telefone|ligacao|internet',
  ),
  danger(
    'other',
    `(?:esta|estou|to|tou|ta) passando ${very}mal`,
    'estomago|barriga|dieta|desde|(?:ha|faz) \\w+ (?:dias|semanas|meses)',
  ),
];

export const harmDangers: readonly DangerPattern[] = [
  ...choking,
  ...poisoning,
  ...suicide,
  ...pregnancy,
  ...infant,
  ...injury,
  ...allergy,
  ...other,
];
