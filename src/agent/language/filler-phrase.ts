import { type PhraseRule, phraseRule } from './phrase-rule.ts';

/** Words around a day and a time that change nothing, and the few that change how the rest is taken. */

/**
 * A word that is not listed makes a phrase not understood: “menos”, “toda” or “sem” turn a day into its opposite, and
 * so may a word we do not know.
 */
const fillers =
  'a o as os um uma uns de da do das dos em no na nos nas para por pelo pela ao com e ' +
  'eu voce voces gente me minha meu mae pai filho filha esposa marido avo irmao irma ele ela ' +
  'quero queria gostaria prefiro preciso precisava posso poderia podia pode podemos consigo conseguiria vou ia dava ' +
  'seria ser sera e esta ta fica ficaria ficar tem teria tinha tiver houver ha vai ir vir passar ' +
  'marca marcar marque agenda agendar agende anotar anota remarcar remarca mudar muda mude trocar deixa deixar ver ' +
  'encaixar encaixe atender consulta consultar exame exames retorno atendimento horario horarios vaga vagas ' +
  'hum hmm eh ah ai ahn han oi ola alo bom boa bem olha entao assim tipo sabe ne viu la so mesmo ok certo isso sim ' +
  'acho talvez melhor possivel favor gentileza obrigado obrigada moca moco senhora senhor doutor doutora dr dra ' +
  'que se der puder for mas tambem ainda ali algum alguma disponivel livre data';

const fillerWords = new Set(fillers.split(' '));

export function isFiller(word: string): boolean {
  return fillerWords.has(word);
}

const titles = new Set(['doutor', 'doutora', 'dr', 'dra']);

export function isTitle(word: string): boolean {
  return titles.has(word);
}

const turningWords =
  /^(?:menos|exceto|salvo|fora|sem|nem|nunca|jamais|tirando|cada|tod[ao]s?|outr[ao]s?|ultim[ao]|primeir[ao]|mais|desde|\d.*|~)$/;

/** After “doutor”, a word without meaning of its own is a name; one that turns the sense never is. */
export function mayBeName(word: string): boolean {
  return !turningWords.test(word);
}

const nothing = (source: string) => phraseRule(source, () => []);

export const fillerPhrases: readonly PhraseRule[] = [
  nothing('bom dia|boa tarde|boa noite'),
  nothing(
    'em ponto|sem falta|sem problemas?|tudo bem|tanto faz(?: [oa] (?:dia|hora|horario))?|daqui(?= ate )',
  ),
  nothing('(?:em |a |para )?qualquer (?:dia|hora|horario|data)'),
  nothing('mais(?= (?:para|no|na|a|de|pela) )'),
];

/** Words that refer to something said before, which we do not know: never passed over. */
export const unclearPhrase =
  /^(?:(?:n?[oa] )?mesm[oa] (?:dia|hora|horario|data)|a manha|para a manha|(?:n?ess[ae]|n?est[ae]|naquel[ae]|aquel[ae]|outr[ao]) (?:dia|horario|hora|data))(?= |$)/;

export const joinRules: readonly PhraseRule[] = [
  phraseRule('ou melhor|alias|quer dizer|digo|na verdade|corrigindo|desculpa|perdao', () => [
    { find: 'rather' },
  ]),
  phraseRule('ou(?: entao)?(?: na| no)?', () => [{ find: 'or' }]),
  phraseRule('nao', () => [{ find: 'not' }]),
  phraseRule('agora', () => [{ find: 'now' }]),
  phraseRule('e', () => [{ find: 'and' }]),
];

export const pickRules: readonly PhraseRule[] = [
  phraseRule(
    '(?:(?:o|no|a|na) )?(?:primeir[ao] (?:horario|vaga|data|hora)(?: disponivel| livre| que (?:tiver|houver|tem))?|mais (?:cedo|rapido|breve|proximo) (?:possivel|que (?:der|tiver|puder|houver))|quanto antes|(?:assim )?logo que possivel|assim que (?:possivel|der|puder)|proxim[ao] (?:vaga|horario)(?: disponivel| livre)?|primeir[ao] que (?:tiver|houver|aparecer|der))(?: do dia| possivel)?',
    () => [{ find: 'pick', pick: 'first' }],
  ),
  phraseRule(
    '(?:(?:o|no|a|na) )?(?:ultim[ao] (?:horario|vaga|hora)(?: disponivel| livre| que (?:tiver|houver|tem))?|mais tarde (?:possivel|que (?:der|tiver|puder|houver)))(?: do dia| possivel)?',
    () => [{ find: 'pick', pick: 'last' }],
  ),
];
