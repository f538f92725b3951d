import { withoutAccents } from './language/said-words.ts';

/** A caller's answer to “posso gravar?”, and what they say of the recording later. Portuguese; pure. */

export type ConsentAnswer = 'yes' | 'no' | 'unclear';

/** Longest text that is read, in UTF-16 units. */
const longestText = 1_000;

/**
 * Consent is free, informed and plain, so only a plain yes is one. What leaves it open (“tanto faz”, “você que sabe”) is
 * unclear and asked once more; of a yes and a no together the no holds.
 */
export function consentAnswerIn(text: string): ConsentAnswer {
  const said = plainWords(text);
  if (/^ ?1 $/.test(said)) return 'yes';
  if (/^ ?2 $/.test(said) || withdrawalIn(text)) return 'no';
  const freed = said
    .replace(idleDenial, ' $$sim ')
    .replace(notUnderstood, ' ? ')
    .replace(/ +/g, ' ');
  if (plainNo.test(freed)) return 'no';
  const clauses = freed.match(/[^.,?]*\w[^.,?]*[.,?]*|[^.,?]*\?/g) ?? [];
  const answers = clauses.map(clauseAnswer);
  const bare = answers.includes('bare-no');
  if (answers.includes('yes')) return bare && !plainYes.test(freed) ? 'unclear' : 'yes';
  if (bare) return 'no';
  return answers.length > 0 && answers.every((answer) => answer === 'nod') ? 'yes' : 'unclear';
}

/**
 * Words that want the recording to stop, at any moment of a call; `erase` when what is recorded must go, too. “Não gravei
 * o nome”, “não é grave” and “desliga o ar” want nothing of it.
 */
export function withdrawalIn(text: string): 'stop' | 'erase' | undefined {
  const said = plainWords(text);
  if (erasing.test(said)) return 'erase';
  return stopping.test(said) ? 'stop' : undefined;
}

function plainWords(text: string): string {
  const words = withoutAccents(text.slice(0, longestText))
    .replace(/[.!;:\n…]+/g, ' . ')
    .replace(/[,()–—]+/g, ' , ')
    .replace(/\?+/g, ' ? ')
    .replace(/[^a-z0-9,.? ]+/g, ' ')
    .replace(
      /\b(?:n|naum|num(?= (?:quero|pode|precisa|autorizo|grava|grave|gosto|deixo)))\b/g,
      'nao',
    )
    .replace(
      /\b(?:moca|moco|senhora|senhor|minha filha|meu filho|minha querida|querida|amor|viu|ta bom)(?= [.,?] *$| *$)/g,
      (word) => (word === 'ta bom' ? word : ' '),
    )
    .replace(/\s+/g, ' ');
  return ` ${words.trim()} `;
}

const within = (source: string) => new RegExp(`(?<![\\w$])(?:${source})(?!\\w)`);
const everywhere = (source: string) => new RegExp(`(?<![\\w$])(?:${source})(?!\\w)`, 'g');

/** A “não” that means yes. */
const idleDenial = everywhere(
  '(?:nao|sem|nenhum|zero|nem) (?:(?:tem|tenho|ha|vejo|vai ter|faz|e|me|eu|acho) )*(?:(?:nenhum|nenhuma|qualquer|o menor|mais|um) )*(?:problemas?|mal|importo|incomoda|incomodo|ligo|oponho|objecao|inconveniente|nada contra|duvida|crise)(?: (?:nenhum|nenhuma|algum|nao|com isso))*|nada contra|(?:vejo )?por que nao|nao (?:precisa|precisava) (?:nem )?pergunt\\w+|(?<!nao (?:\\w+ ){0,3})(?:fique |fica )?a vontade',
);
const notUnderstood = everywhere(
  'sim ou nao|nao (?:entendi|ouvi|escutei|sei|compreendi|deu pra (?:ouvir|entender)|te (?:ouvi|escutei)|estou (?:ouvindo|entendendo|escutando)|to (?:ouvindo|entendendo|escutando))(?: nao)?',
);

const plainNo = within(
  [
    'nao (?:(?:eu|me|te|lhe|vou|estou|dou|tenho|quero|pode|deve|acho|fico|sinto|gosto|mais|a|de|da|do|por favor) )*(?:quero|queria|gostaria|autorizo|autorizar|autorizacao|pode|permito|permissao|aceito|aceitar|concordo|consinto|acordo|deixo|prefiro|preferia|precisa|gosto|curto|grav\\w+|a vontade|confortavel|bom|legal|certo|necessario|obrigad[oa])',
    '(?:pode|quero|precisa|carece|autorizo|aceito|deixo|concordo|sim|vou querer|posso|permito|gostaria) nao',
    '(?:prefiro|preferia|preferiria|melhor|acho melhor|gostaria|quero|peco|gostava) (?:que )?(?:(?:eu|voce|voces|isso|ela|ele|se|a ligacao) )*(?:nao|sem)',
    '(?:claro|logico|obvio|certeza|acho|creio|agora|hoje|ainda|isso|jeito|melhor|assim|entao) (?:que )?nao',
    'nao nao|de jeito (?:nenhum|algum|maneira)|de (?:forma|maneira|modo) (?:nenhuma?|alguma?)|nem pensar|negativo|jamais|nunca|nem morta|deus me livre|em hipotese',
    'dispenso|recuso|discordo|me oponho|sou contra|proibo|proibid[oa]|nego|sem grav\\w+|deixa? (?:pra la|quieto|sem)|(?:me incomoda|incomoda sim|tem problema sim|importo sim|e um problema|fico constrangid[oa]|desconfort\\w+)',
  ].join('|'),
);

/** A yes that says what it allows: beside a stray “não”, as in “não, pode gravar”, it holds. */
const plainYes = within(
  '(?:pode|podem|podes|pode sim|deixo|vai) (?:sim )?(?:grav\\w+|sim|ficar a vontade)|autorizo|permito|concordo|consinto|aceito|\\$sim',
);

/** Before the yes of a clause. */
const lead =
  '(?:(?:ah|bom|bem|olha|entao|ta|e|eh|eu|ue|uai|oxe|oxente|por mim|da minha parte|acho que|creio que|claro que|com certeza|sim|certo|ok|tudo bem|nao|mas|isso|moca|pois|ai|so se for|se quiser|desde ja) )*';
const yesOpening = new RegExp(
  `^ ?${lead}(?:sim|simm+|claro|autorizo|autorizado|autorizada|concordo|concordado|consinto|aceito|permito|permitido|de acordo|combinado|positivo|afirmativo|com certeza|certeza|certamente|sem duvida|logico|obvio|evidente\\w*|tranquilo|tranquila|de boa|beleza|perfeito|otimo|fechado|manda ver|manda bala|vai la|vai fundo|vai em frente|bora|deixo|liberado|ta liberado|(?:ta|esta) (?:autorizad[oa]|certo|otimo|liberad[oa]|permitid[oa]|tranquilo)|(?:eu )?dou (?:a |minha )*(?:autorizacao|permissao|consentimento)|pode(?:m|s)?(?: (?:sim|ser(?= [.,]| *$| sim | gravad)|gravar?|ficar|claro|tranquil[oa]|fazer|ir|mandar|comecar|continuar|seguir|botar|colocar)(?! (?:que|mais|de|um|uma))(?! (?:o|a) (?:consulta|exame))|(?= [.,]| *$| (?:eu|minha|meu|que eu|e eu|a ligacao|a vontade|tranquil)))|\\$sim|quero sim|gravar? (?:sim|pode)|por mim (?:pode|tudo|nao|ok|beleza|tranquilo)|tudo (?:bem|certo|ok)(?! (?:e|com|contigo|ai)(?!\\w)))(?!\\w)`,
);
/** Only when nothing but such words is said: alone they may be a mere “I am listening”, with more they are. */
const nod =
  /^ ?(?:(?:ta|esta|ok|okay|okey|certo|isso|mesmo|aham|ahan|uhum|hum hum|uh hum|hunrum|anram|e|positivo|joia|blz|bom|bem|sim|por favor|obrigad[oa]|entao|so|tudo)(?: |$))+[., ]*$/;

function clauseAnswer(clause: string): 'yes' | 'bare-no' | 'nod' | 'none' {
  // “Sim?”, “tudo bem?” and “pode?” ask back.
  if (/\?/.test(clause)) return 'none';
  if (yesOpening.test(clause)) return 'yes';
  if (/^[ .,]*(?:(?:ah|e|bom|entao|olha|moca|hum|acho que|eu) )*nao(?!\w)/.test(clause))
    return 'bare-no';
  return nod.test(clause) ? 'nod' : 'none';
}

const stopping = within(
  [
    `(?<!(?:caso|coisa|problema|doenca|quadro|e|era|seja) )nao (?:(?:me|pra|para|vai|quero que|pode|podem|precisa|deve|autorizo que|permito que|deixo|e pra|e para|deixa) )*(?:grave|grava|gravem|gravar|gravando|ser gravad[oa])(?! (?:(?:o|os|um|no|em) (?:cd|dvd|nomes?|numeros?|protocolo|endereco|exame|video)|na cabeca|direito|bem|nomes?)(?!\\w))`,
    `(?:para|pare|parem|parar|deixa|deixe|chega) (?:com |de )(?:grav(?:ar|acao)|me gravar|a gravacao)|(?:pare|para|desliga|desligue|desligar|interromp\\w+|encerr\\w+|cancel\\w+|suspend\\w+|tira|tire|corta|corte|pausa|pause|desativ\\w+) (?:a |essa |esta |o |esse |de )*(?:gravacao|gravador)`,
    'nao (?:quero|autorizo|permito|aceito|concordo|desejo|gostaria|consinto) (?:(?:mais|com|de|a|ter|que|essa|esta|nenhuma|eu|voces?|ser|seja|sejam|isso|ligacao|conversa|a ligacao) )*(?:grav\\w+)',
    '(?:prefiro|preferia|gostaria|quero|peco) (?:que )?(?:(?:voces?|isso|a ligacao|eu) )*(?:nao|sem) (?:(?:seja|sejam|fosse|ser|esta|estar|estivesse) )*grav\\w+',
    '(?:retiro|revogo|cancelo|tiro|retirar|revogar) (?:o |a |meu |minha )*(?:consentimento|autorizacao)',
  ].join('|'),
);
const erasing = within(
  `(?:apag(?:a|ue|uem|ar|asse)|delet(?:a|e|em|ar)|exclu(?:a|i|ir|am)|elimin(?:a|e|ar|em)|remov(?:a|e|er|am)|destru(?:a|ir)) (?:(?:tudo|isso|o|que|ja|foi|voces?|esta|a|essa|esse|minha|do|da|de) )*(?:grav\\w+|audio da ligacao)`,
);
