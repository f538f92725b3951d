/** `client`: the number cannot be called. `config`: account or settings. `retry`: may succeed later. */
export type RefusalReason = 'client' | 'config' | 'retry';

/** Why Twilio did not place a call, in words for staff. Never Twilio's own text: that repeats the number. */
export interface CallRefusal {
  /** Twilio's error code; 0 when it gave none. */
  code: number;
  /** 0 when Twilio was never reached. */
  httpStatus: number;
  reason: RefusalReason;
  /** pt-BR. */
  message: string;
  messageEn: string;
}

type Refusal = readonly [reason: RefusalReason, message: string, messageEn: string];

const wrongNumber: Refusal = [
  'client',
  'A operadora não reconhece este número. Confira o número com a pessoa.',
  'The carrier does not recognise this number.',
];
const wrongCallerNumber: Refusal = [
  'config',
  'O número da clínica (TWILIO_PHONE_NUMBER) não pertence à conta da Twilio ou não foi verificado.',
  'TWILIO_PHONE_NUMBER is not owned by or verified with the Twilio account.',
];
const trialAccount: Refusal = [
  'config',
  'A conta da Twilio é de teste e só liga para números verificados. Verifique o número ou ative a conta.',
  'The Twilio account is a trial: it may only call verified numbers.',
];
const wrongAddress: Refusal = [
  'config',
  'A Twilio não aceitou o endereço deste servidor. Confira PUBLIC_URL.',
  'Twilio did not accept the address of this server; check PUBLIC_URL.',
];
const busy: Refusal = [
  'retry',
  'Há ligações demais ao mesmo tempo. Tente de novo em um minuto.',
  'Too many requests or simultaneous calls; try again in a minute.',
];
const notPermitted: Refusal = [
  'config',
  'A conta da Twilio não permite ligar para este destino. Libere o país em Voice > Geographic Permissions.',
  'The destination is not enabled in the account’s geographic permissions.',
];

/** twilio.com/docs/api/errors. Twilio says that codes may change: few are told apart, the rest go by HTTP status. */
const refusals: ReadonlyMap<number, Refusal> = new Map<number, Refusal>([
  [10004, busy],
  [13224, wrongNumber],
  [13227, notPermitted],
  [14111, trialAccount],
  [15004, wrongAddress],
  [
    20003,
    [
      'config',
      'A Twilio recusou as credenciais. Confira TWILIO_ACCOUNT_SID e TWILIO_AUTH_TOKEN.',
      'Twilio refused the credentials; check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN.',
    ],
  ],
  [
    20404,
    [
      'config',
      'A conta da Twilio não foi encontrada. Confira TWILIO_ACCOUNT_SID e TWILIO_API_URL.',
      'The Twilio account was not found; check TWILIO_ACCOUNT_SID and TWILIO_API_URL.',
    ],
  ],
  [20429, busy],
  [21201, wrongNumber],
  [21205, wrongAddress],
  [21210, wrongCallerNumber],
  [21211, wrongNumber],
  [21212, wrongCallerNumber],
  [
    21214,
    [
      'client',
      'A operadora não consegue ligar para este número. Tente outro telefone da pessoa.',
      'The carrier cannot reach this number.',
    ],
  ],
  [21215, notPermitted],
  [21217, wrongNumber],
  [21608, trialAccount],
  [32205, notPermitted],
  [573005, trialAccount],
]);

/** @param httpStatus 0 when Twilio was never reached. */
export function toCallRefusal(code: number, httpStatus: number): CallRefusal {
  const [reason, message, messageEn] = refusals.get(code) ?? unlistedRefusal(code, httpStatus);
  return { code, httpStatus, reason, message, messageEn };
}

function unlistedRefusal(code: number, httpStatus: number): Refusal {
  if (httpStatus === 0) {
    return [
      'retry',
      'Não foi possível falar com a Twilio. Tente de novo em instantes.',
      'Twilio could not be reached; nothing was dialled.',
    ];
  }
  if (httpStatus === 429) return busy;
  return [
    httpStatus === 400 ? 'client' : 'config',
    `A Twilio recusou a ligação (código ${code}, HTTP ${httpStatus}).`,
    `Twilio refused the call (code ${code}, HTTP ${httpStatus}).`,
  ];
}
