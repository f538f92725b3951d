/** What a sandbox patient does, step by step. People, numbers and addresses are invented. */

export type PatientStep =
  /** Says it when the agent has finished, or `interruptAfterMs` after the agent's turn began to be heard. */
  | { say: string; interruptAfterMs?: number }
  /** Presses keys when the agent has finished. */
  | { keys: string }
  /** A burst of noise of this many ms over the agent, `afterMs` (1000) into the agent's turn. Nothing is said. */
  | { cough: number; afterMs?: number }
  /** Hangs up when the agent has finished, or `interruptAfterMs` into the agent's turn. */
  | { hangUp: true; interruptAfterMs?: number };

export type PatientScript = readonly PatientStep[];

/** A booking from hello to goodbye. The read-back is the agent's longest sentence: that is where this patient cuts in. */
export const bookingScript: PatientScript = [
  { say: 'Boa tarde, eu queria marcar uma consulta com o cardiologista.' },
  { say: 'Meu nome é Marina Duarte Lima.' },
  { say: 'Pode ser na quinta-feira que vem, às dez da manhã.' },
  { say: 'É oito oito, nove, nove nove nove nove, um dois três quatro.' },
  { say: 'É marina ponto duarte arroba exemplo ponto com ponto br.' },
  { say: 'É a minha primeira consulta aí.' },
  { say: 'Isso, está certo, pode confirmar.', interruptAfterMs: 4_500 },
  { say: 'Não, só isso, obrigada.' },
];

/** The number this patient calls from. */
export const bookingCallerE164 = '+5588999991234';

/** Somebody the clinic calls: listens, agrees, and says goodbye. */
export const answeringScript: PatientScript = [
  { say: 'Alô?' },
  { say: 'Sim, pode falar. Está tudo certo.' },
  { say: 'Não, só isso, obrigada.' },
];
