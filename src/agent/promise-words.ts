/**
 * The ways in which the agent says that something was done, over text without accents or capitals (a lone “é” is `E`).
 * Regular expressions only; what turns such words into a question, a condition or a denial is `promise-guard`'s.
 */

export type ClaimKind = 'booked' | 'rescheduled' | 'cancelled' | 'message-sent' | 'calls-stopped';

/**
 * `own-deed`: “marquei”, done by the speaker now. `state`: “está marcada”, true of any appointment that exists.
 * `bare`: “consulta marcada!”, only at the start of a clause.
 */
export type ClaimForm = 'own-deed' | 'state' | 'bare';

export interface ClaimPattern {
  kind: ClaimKind;
  form: ClaimForm;
  pattern: RegExp;
  /** The nearest thing named before it must be one of these; without it, anything but {@link personalData} will do. */
  subject?: RegExp;
  /** The “não” in it is what was promised. */
  isDenial?: true;
}

const booking =
  '(?:consultas?|exames?|horarios?|agendamentos?|marcac(?:ao|oes)|vagas?|atendimentos?|sess(?:ao|oes)|retornos?|reservas?|reuni(?:ao|oes)|visitas?|lugar|ultrassom|procedimentos?)';
const ownVisit =
  '(?:consultas?|exames?|agendamentos?|atendimentos?|sess(?:ao|oes)|retornos?|reuni(?:ao|oes)|visitas?)';
const message =
  '(?:recados?|mensage(?:m|ns)|pedidos?|solicitac(?:ao|oes)|reclamac(?:ao|oes)|sugest(?:ao|oes)|avisos?|bilhetes?)';
const staff =
  '(?:equipe|recepcao|clinica|secretaria|atendentes?|medic[oa]|doutora?|dra?|enfermeir[oa]|enfermagem|gerente|gerencia|pessoal|responsavel|laboratorio|financeiro|setor)';
const act = '(?:agendamentos?|marcac(?:ao|oes)|reservas?)';

const is =
  '(?:esta|estao|ta|tao|ficou|ficaram|fica|ficam|foi|foram|continua|continuam|segue|seguem|permanece|encontra-se)';
const adverbs =
  '(?:(?:ja|tudo|certo e|pronto e|entao|sim|agora|certinho|devidamente|oficialmente|todinha?|mesmo|assim|ambas|ambos|com sucesso) )*';
const booked = '(?:agendad|marcad)(?:inh)?[oa]s?';
const settled = '(?:confirmad|garantid|reservad)[oa]s?';
const ended = '(?:feit|realizad|concluid|efetuad|finalizad|registrad|fechad|completad)[oa]s?';
const moved = '(?:remarcad|reagendad)[oa]s?';
const shifted = '(?:mudad|alterad|trocad|transferid|passad|adiad|antecipad|atualizad)[oa]s?';
const undone = '(?:cancelad|desmarcad)[oa]s?';
const noted =
  '(?:anotad|registrad|enviad|encaminhad|repassad|passad|transmitid|gravad|abert)[oa]s?|entregues?';
const told = '(?:avisad|informad|comunicad|notificad|alertad)[oa]s?';
const did =
  '(?:fiz|realizei|conclui|efetuei|finalizei|registrei|completei|fechei|fizemos|realizamos|efetuamos)';
const just = '(?:acabei de|acabo de|consegui|terminei de|acabamos de|conseguimos)';

/** Up to so many words in between; none of them begins another thought. */
const few = (most: number) => `(?:(?!que |para que |codigo)[\\w-]+ ){0,${most}}`;
const exact = (source: string) => new RegExp(`(?<![\\w-])(?:${source})(?![\\w-])`, 'g');

const own = (kind: ClaimKind, source: string): ClaimPattern => ({
  kind,
  form: 'own-deed',
  pattern: exact(source),
});
const state = (kind: ClaimKind, source: string, subject?: string): ClaimPattern => ({
  kind,
  form: 'state',
  pattern: exact(source),
  ...(subject ? { subject: exact(subject) } : {}),
});

/** What may stand before a clause that has no verb: “Prontinho Maria consulta marcada”. */
const opening =
  '(?:(?:pronto|prontinho|certo|otimo|perfeito|maravilha|sim|ja|entao|tudo|beleza|feito|ok|e|agora) )*';
const determiners = '(?:(?:a|o|as|os|sua|seu|suas|seus|nova|novo|primeira|duas|dois) )*';
/** A clause with one of these says something else about the thing: “consulta marcada precisa de documento”. */
const verb =
  '(?:E|sao|era|eram|estava|estavam|estiver|seja|ser|sera|seria|pode|podem|poderia|deve|devem|precisa|precisam|tem|custa|custam|vai|vao|quer|esta|estao|foi|ficou|fica|ficam|so|nao|que|se|quando|exige|exigem|acontece|comeca|dura|costuma|costumam|recebe|recebem|vale|valem)';
const plain = `(?:(?!${verb} )[\\w-]+ ){0,6}`;
const details =
  '(?= *$| (?:para|pra|com|dia|no dia|em|hoje|amanha|as \\w+|ao meio|na (?:segunda|terca|quarta|quinta|sexta)|no (?:sabado|domingo))(?! antecedencia)(?: |$))';
const noVerb = `(?!.* ${verb}(?: |$))`;

const bare = (kind: ClaimKind, source: string): ClaimPattern => ({
  kind,
  form: 'bare',
  pattern: new RegExp(`^ *${opening}(?:${source})${details}${noVerb}`, 'g'),
});
const anyName = `${determiners}(?:(?!${verb} )[\\w-]+ ){1,4}${adverbs}`;
const named = (things: string, done: string) =>
  `${determiners}${things} ${plain}${adverbs}(?:${done})`;

const bookedPatterns: ClaimPattern[] = [
  own(
    'booked',
    '(?:agendei|marquei|encaixei|reservei)(?! (?:aqui )?(?:que|como|um x|(?:a|essa|esta) opcao))',
  ),
  own('booked', `(?:confirmei|garanti|registrei|confirmamos|garantimos) ${few(3)}${booking}`),
  own('booked', `${did} ${few(3)}${act}`),
  own('booked', `(?:deixei|deixamos) ${few(7)}(?:${booked}|${settled})`),
  own('booked', `(?:coloquei|inclui|pus|botei|inseri|lancei) ${few(6)}agenda`),
  own(
    'booked',
    `${just} (?:marcar|agendar|reservar|encaixar|(?:confirmar|garantir|fazer) ${few(3)}${booking})`,
  ),
  own(
    'booked',
    '(?:ja (?:marcamos|agendamos|reservamos)|(?:marcamos|agendamos) (?:a |o )?(?:sua|seu) [\\w-]+ para)',
  ),
  own('booked', `${staff} (?:ja )?(?:marcou|agendou|reservou|confirmou) ${few(2)}${booking}`),
  own('booked', `sistema (?:ja )?(?:marcou|agendou|reservou|confirmou)`),
  state('booked', `${is} ${adverbs}(?:${booked}|${settled})`),
  state('booked', `${is} ${adverbs}${ended}`, act),
  state('booked', `${act} (?:ja )?deu certo`),
  state('booked', `${is} (?:ja )?n[ao] (?:nossa )?agenda`),
  state(
    'booked',
    `(?:tem|temos|tenho|consta|possui|ha) ${few(4)}${booking} ${few(5)}(?:${booked}|${settled})`,
  ),
  state('booked', `protocolo (?:do|da|de) (?:seu |sua )?(?:agendamento|marcacao|consulta|exame) E`),
  bare('booked', booked),
  bare('booked', `(?:confirmado|garantido|reservado)(?= (?:para|pra|dia))|tudo confirmado`),
  bare('booked', named(booking, `${booked}|${settled}`)),
  // An exam by its name: “Eletrocardiograma marcado para sexta”.
  bare(
    'booked',
    `(?!(?:com|no|na|em|para|apos|depois|antes|horario|hora|dia) )${anyName}${booked}(?= (?:para|pra) )`,
  ),
  bare('booked', named(act, ended)),
];

const rescheduledPatterns: ClaimPattern[] = [
  own('rescheduled', '(?:remarquei|reagendei|ja remarcamos|ja reagendamos)'),
  own(
    'rescheduled',
    `(?:mudei|troquei|transferi|passei|alterei|adiei|antecipei|movi) ${few(3)}${booking}`,
  ),
  own(
    'rescheduled',
    `${just} (?:remarcar|reagendar|(?:mudar|trocar|transferir|alterar|adiar|antecipar) ${few(3)}${booking})`,
  ),
  own('rescheduled', `${did} ${few(2)}(?:remarcacao|reagendamento|troca|mudanca|alteracao)`),
  state('rescheduled', `${is} ${adverbs}${moved}`),
  // The clinic's own hours change too.
  state('rescheduled', `${is} ${adverbs}${shifted}`, ownVisit),
  state('rescheduled', `seus? horarios? ${few(4)}${is} ${adverbs}${shifted}`),
  state(
    'rescheduled',
    `${is} ${adverbs}(?:${ended}|${settled})`,
    '(?:remarcacao|reagendamento|troca|mudanca|alteracao)',
  ),
  bare('rescheduled', moved),
  bare('rescheduled', named(booking, `${moved}|(?:mudad|alterad|trocad|transferid)[oa]s?`)),
  bare('rescheduled', named('(?:remarcacao|reagendamento|troca|mudanca)', `${ended}|${settled}`)),
];

const cancelledPatterns: ClaimPattern[] = [
  own('cancelled', '(?:cancelei|desmarquei|ja cancelamos|ja desmarcamos)'),
  own('cancelled', `${just} (?:cancelar|desmarcar)`),
  own('cancelled', `${did} ${few(2)}cancelamento`),
  own('cancelled', `(?:tirei|retirei|removi) ${few(5)}agenda`),
  own('cancelled', `${staff} (?:ja )?(?:cancelou|desmarcou) ${few(2)}${booking}`),
  own('cancelled', 'sistema (?:ja )?(?:cancelou|desmarcou)'),
  state('cancelled', `${is} ${adverbs}${undone}`),
  state('cancelled', `${is} ${adverbs}(?:${ended}|${settled})`, 'cancelamentos?'),
  state('cancelled', `protocolo (?:do|de) (?:seu )?cancelamento E`),
  bare('cancelled', undone),
  bare('cancelled', named(booking, undone)),
  bare('cancelled', named('cancelamento', `${ended}|${settled}`)),
];

const messagePatterns: ClaimPattern[] = [
  own(
    'message-sent',
    `(?:avisei|avisamos|informei|comuniquei|notifiquei|alertei|acionei) ${few(3)}${staff}`,
  ),
  own('message-sent', 'ja (?:avisei|avisamos)(?= *$)'),
  own(
    'message-sent',
    `(?:encaminhei|repassei|passei|enviei|mandei|transmiti|entreguei|deixei|anotei|registrei|gravei|abri|fiz|criei|encaminhamos|enviamos|anotamos|registramos) ${few(4)}${message}`,
  ),
  own(
    'message-sent',
    `${just} (?:avisar ${few(2)}${staff}|(?:enviar|mandar|deixar|registrar|anotar|encaminhar|passar) ${few(3)}${message})`,
  ),
  own(
    'message-sent',
    `(?:pedi|solicitei) (?:(?:a|ao|para a|pra|para o) )?(?:nossa |${few(2)})?(?:${staff}|resultados?)`,
  ),
  own(
    'message-sent',
    `(?:coloquei|inclui|pus|adicionei|inscrevi|botei|cadastrei|deixei|anotei) ${few(6)}lista(?: de espera)?`,
  ),
  state(
    'message-sent',
    `(?:${is}|entrou) ${adverbs}(?:(?:incluid|cadastrad|inscrit|anotad)[oa] )?n[ao] (?:nossa )?lista de espera`,
  ),
  state('message-sent', `${is} ${adverbs}(?:${noted})`, message),
  state('message-sent', `${is} ${adverbs}com (?:a |o |nossa )*${staff}`, message),
  state('message-sent', `${is} ${adverbs}${told}`, staff),
  state('message-sent', `protocolo (?:do|da|de) (?:seu |sua )?${message} E`),
  bare('message-sent', named(message, noted)),
  bare('message-sent', named(staff, told)),
];

const number = '(?:numeros?|telefones?|celular|contato)';

const stoppedPatterns: ClaimPattern[] = [
  own(
    'calls-stopped',
    `(?:tirei|retirei|removi|exclui|bloqueei|tiramos|retiramos|removemos) ${few(3)}${number}`,
  ),
  own(
    'calls-stopped',
    `(?:coloquei|inclui|pus|adicionei|botei|registrei) ${few(3)}${number} ${few(3)}lista d(?:e|os|as) (?:bloqueio|bloqueados|quem nao|pessoas que nao|numeros que nao|nao)`,
  ),
  {
    ...own(
      'calls-stopped',
      'nao (?:vamos|iremos|vou) mais (?:[\\w-]+ ){0,2}(?:ligar|telefonar|chamar|incomodar|entrar em contato)|nao (?:ligaremos|ligamos) mais|voce nao (?:vai|ira) mais receber (?:[\\w-]+ ){0,2}(?:ligac(?:ao|oes)|chamadas?|mensage(?:m|ns))',
    ),
    isDenial: true,
  },
];

export const claimPatterns: readonly ClaimPattern[] = [
  ...stoppedPatterns,
  ...bookedPatterns,
  ...rescheduledPatterns,
  ...cancelledPatterns,
  ...messagePatterns,
];

/** Things of which “está confirmado” says nothing about an appointment. */
export const personalData =
  /\b(?:nome|sobrenome|cpf|rg|telefone|celular|numeros?|dados?|nascimento|e-?mail|endereco|cadastro|identidade|codigo|senha|pagamento|forma|pix|valor|preco|presenca|informac(?:ao|oes)|plano|convenio|whatsapp|contato|documentos?|carteirinha|troco|sintomas?|feriado)\b/g;

/** Everything a participle may be about: the last one named decides. */
export const anySubject = new RegExp(
  `${personalData.source}|\\b(?:${booking}|${message}|${staff}|remarcacao|reagendamento|troca|mudanca|alteracao|cancelamentos?)\\b`,
  'g',
);

/** Words that merely describe: “atendimento com hora marcada”, “chegue no dia marcado”. */
export const idioms =
  /\b(?:com|sem|n[ao]|d[ao]|a|o|e|por|tem|temos|exige|sao|antes d[ao] seu) (?:hora|horario|data|dia)s? (?:previamente )?(?:marcad|agendad|reservad|confirmad)[oa]s?\b/g;
