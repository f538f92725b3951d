/** Words of Brazilian chats and of clinics, without accents. General on purpose: no script and no clinic is named here. */

/** How people write in a hurry → the whole word; an empty one says nothing. */
export const shortWords: Readonly<Record<string, string>> = {
  ...pairs(
    'vc voce|vcs voces|ce voce|tb tambem|tbm tambem|q que|qe que|oq que|pq porque|pra para|pro para|p para|pras para|pros para',
    'qto quanto|qnto quanto|qt quanto|qnt quanto|qtos quantos|qtas quantas|qdo quando|qnd quando|qd quando|qro quero|kero quero|qria queria',
    'hj hoje|amn amanha|ontm ontem|msm mesmo|mto muito|mt muito|n nao|naum nao|num nao|ñ nao|eh e|ta esta|to estou|tou estou|tava estava',
    'td tudo|tds todos|cmg comigo|dps depois|agr agora|blz beleza|pf favor|pfv favor|pfvr favor|pls favor|obg obrigado|vlw obrigado',
    'msg mensagem|mensag mensagem|tel telefone|cel celular|zap whatsapp|wpp whatsapp|end endereco|loc localizacao|dr doutor|dra doutora',
    'doc documento|docs documentos|cad cadastro|pgto pagamento|pagto pagamento|vlr valor|bco banco|cc cartao|hr hora|hrs horas',
    'seg segunda|ter terca|qua quarta|qui quinta|sab sabado|dom domingo|cade onde|kd onde|aki aqui|ai ai',
  ),
};

/** What carries no demand, whoever says it. */
export const emptyWords: ReadonlySet<string> = new Set(
  (
    'a o as os um uma uns umas de do da dos das em no na nos nas ao aos por pelo pela pelos pelas para com sem sob sobre entre ate e ou mas ' +
    'que se como porque pois ja so tambem muito mais menos bem mal la aqui ai ali isso isto este esta esse essa aquele aquela esses essas meu minha ' +
    'meus minhas seu sua seus suas nosso nossa eu voce voces ele ela eles elas nos me te lhe mim ti comigo com ' +
    'quero queria quer querem gostaria preciso precisava precisaria precisa posso pode podem poderia podia consigo tenho tem tinha teria temos ' +
    'sou e sao era foi foram ser estar estou esta estao estava estive fosse seria ha havia haver vou vai vamos iria ir faz fazer faco fazem da dar deu ' +
    'dia boa bom tarde noite oi ola opa alo bom obrigado obrigada favor gentileza licenca moca moco senhora senhor querida amor tudo beleza certo ' +
    'ne viu hein entao assim tipo la mesmo mesma algum alguma algo coisa coisas aquele saber dizer gente pessoal ' +
    'terca quarta quinta sexta hoje agora ainda sempre nunca nada todo toda todos todas outro outra outros outras cada qual quais quem'
  ).split(' '),
);

/** Words of one meaning, each group under the word that stands for it. Compared by their stems. */
export const concepts: Readonly<Record<string, string>> = {
  profissional:
    'medico medica doutor doutora especialista cardiologista cardio pediatra ginecologista gineco obstetra dermatologista dermato ortopedista orto ' +
    'psicologo psicologa psiquiatra endocrinologista endocrino oftalmologista oftalmo otorrinolaringologista otorrino neurologista neuro urologista ' +
    'clinico clinica-geral nutricionista fisioterapeuta dentista geriatra reumatologista gastroenterologista gastro angiologista vascular oncologista ' +
    'pneumologista nefrologista mastologista proctologista alergista infectologista fonoaudiologo hematologista',
  exame:
    'exame ultrassom ultrassonografia ultra usg ecografia mamografia ecocardiograma eco eletrocardiograma eletro ecg endoscopia colonoscopia raio radiografia ' +
    'tomografia ressonancia hemograma glicemia colesterol sangue urina fezes preventivo papanicolau colposcopia toxicologico pezinho orelhinha olhinho linguinha ' +
    'baciloscopia biopsia doppler holter mapa densitometria espirometria transvaginal morfologica obstetrico pelvica videolaringoscopia teste checkup tireoide abdome abdomen',
  convenio:
    'convenio plano unimed amil hapvida bradesco sulamerica notredame intermedica cassi geap ipasgo ipsemg iamspe ipe sus planserv prevent golden assim carteirinha credenciado ' +
    'credenciada',
  resultado: 'resultado laudo',
  pagar: 'pagar pagamento pago paga',
  preco: 'preco valor custar custa orcamento tabela reais caro cara',
  atendente: 'atendente humano pessoa recepcionista recepcao secretaria robo alguem',
  pedido: 'pedido encomenda compra entrega pacote mercadoria',
  boleto: 'boleto fatura carne',
  defeito: 'defeito quebrado quebrou estragado danificado trincado rachado',
  mudar: 'mudar trocar alterar atualizar corrigir',
  desmarcar: 'desmarcar cancelar anular desistir cancelamento',
  remarcar: 'remarcar reagendar adiar antecipar',
  marcar: 'marcar agendar marcacao agendamento',
  reclamar: 'reclamar reclamacao queixa ouvidoria procon pessimo descaso grosseiro grosseira',
  jejum: 'jejum preparo',
};

function pairs(...lines: string[]): Record<string, string> {
  return Object.fromEntries(
    lines.flatMap((line) => line.split('|').map((pair) => pair.split(' ') as [string, string])),
  );
}
