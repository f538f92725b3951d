/**
 * What a sandbox patient does, step by step. People, numbers and addresses are invented; the services are those of the
 * clinic that is shipped as an example.
 */

export type PatientStep =
  /**
   * Says it when the agent has finished, or `interruptAfterMs` after the agent's turn began to be heard. A function is
   * asked at that moment: a code that was sent to the patient is not known before.
   */
  | { say: string | (() => string | Promise<string>); interruptAfterMs?: number }
  /** Presses keys when the agent has finished. */
  | { keys: string }
  /** A burst of noise of this many ms over the agent, `afterMs` (1000) into the agent's turn. Nothing is said. */
  | { cough: number; afterMs?: number }
  /** Hangs up when the agent has finished, or `interruptAfterMs` into the agent's turn. */
  | { hangUp: true; interruptAfterMs?: number };

export type PatientScript = readonly PatientStep[];

const lines = (...texts: readonly string[]): PatientStep[] => texts.map((say) => ({ say }));

const marina = {
  name: 'Meu nome é Marina Duarte Lima.',
  birthDate: 'Doze de março de mil novecentos e oitenta e cinco.',
  rg: 'É dois zero zero um, zero zero dois, zero zero três.',
};
const joao = {
  name: 'É João Batista Freire.',
  birthDate: 'Dez de maio de mil novecentos e setenta.',
  rg: 'Nove oito sete seis cinco quatro três.',
};

/**
 * A consultation from hello to goodbye. This patient cuts in where it is harmless: into the summary, once the day was
 * said. What is read after it has been booked, she hears to its end.
 */
export const bookingScript: PatientScript = [
  ...lines(
    'Boa tarde, eu queria marcar uma consulta com o cardiologista.',
    marina.name,
    'Pode ser amanhã, às dez da manhã?',
    'Pode ser a primeira opção.',
    'Não, só essa.',
    'Vai ser no PIX.',
    marina.birthDate,
    marina.rg,
  ),
  { say: 'Isso, está certo, pode confirmar.', interruptAfterMs: 21_000 },
  { say: 'Não, só isso, obrigada.' },
];

/** The number this patient calls from. */
export const bookingCallerE164 = '+5588999991234';

/** An exam, and what has to be done before it; paid by card. */
export const examScript: PatientScript = lines(
  'Bom dia, quero marcar uma baciloscopia.',
  joao.name,
  'Qualquer dia, o mais cedo possível.',
  'Tem algum preparo para esse exame?',
  'A primeira.',
  'Não, só esse.',
  'Cartão de débito.',
  joao.birthDate,
  joao.rg,
  'Sim, pode confirmar.',
  'Não, obrigado.',
);

/** An exam of which there are many kinds. */
export const ultrasoundScript: PatientScript = lines(
  'Olá, eu preciso marcar um ultrassom.',
  marina.name,
  'Pode ser à tarde.',
  'É de mama.',
  'Pode ser a primeira opção.',
  'Não, só isso.',
  'No cartão de crédito.',
  marina.birthDate,
  marina.rg,
  'Está tudo certo, sim.',
  'Não, obrigada.',
);

/** Pays in cash: what she means to bring is not enough at first. */
export const cashScript: PatientScript = lines(
  'Boa tarde, quero marcar uma consulta com a dermatologista.',
  joao.name,
  'Tanto faz o dia.',
  'A primeira.',
  'Só isso.',
  'Vou pagar em dinheiro.',
  'Duzentos reais.',
  'Trezentos reais.',
  joao.birthDate,
  joao.rg,
  'Isso, confirmo.',
  'Não, obrigado.',
);

export const pixScript: PatientScript = lines(
  'Quero marcar uma consulta com o ortopedista.',
  marina.name,
  'Qualquer dia.',
  'Pode ser a primeira.',
  'Não, só essa.',
  'PIX.',
  marina.birthDate,
  marina.rg,
  'Pode confirmar.',
  'Não, só isso.',
);

export const cardScript: PatientScript = lines(
  'Quero marcar uma sessão de psicologia.',
  marina.name,
  'De manhã, por favor.',
  'A primeira.',
  'Não, só essa.',
  'Cartão de crédito.',
  marina.birthDate,
  marina.rg,
  'Sim.',
  'Não, obrigada.',
);

/** One visit for the mother, then one for her child. */
export const twoPeopleScript: PatientScript = [
  ...lines(
    'Meu nome é Marina Duarte Lima e eu quero marcar uma consulta com o cardiologista.',
    'Qualquer dia.',
    'A primeira.',
    'Não, só essa.',
    'PIX.',
    marina.birthDate,
    marina.rg,
  ),
  { say: 'Sim, pode confirmar.', interruptAfterMs: 21_000 },
  ...lines(
    'Sim, quero marcar também uma consulta com a pediatra para o meu filho.',
    'O nome dele é Pedro Duarte Lima.',
    'O mais cedo possível.',
    'A primeira.',
    'Não, só essa.',
    'PIX também.',
    'Cinco de maio de dois mil e vinte.',
    'Um dois três quatro cinco seis sete.',
  ),
  { say: 'Sim, está certo.', interruptAfterMs: 21_000 },
  ...lines('Não, obrigada.'),
];

/** Two services of one visit, said at once. */
export const twoServicesScript: PatientScript = lines(
  'Eu preciso marcar um ecocardiograma e um ultrassom de tireoide.',
  marina.name,
  'Qualquer dia.',
  'A primeira.',
  'A última.',
  'Não, só isso.',
  'PIX.',
  marina.birthDate,
  marina.rg,
  'Sim, pode confirmar.',
  'Não, obrigada.',
);

/** Somebody who does not work there: nothing is booked. */
export const unlistedProfessionalScript: PatientScript = lines(
  'Quero marcar uma consulta com o doutor Rogério Sampaio.',
  joao.name,
  'Qualquer dia.',
  'Não, obrigado.',
);

/** A specialty called an exam: what the clinic has is proposed instead. */
export const specialtyAsExamScript: PatientScript = lines(
  'Queria fazer um exame de cardiologista.',
  joao.name,
  'Qualquer dia.',
  'A primeira.',
  'Não, só esse.',
  'PIX.',
  joao.birthDate,
  joao.rg,
  'Sim, pode confirmar.',
  'Não, obrigado.',
);

/** Finds a mistake in the summary: pays in another way. */
export const correctionScript: PatientScript = [
  ...lines(
    'Quero marcar uma consulta com o ortopedista.',
    'Meu nome é Marina Lima.',
    'Qualquer dia.',
    'A primeira.',
    'Não, só essa.',
    'PIX.',
    marina.birthDate,
    marina.rg,
  ),
  { say: 'Não, o nome é Marina Duarte Lima.', interruptAfterMs: 4_500 },
  { say: 'Na verdade, vou pagar no cartão de débito.', interruptAfterMs: 15_000 },
  ...lines('Agora sim, está certo.', 'Não, só isso, obrigada.'),
];

export const resultsScript: PatientScript = lines(
  'Eu queria saber do resultado dos meus exames.',
  joao.name,
  'Prefiro não dizer.',
  'O hemograma e o ultrassom.',
  'Não, só isso, obrigado.',
);

/** From the number the appointment was booked with. */
export const cancelScript: PatientScript = lines(
  'Bom dia, eu preciso cancelar a minha consulta.',
  marina.name,
  marina.birthDate,
  'Pode cancelar, sim.',
  'Não, obrigada.',
);

/** From another number: a code comes to the one on file. @param code the six digits that were sent */
export function cancelWithCodeScript(code: () => string | Promise<string>): PatientScript {
  return [
    ...lines('Eu preciso cancelar a minha consulta.', marina.name, marina.birthDate),
    { say: 'Sim, pode mandar.' },
    { say: async () => `É ${spellOut(await code())}.` },
    ...lines('Sim, pode cancelar.', 'Não, obrigada.'),
  ];
}

/** Knows neither the birth date on file nor the code. */
export const wrongIdentityScript: PatientScript = lines(
  'Quero cancelar a consulta da minha esposa.',
  'Marina Duarte Lima.',
  'Primeiro de janeiro de mil novecentos e noventa.',
  'Sim, pode mandar.',
  'Um dois três quatro cinco seis.',
  'Não chegou nenhum código.',
  'Não, obrigado.',
);

/** From the number the appointment was booked with. */
export const rescheduleScript: PatientScript = lines(
  'Boa tarde, eu queria remarcar a minha consulta.',
  marina.name,
  marina.birthDate,
  'Pode ser no mês que vem.',
  'A última.',
  'Sim, pode confirmar.',
  'Não, só isso.',
);

export const messageScript: PatientScript = lines(
  'Eu queria deixar um recado para a recepção.',
  joao.name,
  'Esqueci os meus exames aí na sexta-feira e passo para buscar.',
  'Não, só isso.',
);

/** Wants no assistant. */
export const personScript: PatientScript = lines(
  'Eu quero falar com uma pessoa.',
  'Sim, por favor.',
);

/** An exam whose days the clinic has not announced. */
export const waitingListScript: PatientScript = lines(
  'Quero marcar uma endoscopia.',
  joao.name,
  'Qualquer dia.',
  'Sim, quero.',
  'Não, obrigado.',
);

/** Somebody the clinic calls: listens, agrees or confirms, and says goodbye. */
export const answeringScript: PatientScript = lines(
  'Sim, sou eu, pode falar.',
  'Sim, confirmo, está tudo certo.',
  'Não, só isso, obrigada.',
);

/** Rings to be left alone. */
export const stopCallsScript: PatientScript = lines(
  'Por favor, não me liguem mais.',
  'Sim, por favor.',
  'Não, só isso, obrigado.',
);

const digitWords = [
  'zero',
  'um',
  'dois',
  'três',
  'quatro',
  'cinco',
  'seis',
  'sete',
  'oito',
  'nove',
];

/** `407 123` → `quatro, zero, sete, um, dois, três`. */
function spellOut(digits: string): string {
  return [...digits.replace(/\D/g, '')]
    .map((digit) => digitWords[Number(digit)] ?? digit)
    .join(', ');
}
